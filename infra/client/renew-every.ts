import { type Duration, toLifetimeSeconds, toMilliseconds } from './duration.ts'
import { invalidArgument, isNotFound } from './error.ts'

export interface RenewEveryOptions {
  /** Counted from each renewal. It must be longer than the interval, best several times. */
  lifetime: Duration
  /** Ends the renewals. */
  signal?: AbortSignal | undefined
  /** Called if a renewal fails. The next one takes place nevertheless, unless the sandbox is gone. */
  onError?: ((error: unknown) => void) | undefined
}

export interface Renewal extends Disposable {
  /** Ends the renewals. The sandbox then ends after the rest of its lifetime. */
  stop(): void
}

/** Upper bound: setTimeout overflows above it. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** Renews at once, and then at an interval. The timer does not keep a program alive that has nothing else to do. */
export function renewEvery(
  renew: (lifetime: Duration, signal: AbortSignal) => Promise<unknown>,
  interval: Duration,
  { lifetime, signal, onError = () => {} }: RenewEveryOptions,
): Renewal {
  const intervalMs = toMilliseconds(interval)
  if (intervalMs <= 0 || intervalMs >= 1_000 * toLifetimeSeconds(lifetime)) {
    throw invalidArgument('The interval of renewals must be shorter than the lifetime, and more than 0.')
  }
  const stopping = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    stopping.abort()
  }
  const repeat = async () => {
    try {
      await renew(lifetime, stopping.signal)
    } catch (error) {
      if (stopping.signal.aborted) return
      if (isNotFound(error)) stop()
      onError(error)
    }
    if (stopping.signal.aborted) return
    timer = setTimeout(repeat, Math.min(intervalMs, MAX_TIMEOUT_MS))
    // A browser has numbers as timers.
    if (typeof timer === 'object') timer.unref()
  }
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted) stop()
  else void repeat()
  return { stop, [Symbol.dispose]: stop }
}
