import type { Client } from './cloud/client.ts'
import { inParallel } from './parallel.ts'
import type { Plan } from './plan/index.ts'
import type { Step } from './plan/step.ts'

/** Told of what happens while a plan is carried out. */
export type Progress = {
  /** A step begins to wait for something, or goes on waiting. */
  waiting: (step: Step, what: string) => void
  /** A step is done; how long it took in milliseconds. */
  done: (step: Step, milliseconds: number) => void
}

/** A step did not succeed. What was done before it stays; the next deployment goes on from there. */
export class StepError extends Error {
  override name = 'StepError'
  readonly step: Step

  constructor(step: Step, cause: unknown) {
    super(`${step.verb} ${step.resource} ${step.name}`, { cause })
    this.step = step
  }
}

/** Carries out a plan. Returns how many steps had something to do. @throws StepError for the first that fails */
export async function runPlan(
  client: Client,
  { stages, ids }: Plan,
  progress: Progress,
  pollMs: number,
): Promise<number> {
  let done = 0
  for (const stage of stages) {
    await inParallel(stage, async (step) => {
      if (step.run === undefined) return
      const started = performance.now()
      try {
        await step.run({ client, ids, pollMs, waiting: (what) => progress.waiting(step, what) })
      } catch (cause) {
        throw new StepError(step, cause)
      }
      progress.done(step, performance.now() - started)
      done++
    })
  }
  return done
}
