import type { EcsManagerError } from './error.ts'

const MAX_PAUSE_MS = 10_000

/** A wrong URL, or a service that does not run, should be reported soon. */
const MAX_UNREACHABLE_TRIES = 3

/** Statuses after which the same call may succeed: too many calls, or a failure of the cloud or of a proxy. */
const TEMPORARY = new Set([429, 503, 504])

/** The same of a gateway or a platform that has no working instance. From the service, they are final. */
const TEMPORARY_OF_OTHERS = new Set([500, 502])

/** Whether the same call may succeed soon. */
export function isTemporaryFailure(status: number, code: string, isOfService: boolean): boolean {
  // A quota does not become free within seconds, and the caller should know of it.
  if (code.startsWith('QuotaExceeded.')) return false
  return TEMPORARY.has(status) || (!isOfService && TEMPORARY_OF_OTHERS.has(status))
}

/** Returns how long to wait before the next try, in milliseconds; undefined if another try does not help. */
export function pauseBeforeRetry(error: EcsManagerError, tries: number): number | undefined {
  const { code, isTemporary, retryAfterSeconds = 0 } = error
  if (!isTemporary || (code === 'Unreachable' && tries >= MAX_UNREACHABLE_TRIES)) return undefined
  const backoffMs = Math.random() * Math.min(MAX_PAUSE_MS, 250 * 2 ** tries)
  return Math.max(backoffMs, retryAfterSeconds * 1_000)
}
