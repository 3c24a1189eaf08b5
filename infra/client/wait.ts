import type { Status } from './actions.ts'
import type { CallOptions } from './call.ts'
import { type Duration, toMilliseconds } from './duration.ts'
import { EcsManagerError } from './error.ts'
import { sleep } from './sleep.ts'

export interface Progress {
  status: Status
  /** What is waited for, for people. */
  message: string
  /** Since the call. */
  elapsedMs: number
}

export interface WaitOptions {
  /** Default: 10 minutes. */
  timeout?: Duration | undefined
  signal?: AbortSignal | undefined
  /** Called after each look that does not end the wait. */
  onProgress?: ((progress: Progress) => void) | undefined
}

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 3_000

/**
 * Looks again and again until the work is done.
 * @param look  gets the time that is left, as options of calls and as a deadline in milliseconds since 1970
 * @throws {EcsManagerError} `Timeout`, the errors of `look`, or the reason of the signal
 */
export async function wait(
  { timeout = '10m', signal, onProgress }: WaitOptions,
  failure: string,
  look: (limits: CallOptions & { deadline: number }) => Promise<'done' | Omit<Progress, 'elapsedMs'>>,
): Promise<void> {
  const started = Date.now()
  const deadline = started + toMilliseconds(timeout)
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(1.5 * pauseMs, MAX_PAUSE_MS)) {
    signal?.throwIfAborted()
    const leftMs = Math.max(deadline - Date.now(), 1_000)
    const result = await look({ timeout: leftMs / 1_000, signal, deadline })
    if (result === 'done') return
    onProgress?.({ ...result, elapsedMs: Date.now() - started })
    if (Date.now() + pauseMs >= deadline) {
      throw new EcsManagerError(
        'Timeout',
        `${failure} after ${Math.round((Date.now() - started) / 1_000)} seconds. ${result.message}`,
      )
    }
    await sleep(pauseMs, signal)
  }
}
