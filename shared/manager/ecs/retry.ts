import { CloudError } from './cloud-error.ts'

interface RetryOptions {
  maxTries: number
  /** In milliseconds since 1970. No wait goes beyond it. */
  deadline: number
}

/**
 * Repeats a call to the cloud until it succeeds. The call must be idempotent.
 * @throws {CloudError} of the last try: the cloud refuses, so that a retry does not help, or the tries or the time ran out
 */
export async function retry<Result>(
  tryOnce: () => Promise<Result>,
  { maxTries, deadline }: RetryOptions,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryOnce()
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind === 'refused' || tries >= maxTries) throw error
      const waitMs = backoff(error, tries)
      if (Date.now() + waitMs >= deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

// Full jitter: 0 to 100 ms x 2^tries, at most 3 s, but at least what the cloud asks for.
function backoff({ details }: CloudError, tries: number): number {
  return Math.max(Math.random() * Math.min(3_000, 100 * 2 ** tries), (details.retryAfter ?? 0) * 1_000)
}
