import { gatewayError } from './errors.ts'

export interface Rate {
  /** Calls of each action that are let through a second, in the long run. */
  perSecond: number
  /** As many may come at once. */
  burst: number
}

/**
 * Makes the gateway's limit on calls: a bucket of tokens for each action. The function it answers throws FlowLimitExceeded
 * for a call that is too many.
 */
export function rateLimit({ perSecond, burst }: Rate, now = () => performance.now()): (action: string) => void {
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
