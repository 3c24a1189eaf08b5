import { addressOf } from '../address.ts'
import type { CommandContext } from '../context.ts'
import type { FunctionSpec } from '../service.ts'
import { curlCommand } from './curl-command.ts'

/** Returns the address, a curl command for each route, and the triggers. */
export async function summary({ client, service }: CommandContext): Promise<string[]> {
  const { functions, gateway } = service
  const address = gateway.isRequired ? await addressOf(client, service) : undefined
  const routes = address
    ? functions.flatMap((one) => one.routes.map((route) => `  ${curlCommand(address, route, gateway.keyAuth?.header)}`))
    : []
  const triggers = functions.flatMap((one) => triggersOf(one))
  return [
    ...(address ? [`address  ${address}`, ''] : []),
    ...(routes.length > 0 ? ['routes', ...routes, ''] : []),
    ...(triggers.length > 0 ? ['triggers', ...triggers, ''] : []),
  ]
}

function triggersOf({ key, timers, kafkaTriggers }: FunctionSpec): string[] {
  return [
    ...timers.map(({ Name, Crontab, Enabled }) => `  ${key}  ${Crontab}  (${Name}${Enabled ? '' : ', off'})`),
    ...kafkaTriggers.map(({ TopicName, MqInstanceId }) => `  ${key}  messages of ${TopicName} (${MqInstanceId})`),
  ]
}
