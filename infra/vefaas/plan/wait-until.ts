import type { StepContext } from './step.ts'

/** Looks again and again until `look` returns something, and says meanwhile what is being waited for and how long. */
export async function waitUntil<Result>(
  { pollMs, waiting }: StepContext,
  what: string,
  timeoutSeconds: number,
  look: () => Promise<Result | string>,
): Promise<Exclude<Result, string>> {
  const started = performance.now()
  for (let wait = Math.min(pollMs, 50); ; wait = Math.min(wait * 2, pollMs)) {
    const result = await look()
    if (typeof result !== 'string') return result as Exclude<Result, string>
    const seconds = Math.round((performance.now() - started) / 1_000)
    if (seconds >= timeoutSeconds)
      throw new Error(`${what}: still ${result} after ${seconds} s; run the command again to go on waiting`)
    waiting(`${what}: ${result}, ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, wait))
  }
}
