import { addressOf } from '../address.ts'
import type { CommandContext } from '../context.ts'
import type { FunctionSpec, RouteSpec } from '../service.ts'
import { routeAddress } from './route-address.ts'

/** Returns the address, a curl command for each route, and the triggers. */
export async function summary({ client, service }: CommandContext): Promise<string[]> {
  const { functions, gateway } = service
  const address = gateway.isRequired ? await addressOf(client, service) : undefined
  const header = gateway.keyAuth ? ` -H "${gateway.keyAuth.header}: $KEY"` : ''
  const routes = address
    ? functions.flatMap((one) => one.routes.map((route) => `  ${curl(address, header, route)}`))
    : []
  const triggers = functions.flatMap((one) => triggersOf(one))
  return [
    ...(address ? [`address  ${address}`, ''] : []),
    ...(routes.length > 0 ? ['routes', ...routes, ''] : []),
    ...(triggers.length > 0 ? ['triggers', ...triggers, ''] : []),
  ]
}

function curl(address: string, header: string, { MatchRule }: RouteSpec): string {
  const { Method = [], Header = [] } = MatchRule
  // The values of headers may be secrets.
  const headers = Header.map(({ Key }) => ` -H "${Key}: ..."`).join('')
  const method = Method[0] && Method[0] !== 'GET' ? ` -X ${Method[0]}` : ''
  return `curl${method}${header}${headers} "${routeAddress(address, MatchRule)}"`
}

function triggersOf({ key, timers, kafkaTriggers }: FunctionSpec): string[] {
  return [
    ...timers.map(({ Name, Crontab, Enabled }) => `  ${key}  ${Crontab}  (${Name}${Enabled ? '' : ', off'})`),
    ...kafkaTriggers.map(({ TopicName, MqInstanceId }) => `  ${key}  messages of ${TopicName} (${MqInstanceId})`),
  ]
}
