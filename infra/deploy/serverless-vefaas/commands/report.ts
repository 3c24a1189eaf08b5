import type { CommandContext } from '../context.ts'
import type { Plan } from '../plan/index.ts'
import type { Step } from '../plan/step.ts'
import { type Progress, runPlan } from '../run.ts'

/** The interval of reports that a step waits, if stderr is not a terminal, where one line can be overwritten. */
const REPORT_INTERVAL_MS = 15_000

/**
 * Runs a plan and reports its steps. Returns the number of steps that have changed something.
 * @throws {StepError}
 */
export async function carryOut({ client, utils, pollMs }: CommandContext, plan: Plan): Promise<number> {
  const { log, progress } = utils
  const line = progress.get('vefaas')
  let reportedAt = performance.now()
  const reported: Progress = {
    waiting: (_step, what) => {
      if (process.stderr.isTTY) line.notice(`Waiting for ${what}`)
      else if (performance.now() - reportedAt > REPORT_INTERVAL_MS) {
        reportedAt = performance.now()
        log.notice(`  waiting for ${what}`)
      }
    },
    done: (step, milliseconds) => log.notice(`  ${describeStep(step)}  (${seconds(milliseconds)})`),
  }
  // A deployment may be interrupted at any call; the next one continues from there.
  const interrupt = () => {
    line.remove()
    log.notice('\nInterrupted. Steps in progress may or may not be complete: run the command again to continue.')
    process.exit(130)
  }
  process.once('SIGINT', interrupt)
  try {
    const done = await runPlan(client, plan, reported, pollMs)
    for (const step of keptWithReason(plan)) log.notice(`  ${describeStep(step)}`)
    return done
  } finally {
    process.off('SIGINT', interrupt)
    line.remove()
  }
}

const VERBS = { create: 'created', update: 'updated', remove: 'removed', leave: 'left' }

/** Describes what a plan would do, one line a step. Of the steps without a change, shows only the number. */
export function describePlan({ stages }: Pick<Plan, 'stages'>): string[] {
  const steps = stages.flat()
  const left = steps.filter(({ verb }) => verb === 'leave')
  return [
    ...steps.filter(({ verb }) => verb !== 'leave').map((step) => `  ${describeStep(step, step.verb)}`),
    ...keptWithReason({ stages }).map((step) => `  ${describeStep(step, 'leave')}`),
    `  ${left.length} of ${steps.length} are left as they are`,
  ]
}

/** Returns the steps that leave a resource for a reason, such as a gateway that others use. */
export function keptWithReason({ stages }: Pick<Plan, 'stages'>): Step[] {
  return stages.flat().filter(({ verb, details }) => verb === 'leave' && details.length > 0)
}

function describeStep({ verb, resource, name, details }: Step, word: string = VERBS[verb]): string {
  const what = `${word.padEnd(8)} ${resource.padEnd(16)} ${name}`
  return details.length > 0 ? `${what}  ${details.join(', ')}` : what
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}
