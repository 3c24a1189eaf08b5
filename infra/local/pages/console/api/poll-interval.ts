import { isTransitional } from '../sandbox/sandbox.ts'

export type PollState = {
  statuses: readonly string[]
  /** Time since the last change of the list, in milliseconds. */
  unchangedMs: number
  /** Number of polls in a row that failed. */
  failures: number
}

/** A sandbox that stays in a transitional status for longer is stuck. */
const STUCK_AFTER_MS = 90_000

/** A page on which nothing happens for longer was left open. */
const IDLE_AFTER_MS = 600_000

/**
 * Returns the delay before the next poll, in milliseconds. Others create and delete sandboxes too, so the page polls even
 * if nothing changes; but not often, because each poll is a line in the terminal of the local cloud.
 */
export function pollInterval({ statuses, unchangedMs, failures }: PollState): number {
  if (failures > 0) return Math.min(1_000 * 2 ** failures, 15_000)
  if (statuses.some(isTransitional) && unchangedMs < STUCK_AFTER_MS) return 1_000
  return unchangedMs < IDLE_AFTER_MS ? 4_000 : 15_000
}
