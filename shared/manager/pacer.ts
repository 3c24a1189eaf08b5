// As many calls may come at once: what ECS's own Terraform provider allows itself.
const BURST = 10

/** Makes a wait that keeps the calls of each action to so many a second, after ten at once. */
export function pacer(perSecond: number): (action: string) => Promise<void> {
  const gap = 1_000 / perSecond
  // When the next call of an action is due, were they spread evenly.
  const next = new Map<string, number>()
  return async (action) => {
    const now = performance.now()
    const due = Math.max(next.get(action) ?? Number.NEGATIVE_INFINITY, now - (BURST - 1) * gap)
    next.set(action, due + gap)
    if (due > now) await new Promise((resolve) => setTimeout(resolve, due - now))
  }
}
