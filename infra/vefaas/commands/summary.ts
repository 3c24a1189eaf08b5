import { addressOf } from '../address.ts'
import type { Context } from '../context.ts'
import type { FunctionSpec, RouteSpec, StringMatch } from '../service.ts'

/** What is deployed and how it is called: the address, a curl line for each route, and the timers. */
export async function summary({ client, service }: Context): Promise<string[]> {
  const { functions, gateway } = service
  const address = gateway.isNeeded ? await addressOf(client, service) : undefined
  const header = gateway.keyAuth ? ` -H "${gateway.keyAuth.header}: $KEY"` : ''
  const routes = functions.flatMap((one) => one.routes.map((route) => `  ${curl(address ?? '', header, route)}`))
  const timers = functions.flatMap((one) => timersOf(one))
  return [
    ...(address ? [`address  ${address}`, ''] : []),
    ...(routes.length > 0 ? ['routes', ...routes, ''] : []),
    ...(timers.length > 0 ? ['timers', ...timers, ''] : []),
  ]
}

function curl(address: string, header: string, { MatchRule }: RouteSpec): string {
  const { Path, Method = [], Header = [], QueryString = [] } = MatchRule
  // Nobody knows a text that an expression matches: it stands there to be replaced.
  const value = ({ MatchType, MatchContent }: StringMatch) =>
    MatchType === 'Regex' ? `<${MatchContent}>` : encodeURI(MatchContent)
  const query = QueryString.map(({ Key, Value }) => `${Key}=${value(Value)}`).join('&')
  const headers = Header.map(({ Key, Value }) => ` -H "${Key}: ${Value.MatchContent}"`).join('')
  const method = Method[0] && Method[0] !== 'GET' ? ` -X ${Method[0]}` : ''
  return `curl${method}${header}${headers} "${address}${value(Path)}${query ? `?${query}` : ''}"`
}

function timersOf({ key, timers, kafkaTriggers }: FunctionSpec): string[] {
  return [
    ...timers.map(({ Name, Crontab, Enabled }) => `  ${key}  ${Crontab}  (${Name}${Enabled ? '' : ', off'})`),
    ...kafkaTriggers.map(({ TopicName, MqInstanceId }) => `  ${key}  messages of ${TopicName} (${MqInstanceId})`),
  ]
}
