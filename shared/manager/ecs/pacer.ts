// The number of calls that may start at once. The Terraform provider of ECS uses ten. Two fewer leave room for a timer
// that fires a millisecond early.
const BURST = 8

/** Waits until a call of this action may start. Returns false at once if that is after the deadline. */
export type Pace = (action: string) => Promise<boolean>

/**
 * Limits the rate of calls of each action, after a burst of eight.
 * @param perSecond  calls per second
 * @param deadline  milliseconds since 1970
 */
export function pacer(perSecond: number, deadline: number): Pace {
  const gap = 1_000 / perSecond
  // When the next call of each action may start, if the calls are evenly spaced.
  const next = new Map<string, number>()
  return async (action) => {
    const now = performance.now()
    const due = Math.max(next.get(action) ?? Number.NEGATIVE_INFINITY, now - (BURST - 1) * gap)
    const wait = Math.max(0, due - now)
    if (Date.now() + wait >= deadline) return false
    next.set(action, due + gap)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    return true
  }
}
