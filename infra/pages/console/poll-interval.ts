import { isMoving } from './sandbox.ts'

export type Seen = {
  statuses: readonly string[]
  /** How long nothing has changed, in milliseconds. */
  quietFor: number
  /** How often in a row there was no list. */
  failures: number
}

/**
 * How long to wait before the next look, in milliseconds. Each look is a call, which the terminal of the local cloud
 * shows.
 */
export function pollInterval({ statuses, quietFor, failures }: Seen): number {
  if (failures > 0) return Math.min(1_000 * 2 ** failures, 15_000)
  if (!statuses.some(isMoving)) return 12_000
  // What does not move on for long is stuck.
  return quietFor < 90_000 ? 1_000 : 6_000
}
