import { parseArgs } from 'node:util'
import { readNumber, readPort } from '../emulator/flags.ts'
import { LocalError } from './error.ts'

/** The command line of `npm start`. */
export type StartArguments = {
  help: boolean
  port: number | undefined
  ecsPort: number
  /** How long an emulated machine takes to boot, and to start, stop and restart. */
  bootSeconds: number
  fastTimers: boolean
  desktops: boolean
  watch: boolean
  cloud: boolean
  auth: 'key' | 'gateway' | undefined
}

export const START_HELP = `Usage: npm start -- [options]

Runs the service on this computer, with a small emulated cloud. Listens only on 127.0.0.1.

  --port <port>           port of the gateway (8102, or server.port of config.toml; 0 takes a free one)
  --ecs-port <port>       port of the emulated cloud's API: ECS, veFaaS and APIG (18103; 0 takes a free one)
  --boot-seconds <n>      how long an emulated machine takes to boot, start, stop and restart (3)
  --fast-timers           run the timers of serverless.yml faster: a minute takes a second
  --desktops              give each emulated Linux machine a real desktop; needs Linux and some Debian packages
  --watch                 deploy a function again whenever its source changes
  --auth key|gateway      key: callers need a key; gateway: they need none (gateway)
  --cloud                 use the real ECS with the configured credentials: this creates and deletes real machines
  --help                  show this text

Any setting of config.toml can be set as ECS_MANAGER__<SECTION>__<KEY>.`

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

/** Reads the command line. Throws LocalError, whose message is one line and mentions --help. */
export function readStartArguments(args: string[]): StartArguments {
  try {
    return parseStartArguments(args)
  } catch (cause) {
    // After its first sentence, parseArgs explains how to pass such an argument anyway.
    const [reason] = (cause as Error).message.split(/\.\s/)
    throw new LocalError(`${reason}; npm start -- --help lists the options`, { cause })
  }
}

function parseStartArguments(args: string[]): StartArguments {
  const { values } = parseArgs({ args, options })
  const { auth, cloud = false, desktops = false } = values
  if (auth !== undefined && auth !== 'key' && auth !== 'gateway') throw new Error('--auth must be key or gateway')
  if (cloud && desktops) throw new Error('--desktops is only for emulated machines, not for those of --cloud')
  return {
    help: values.help ?? false,
    port: values.port === undefined ? undefined : readPort('--port', values.port),
    ecsPort: readPort('--ecs-port', values['ecs-port'] ?? '18103'),
    bootSeconds: readNumber('--boot-seconds', values['boot-seconds'] ?? '3', 86_400),
    fastTimers: values['fast-timers'] ?? false,
    watch: values.watch ?? false,
    desktops,
    cloud,
    auth,
  }
}
