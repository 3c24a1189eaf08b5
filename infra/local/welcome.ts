import type { Config } from '../../shared/config/schema.ts'
import type { Arguments } from './arguments.ts'
import type { Local } from './cloud.ts'
import { ACCESS_KEY, SECRET_KEY } from './environment.ts'
import { frequency } from './frequency.ts'

/** What `npm start` prints: what runs where and when, the actions as curl lines in an order that works, and the address. */
export function welcome({ url, cloud, config, addressBlock, key }: Local, wanted: Arguments): string {
  const { bootSeconds, fastTimers } = wanted
  const authorization = config.security.auth === 'key' ? ' -H "Authorization: Bearer $KEY"' : ''
  const curl = (action: string, parameters = '') =>
    `curl -sw '\\n'${authorization} "${url}/?Action=${action}&Version=2020-04-01${parameters}"`
  const caught = (name: string, command: string, pattern: string) =>
    `ANSWER=$(${command}); printf '%s\\n' "$ANSWER"; ${name}=$(printf '%s' "$ANSWER" | grep -o '${pattern}' | head -n 1)`

  const lines = [
    'ECS Manager, on this computer',
    '',
    `  actions         ${url}   the functions of serverless.yml behind an emulated gateway`,
    `  console         ${url}/console   sandboxes and their desktops, in a browser`,
    `  API             ${url}/docs   its description, with forms to try it`,
    ...(key ? [`  key             ${key}   made for this run: as X-API-Key, or Authorization: Bearer`] : []),
    `  emulated cloud  ${cloud.url}   access key ${ACCESS_KEY}, secret key ${SECRET_KEY}`,
    ...(wanted.cloud
      ? [
          `  real ECS        ${config.volcengine.endpoint} (${config.volcengine.region}): machines are real and cost money`,
        ]
      : machinesOf(config, addressBlock, wanted.desktops)),
    ...pathsOf(cloud).map((path) => `  events          ${url}${path}   POST, as CloudEvents`),
    ...timersOf(cloud, fastTimers).map((timer, at) => `  ${at === 0 ? 'timers' : '      '}          ${timer}`),
    '',
    'To try it, paste these lines into another terminal (a sandbox boots for the seconds of the sleep):',
    '',
    ...(authorization ? [`  KEY=${key ?? "'<one of your configured keys>'"}`] : []),
    `  ${caught('ID', curl('CreateSandbox'), 'i-[0-9a-z]*')}`,
    `  ${curl('DescribeSandboxes')}`,
    `  sleep ${wanted.cloud ? 60 : bootSeconds}`,
    `  ${caught('TOKEN', curl('DescribeSandboxTerminalUrl', '&SandboxId=$ID'), 'i-[0-9a-z]*\\.[A-Za-z0-9_-]*')}`,
    `  ${curl('ValidateVncToken', '&Token=$TOKEN')}`,
    `  ${curl('RenewSandbox', '&SandboxId=$ID&LifetimeSeconds=3600')}`,
    `  ${curl('DeleteSandbox', '&SandboxId=$ID')}`,
    '',
    'Ctrl-C ends everything.',
    `ready ${url}`,
  ]
  return lines.join('\n')
}

/** What runs in emulated machines, and where. */
function machinesOf({ terminal, windows }: Config, block: string, hasDesktops: boolean): string[] {
  return [
    `  machines        at addresses of ${block}`,
    hasDesktops
      ? `    Linux         a desktop, by VNC at port ${terminal.vnc_port}: what runs in it runs as you, on this computer, not fenced off`
      : '    Linux         no desktop; with --desktops, a real one',
    windows.agent_scheme === 'http'
      ? `    Windows       the password agent, at port ${windows.agent_port}`
      : '    Windows       nothing in it: the password agent of emulated machines speaks http, windows.agent_scheme is https',
  ]
}

/** Routes that no action of the query leads to: those of functions that work by event. */
function pathsOf({ apig }: Local['cloud']): string[] {
  const routes = apig.routes() as { MatchRule: { Path: { MatchContent: string } } }[]
  return routes.map(({ MatchRule }) => MatchRule.Path.MatchContent).filter((path) => path !== '/')
}

function timersOf({ vefaas }: Local['cloud'], fastTimers: boolean): string[] {
  const functions = vefaas.functions() as { Timers: { Name: string; Crontab: string; Enabled: boolean }[] }[]
  const timers = functions.flatMap(({ Timers }) => Timers).filter(({ Enabled }) => Enabled)
  return timers.map(({ Name, Crontab }) => `${Name} ${frequency(Crontab, fastTimers)}`)
}
