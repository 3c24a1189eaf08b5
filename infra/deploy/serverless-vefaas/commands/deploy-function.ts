import type { CommandContext } from '../context.ts'
import { planOfFunction } from '../plan/index.ts'
import { carryOut } from './report.ts'

/** `serverless deploy function -f <function>`: deploys only its code and settings. */
export async function deployFunction(context: CommandContext): Promise<void> {
  const { client, service, options, utils, artifactOf } = context
  const plan = await planOfFunction(client, service, options.function ?? '', artifactOf)
  const done = await carryOut(context, plan)
  if (done === 0) utils.log.notice(`  function ${options.function} has not changed`)
}
