import { LocalError } from './error.ts'
import { number, parseFlags, port } from './flags.ts'

export type Arguments = {
  help: boolean
  port: number | undefined
  ecsPort: number
  bootSeconds: number
  fastTimers: boolean
  desktops: boolean
  watch: boolean
  cloud: boolean
  auth: 'key' | 'gateway' | undefined
}

export const help = `Usage: npm start -- [options]

Runs the service on this computer, with a small copy of the cloud beside it. Listens on 127.0.0.1 only.

  --port <port>           of the gateway, where the actions are (8102, or server.port of config.toml; 0 takes a free one)
  --ecs-port <port>       of the API of the emulated cloud: ECS, veFaaS and APIG (18103; 0 takes a free one)
  --boot-seconds <n>      how long an emulated machine takes to boot (3)
  --fast-timers           run the timers of serverless.yml faster: a minute takes a second
  --desktops              give each emulated Linux machine a real desktop; needs Linux, and Debian packages that it names
  --watch                 deploy a function again whenever its source changes
  --auth key|gateway      key: callers need a key; gateway: they need none (gateway)
  --cloud                 use the real ECS, with the configured credentials: this makes and removes real machines
  --help                  this text

Any setting of config.toml can be given as ECS_MANAGER__<SECTION>__<KEY>.`

const options = {
  port: { type: 'string' },
  'ecs-port': { type: 'string' },
  'boot-seconds': { type: 'string' },
  'fast-timers': { type: 'boolean' },
  desktops: { type: 'boolean' },
  watch: { type: 'boolean' },
  auth: { type: 'string' },
  cloud: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the command line. Throws LocalError. */
export function readArguments(args: string[]): Arguments {
  const { values } = parseFlags({ args, options })
  const { auth, cloud = false, desktops = false } = values
  if (auth !== undefined && auth !== 'key' && auth !== 'gateway') throw new LocalError('--auth must be key or gateway')
  if (cloud && desktops) throw new LocalError('--desktops is for emulated machines: those of --cloud have their own')
  return {
    help: values.help ?? false,
    port: values.port === undefined ? undefined : port('--port', values.port),
    ecsPort: port('--ecs-port', values['ecs-port'] ?? '18103'),
    bootSeconds: number('--boot-seconds', values['boot-seconds'] ?? '3', 86_400),
    fastTimers: values['fast-timers'] ?? false,
    watch: values.watch ?? false,
    desktops,
    cloud,
    auth,
  }
}
