import { DesktopError } from './desktop-error.ts'

/** How long a call may take. */
export interface Limits {
  /** In milliseconds since 1970. Default: 10 seconds after the call. */
  deadline?: number | undefined
  signal?: AbortSignal | undefined
}

/** The limits of a call that has started: its deadline no longer depends on when it is asked for. */
export interface FixedLimits {
  deadline: number
  signal: AbortSignal | undefined
}

const DEFAULT_TIMEOUT_MS = 10_000

/** Upper bound: setTimeout overflows above it. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

export function fixLimits({ deadline = Date.now() + DEFAULT_TIMEOUT_MS, signal }: Limits = {}): FixedLimits {
  return { deadline, signal }
}

/**
 * Settles with the work, or rejects at the deadline or when the signal is aborted. The work itself goes on.
 * @throws {DesktopError} `Timeout`, `Aborted`, and the errors of the work
 */
export async function within<T>({ deadline, signal }: FixedLimits, work: Promise<T>): Promise<T> {
  if (signal?.aborted) throw aborted(signal)
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = () => {}
  const interruption = new Promise<never>((_, reject) => {
    abort = () => reject(aborted(signal))
    signal?.addEventListener('abort', abort)
    const delay = Math.min(Math.max(deadline - Date.now(), 0), MAX_TIMEOUT_MS)
    timer = setTimeout(() => reject(new DesktopError('Timeout', 'The desktop did not answer in time.')), delay)
  })
  try {
    return await Promise.race([work, interruption])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const aborted = (signal?: AbortSignal) => new DesktopError('Aborted', 'The call was aborted.', signal?.reason)

/** @throws {DesktopError} `Timeout`, `Aborted` */
export async function sleep(milliseconds: number, limits: FixedLimits): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  try {
    await within(limits, new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))))
  } finally {
    clearTimeout(timer)
  }
}
