// As many calls may come at once. ECS's own Terraform provider allows itself ten: two are left, so that a timer which fires a
// millisecond early finds the cloud's limit not reached.
const BURST = 8

/** Waits until a call of this action may go. False, at once, where that is after the deadline. */
export type Pace = (action: string) => Promise<boolean>

/**
 * Makes a wait that keeps the calls of each action to so many a second, after eight at once.
 * @param deadline  milliseconds since 1970
 */
export function pacer(perSecond: number, deadline: number): Pace {
  const gap = 1_000 / perSecond
  // When the next call of an action is due, were they spread evenly.
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
