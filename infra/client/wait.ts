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

type Limits = CallOptions & { deadline: number }

/** What a look has seen, or the temporary error that it ended with. */
type Seen = Omit<Progress, 'elapsedMs'> & { error?: EcsManagerError }

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 3_000

/** A service that is away for longer is reported. */
const MAX_OUTAGE_MS = 15_000

/**
 * Looks again and again until the work is done, also after temporary errors, unless they go on for 15 seconds.
 * @param look  gets the time that is left, as options of calls and as a deadline in milliseconds since 1970
 * @throws {EcsManagerError} `Timeout`, the errors of `look`, or the reason of the signal
 */
export async function wait(
  { timeout = '10m', signal, onProgress }: WaitOptions,
  failure: string,
  look: (limits: Limits) => Promise<'done' | Seen>,
): Promise<void> {
  const started = Date.now()
  const deadline = started + toMilliseconds(timeout)
  let status: Status = 'CREATING'
  let answeredAt = started
  const lookOnce = async (limits: Limits): Promise<'done' | Seen> => {
    try {
      const seen = await look(limits)
      if (seen !== 'done') status = seen.status
      answeredAt = Date.now()
      return seen
    } catch (error) {
      signal?.throwIfAborted()
      // A service that restarts does not end a long wait.
      const isTemporary = error instanceof EcsManagerError && error.isTemporary
      if (!isTemporary || Date.now() - answeredAt > MAX_OUTAGE_MS) throw error
      return { status, message: error.message, error }
    }
  }
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(1.5 * pauseMs, MAX_PAUSE_MS)) {
    signal?.throwIfAborted()
    const leftMs = Math.max(deadline - Date.now(), 1_000)
    const result = await lookOnce({ timeout: leftMs / 1_000, signal, deadline })
    if (result === 'done') return
    onProgress?.({ status: result.status, message: result.message, elapsedMs: Date.now() - started })
    if (Date.now() + pauseMs >= deadline) {
      if (result.error) throw result.error
      throw new EcsManagerError(
        'Timeout',
        `${failure} after ${Math.round((Date.now() - started) / 1_000)} seconds. ${result.message}`,
      )
    }
    await sleep(pauseMs, signal)
  }
}
