import type { Config } from '../../shared/config/schema.ts'
import type { StartArguments } from './arguments.ts'
import type { Local } from './cloud.ts'
import { ACCESS_KEY, SECRET_KEY } from './environment.ts'

const MCP_PATH = '/mcp'

/** The output of `npm start`: addresses, timers, the actions as curl commands in an order that works, and a last line. */
export function welcome({ url, cloud, config, addressBlock, key }: Local, args: StartArguments): string {
  const needsKey = config.security.auth === 'key'
  const authorization = needsKey ? ' -H "Authorization: Bearer $KEY"' : ''
  const curl = (action: string, parameters = '') =>
    `curl -sw '\\n'${authorization} "${url}/?Action=${action}&Version=2020-04-01${parameters}"`
  // Prints the answer of a command, and stores the part that matches in a shell variable.
  const capture = (variable: string, command: string, pattern: string) =>
    `ANSWER=$(${command}); printf '%s\\n' "$ANSWER"; ${variable}=$(printf '%s' "$ANSWER" | grep -o '${pattern}' | head -n 1)`

  const lines = [
    'ECS Manager on this computer',
    '',
    `  actions         ${url}   the functions of serverless.yml behind an emulated gateway`,
    `  console         ${url}/console   sandboxes and their desktops, in a browser`,
    `  API             ${url}/docs   its description, with forms to try it`,
    `  agents          ${url}${MCP_PATH}   Model Context Protocol; what to paste: ${url}/console#/connect`,
  ]
  if (key) {
    lines.push(`  key             ${key}   only for this run; send it as X-API-Key or Authorization: Bearer`)
  }
  const configured = Object.entries(config.security.keys)
  if (needsKey && !key) lines.push(`  keys            ${configured.map(describeKey).join(', ')}`)
  lines.push(`  emulated cloud  ${cloud.url}   access key ${ACCESS_KEY}, secret key ${SECRET_KEY}`)
  if (args.cloud) {
    const { endpoint, region } = config.volcengine
    lines.push(`  real ECS        ${endpoint} (${region}): machines are real and cost money`)
  } else {
    lines.push(...describeMachines(config, addressBlock, args.desktops))
  }
  for (const path of eventPaths(cloud)) lines.push(`  events          ${url}${path}   POST, as CloudEvents`)
  for (const [index, timer] of describeTimers(cloud, args.fastTimers).entries()) {
    lines.push(`  ${index === 0 ? 'timers' : '      '}          ${timer}`)
  }
  lines.push(
    '',
    'To try it, paste these lines into another terminal. The sleep lasts until the sandbox has booted.',
    '',
  )
  if (needsKey) lines.push(`  KEY=${key ?? "'<one of your configured keys that may do all of this>'"}`)
  lines.push(
    `  ${capture('ID', curl('CreateSandbox'), 'i-[0-9a-z]*')}`,
    `  ${curl('DescribeSandboxes')}`,
    `  sleep ${args.cloud ? 60 : args.bootSeconds}`,
    `  ${capture('TOKEN', curl('DescribeSandboxTerminalUrl', '&SandboxId=$ID'), 'i-[0-9a-z]*\\.[A-Za-z0-9_-]*')}`,
    `  ${curl('ValidateVncToken', '&Token=$TOKEN')}`,
    `  ${curl('RenewSandbox', '&SandboxId=$ID&LifetimeSeconds=3600')}`,
    `  ${curl('DeleteSandbox', '&SandboxId=$ID')}`,
    '',
    'Ctrl-C stops everything.',
    `ready ${url}`,
  )
  return lines.join('\n')
}

/** The name of a configured key, and its rights if it is a table. */
function describeKey([name, setting]: [string, Config['security']['keys'][string]]): string {
  if (typeof setting === 'string') return name
  const { actions, owner } = setting
  const sandboxes = owner === 'self' ? 'its own sandboxes' : `sandboxes of ${owner === 'all' ? 'all owners' : owner}`
  return `${name} (${actions.join(', ')}; ${sandboxes})`
}

/** The emulated machines: their addresses and programs. */
function describeMachines({ terminal, windows }: Config, block: string, hasDesktops: boolean): string[] {
  return [
    `  machines        at addresses of ${block}`,
    hasDesktops
      ? `    Linux         a desktop, by VNC at port ${terminal.vnc_port}: its programs run as you, on this computer, without isolation`
      : '    Linux         no desktop; --desktops gives it a real one',
    windows.agent_scheme === 'http'
      ? `    Windows       the password agent, at port ${windows.agent_port}`
      : '    Windows       nothing: the emulated password agent speaks http, but windows.agent_scheme is https',
  ]
}

/** The paths of the functions that take events: every route that is for no action and not for agents. */
function eventPaths({ apig }: Local['cloud']): string[] {
  const routes = apig.routes() as { MatchRule: { Path: { MatchContent: string } } }[]
  return routes.map(({ MatchRule }) => MatchRule.Path.MatchContent).filter((path) => path !== '/' && path !== MCP_PATH)
}

function describeTimers({ vefaas }: Local['cloud'], isFast: boolean): string[] {
  const functions = vefaas.functions() as { Timers: { Name: string; Crontab: string; Enabled: boolean }[] }[]
  const timers = functions.flatMap(({ Timers }) => Timers).filter(({ Enabled }) => Enabled)
  return timers.map(({ Name, Crontab }) => `${Name} ${describeCrontab(Crontab, isFast)}`)
}

/** `every 5 minutes` for an interval of minutes, otherwise the crontab itself. */
function describeCrontab(crontab: string, isFast: boolean): string {
  const [isInterval, minutes = '1'] = /^\*(?:\/(\d+))?(?: +\*){4}$/.exec(crontab) ?? []
  if (isInterval === undefined) return `at ${crontab} UTC${isFast ? ', a minute in a second' : ''}`
  const unit = isFast ? 'second' : 'minute'
  return Number(minutes) === 1 ? `every ${unit}` : `every ${Number(minutes)} ${unit}s`
}
