import { listAll } from '../cloud/pages.ts'
import type { CommandContext } from '../context.ts'
import type { FunctionItem } from '../observe/functions.ts'
import { hasOwnerTags } from '../owner-mark.ts'
import type { FunctionSpec } from '../service.ts'
import { CommandError } from './command-error.ts'

/**
 * Returns the function that `--function` names.
 * @throws {CommandError} if it does not exist
 */
export function functionOf({ service, options }: CommandContext): FunctionSpec {
  const found = service.functions.find(({ key }) => key === options.function)
  if (found) return found
  const keys = service.functions.map(({ key }) => key).join(', ')
  throw new CommandError(`serverless.yml has no function ${options.function}; its functions are ${keys || 'none'}`)
}

/**
 * Returns the function that `--function` names, with its id in the cloud.
 * @throws {CommandError} if it does not exist or is not deployed
 * @throws {CloudError}
 */
export async function deployedFunctionOf(context: CommandContext): Promise<FunctionSpec & { id: string }> {
  const { client, service } = context
  const spec = functionOf(context)
  const items = await listAll<FunctionItem>(client, 'vefaas', 'ListFunctions')
  const item = items.find(({ Name, Tags }) => Name === spec.name && hasOwnerTags(service.mark, Tags))
  if (item) return { ...spec, id: item.Id }
  throw new CommandError(
    `Function ${spec.name} is not deployed in ${service.region}: run serverless deploy${stageOption(context)}`,
  )
}

/** Returns the option that a suggested command needs for the same stage. */
export function stageOption({ options }: CommandContext): string {
  return options.stage === undefined ? '' : ` --stage ${options.stage}`
}
