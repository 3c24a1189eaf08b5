import { parseArgs } from 'node:util'
import type { CloudOptions } from './cloud.ts'

export interface Arguments {
  help: boolean
  accessKey: string
  secretKey: string
  cloud: CloudOptions
  /** RUNNING instances to begin with. */
  seed: number
}

export const help = `npm run emulator -- [options]

A small VolcEngine on 127.0.0.1, for any client that speaks its signed API: ECS, veFaaS and APIG at one address. What is
deployed to veFaaS runs.

  --port <n>               default 18103; 0 takes a free one
  --gateway-port <n>       of the first gateway of APIG, default 8102; each further one takes a free one
  --access-key <id>        default AKLOCAL
  --secret-key <secret>    default local-secret
  --boot-seconds <n>       CREATING to RUNNING, default 0
  --start-seconds <n>      STARTING to RUNNING, default 0
  --stop-seconds <n>       STOPPING to STOPPED, default 0
  --reboot-seconds <n>     REBOOTING to RUNNING, default 0
  --delete-seconds <n>     DELETING to gone, default 0
  --release-seconds <n>    how long a release of a function takes at least, default 0
  --gateway-seconds <n>    a gateway from Creating to Running, default 0
  --latency-ms <n>         how long every answer waits, default 0
  --calls-per-second <n>   of each action, after ten at once; more are throttled; default 0: any number
  --timer-speed <n>        seconds of crontabs a second, default 1; 0: timers do not fire
  --quota <n>              the most instances, default 100000
  --address-block <cidr>   private addresses come from it, default 10.0.0.0/8
  --seed <n>               RUNNING instances to begin with, default 0
  --help
`

const text = { type: 'string' } as const
const options = {
  port: text,
  'gateway-port': text,
  'access-key': text,
  'secret-key': text,
  'boot-seconds': text,
  'start-seconds': text,
  'stop-seconds': text,
  'reboot-seconds': text,
  'delete-seconds': text,
  'release-seconds': text,
  'gateway-seconds': text,
  'latency-ms': text,
  'calls-per-second': text,
  'timer-speed': text,
  quota: text,
  'address-block': text,
  seed: text,
  help: { type: 'boolean' },
} as const

/** Reads the command line. Throws a TypeError or a RangeError that names the option. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options })
  const number = (name: Exclude<keyof typeof options, 'help'>, otherwise = 0) => {
    const value = values[name]
    if (value === undefined) return otherwise
    if (!/^\d+(\.\d+)?$/.test(value)) throw new RangeError(`--${name} is "${value}", not a number from 0 up`)
    return Number(value)
  }
  const port = (name: 'port' | 'gateway-port', otherwise: number) => {
    const value = number(name, otherwise)
    if (Number.isInteger(value) && value <= 65_535) return value
    throw new RangeError(`--${name} is ${value}, not a port from 0 to 65535`)
  }
  const accessKey = values['access-key'] ?? 'AKLOCAL'
  const secretKey = values['secret-key'] ?? 'local-secret'
  const perSecond = number('calls-per-second')
  const common = {
    accessKeys: { [accessKey]: secretKey },
    rateLimit: perSecond > 0 ? { perSecond, burst: 10 } : undefined,
  }
  return {
    help: values.help ?? false,
    accessKey,
    secretKey,
    seed: number('seed'),
    cloud: {
      port: port('port', 18_103),
      latencyMs: number('latency-ms'),
      ecs: {
        ...common,
        bootSeconds: number('boot-seconds'),
        startSeconds: number('start-seconds'),
        stopSeconds: number('stop-seconds'),
        rebootSeconds: number('reboot-seconds'),
        deleteSeconds: number('delete-seconds'),
        quota: number('quota', 100_000),
        addressBlock: values['address-block'] ?? '10.0.0.0/8',
      },
      vefaas: { ...common, releaseSeconds: number('release-seconds'), timerSpeed: number('timer-speed', 1) },
      apig: { ...common, gatewayPort: port('gateway-port', 8102), gatewaySeconds: number('gateway-seconds') },
    },
  }
}
