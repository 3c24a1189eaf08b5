import type { StepContext } from './step.ts'

/**
 * Polls until `look` returns something other than a text. A text describes the state that it waits for, and is
 * reported.
 * @throws {Error} after `timeoutSeconds`
 */
export async function waitUntil<Result>(
  { pollMs, waiting }: StepContext,
  what: string,
  timeoutSeconds: number,
  look: () => Promise<Result | string>,
): Promise<Exclude<Result, string>> {
  const started = performance.now()
  for (let delay = Math.min(pollMs, 50); ; delay = Math.min(delay * 2, pollMs)) {
    const result = await look()
    if (typeof result !== 'string') return result as Exclude<Result, string>
    const seconds = Math.round((performance.now() - started) / 1_000)
    if (seconds >= timeoutSeconds) {
      throw new Error(`${what}: still ${result} after ${seconds} s; run the command again to continue waiting`)
    }
    waiting(`${what}: ${result}, ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, delay))
  }
}
