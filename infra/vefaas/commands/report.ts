import type { CommandContext } from '../context.ts'
import type { Plan } from '../plan/index.ts'
import type { Step } from '../plan/step.ts'
import { type Progress, runPlan } from '../run.ts'

/** How often a step that waits says so where there is no terminal to overwrite a line in. */
const REPORT_INTERVAL_MS = 15_000

/** Carries out a plan, and says what is done, what is being waited for, and how long. Returns how much was done. */
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
  // A deployment may be killed anywhere: what is left is to say so.
  const interrupt = () => {
    line.remove()
    log.notice(
      '\nInterrupted. What was under way may be done or not: run the command again, and it goes on from there.',
    )
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

/** What a plan would do, a line a step. What would be left as it is comes as a count alone. */
export function describePlan({ stages }: Pick<Plan, 'stages'>): string[] {
  const steps = stages.flat()
  const left = steps.filter(({ verb }) => verb === 'leave')
  return [
    ...steps.filter(({ verb }) => verb !== 'leave').map((step) => `  ${describeStep(step, step.verb)}`),
    ...keptWithReason({ stages }).map((step) => `  ${describeStep(step, 'leave')}`),
    `  ${left.length} of ${steps.length} are left as they are`,
  ]
}

/** What stays though it was to go, and why. */
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
