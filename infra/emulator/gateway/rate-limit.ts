import { gatewayError } from './errors.ts'

export interface Rate {
  /** How many calls of each action per second are let through in the long run. */
  perSecond: number
  /** How many may come at once. */
  burst: number
}

/**
 * Creates the gateway's rate limiter: a token bucket for each action. The function that it returns takes the action of
 * a call, and throws FlowLimitExceeded if the bucket is empty.
 */
export function createRateLimiter({ perSecond, burst }: Rate, now = () => performance.now()): (action: string) => void {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return (action) => {
    const at = now()
    const last = buckets.get(action) ?? { tokens: burst, at }
    const tokens = Math.min(burst, last.tokens + ((at - last.at) / 1_000) * perSecond)
    buckets.set(action, { tokens: tokens < 1 ? tokens : tokens - 1, at })
    if (tokens < 1) {
      throw gatewayError('FlowLimitExceeded', `More than ${perSecond} calls of ${action} a second are not allowed.`)
    }
  }
}
