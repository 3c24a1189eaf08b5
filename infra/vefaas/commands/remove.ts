import type { Context } from '../context.ts'
import { planOfRemoval } from '../plan/index.ts'
import { carryOut } from './report.ts'

/** `serverless remove`: everything that this service has made in this stage, and nothing else. */
export async function remove(context: Context): Promise<void> {
  const { client, service, utils } = context
  utils.log.notice(`Removing ${service.name} from stage ${service.stage} (${service.region})\n`)
  const done = await carryOut(context, await planOfRemoval(client, service))
  utils.log.notice(done === 0 ? '  there is nothing to remove' : '')
}
