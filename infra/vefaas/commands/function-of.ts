import { listAll } from '../cloud/pages.ts'
import type { CommandContext } from '../context.ts'
import type { FunctionItem } from '../observe/functions.ts'
import { hasOwnerTags } from '../owner-mark.ts'
import type { FunctionSpec } from '../service.ts'
import { CommandError } from './command-error.ts'

/** The function that `--function` names. @throws CommandError when there is none */
export function functionOf({ service, options }: CommandContext): FunctionSpec {
  const found = service.functions.find(({ key }) => key === options.function)
  if (found) return found
  const keys = service.functions.map(({ key }) => key).join(', ')
  throw new CommandError(`There is no function ${options.function} in serverless.yml; there are ${keys || 'none'}`)
}

/** The same with its id in the cloud. @throws CommandError when there is none, or it is not deployed; CloudError */
export async function deployedFunctionOf(context: CommandContext): Promise<FunctionSpec & { id: string }> {
  const { client, service } = context
  const spec = functionOf(context)
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name, Tags }) => Name === spec.name && hasOwnerTags(service.mark, Tags))
  if (item) return { ...spec, id: item.Id }
  throw new CommandError(
    `Function ${spec.name} is not deployed in ${service.region}: serverless deploy${stageOption(context)} deploys it`,
  )
}

/** What a command line needs to be about the same stage. */
export function stageOption({ options }: CommandContext): string {
  return options.stage === undefined ? '' : ` --stage ${options.stage}`
}
