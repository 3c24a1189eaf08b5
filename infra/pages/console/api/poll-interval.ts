import { isTransitional } from '../sandbox/sandbox.ts'

export type PollState = {
  statuses: readonly string[]
  /** Time since the last change of the list, in milliseconds. */
  unchangedMs: number
  /** Number of polls in a row that failed. */
  failures: number
}

/**
 * Returns the delay before the next poll, in milliseconds. The delay is long where nothing changes, because each poll is
 * a line in the terminal of the local cloud.
 */
export function pollInterval({ statuses, unchangedMs, failures }: PollState): number {
  if (failures > 0) return Math.min(1_000 * 2 ** failures, 15_000)
  if (!statuses.some(isTransitional)) return 12_000
  // A sandbox that stays in a transitional status for longer is stuck.
  return unchangedMs < 90_000 ? 1_000 : 6_000
}
