import type { CommandContext } from '../context.ts'
import { observe, planOf } from '../plan/index.ts'
import { carryOut, describePlan } from './report.ts'
import { summary } from './summary.ts'

/** `serverless deploy`. With --plan, only shows what it would do. */
export async function deploy(context: CommandContext): Promise<void> {
  const { client, service, options, utils, artifactOf } = context
  const { log } = utils
  const plan = await planOf(client, service, await observe(client, service), artifactOf)

  if (options.plan) {
    log.notice(`Plan for ${service.name}, stage ${service.stage}, region ${service.region}. Nothing is changed.\n`)
    utils.writeText(describePlan(plan))
    return
  }
  log.notice(`Deploying ${service.name} to stage ${service.stage} (${service.region})\n`)
  const done = await carryOut(context, plan)
  log.notice(done === 0 ? '  nothing has changed: everything is as in serverless.yml\n' : '')
  utils.writeText(await summary(context))
}
