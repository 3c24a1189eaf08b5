import type { Client } from './cloud/client.ts'
import { inParallel } from './parallel.ts'
import type { Plan } from './plan/index.ts'
import type { Step } from './plan/step.ts'

/** Receives the progress of a plan. */
export type Progress = {
  /** A step waits for something. Called repeatedly while it waits. */
  waiting: (step: Step, what: string) => void
  /** A step is done. */
  done: (step: Step, milliseconds: number) => void
}

/** A step has failed. The steps before it remain done; the next deployment continues from there. */
export class StepError extends Error {
  override name = 'StepError'
  readonly step: Step

  constructor(step: Step, cause: unknown) {
    super(`${step.verb} ${step.resource} ${step.name}`, { cause })
    this.step = step
  }
}

/**
 * Runs the stages of a plan. Returns the number of steps that have changed something.
 * @throws {StepError} for the first step that fails
 */
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
