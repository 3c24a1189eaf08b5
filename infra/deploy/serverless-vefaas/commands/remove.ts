import type { CommandContext } from '../context.ts'
import { planOfRemoval } from '../plan/index.ts'
import { carryOut, keptWithReason } from './report.ts'

/** `serverless remove`: removes everything that this service has created in the stage. */
export async function remove(context: CommandContext): Promise<void> {
  const { client, service, utils } = context
  utils.log.notice(`Removing ${service.name} from stage ${service.stage} (${service.region})\n`)
  const plan = await planOfRemoval(client, service)
  const done = await carryOut(context, plan)
  utils.log.notice(done === 0 && keptWithReason(plan).length === 0 ? '  nothing to remove' : '')
}
