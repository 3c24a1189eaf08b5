import { parseArgs } from 'node:util'
import type { CloudOptions } from './cloud.ts'
import { readNumber, readPort } from './flags.ts'

export interface Arguments {
  help: boolean
  accessKey: string
  secretKey: string
  cloud: CloudOptions
  /** The number of RUNNING instances at the start. */
  seed: number
}

export const help = `npm run emulator -- [options]

Emulates VolcEngine's ECS, veFaaS and APIG at one address on 127.0.0.1, for any client of their signed API. Functions
deployed to veFaaS run.

  --port <n>               default 18103; 0 takes a free one
  --gateway-port <n>       of the first gateway of APIG, default 8102; each other gateway takes a free one
  --access-key <id>        default AKLOCAL
  --secret-key <secret>    default local-secret
  --boot-seconds <n>       from CREATING to RUNNING, default 0
  --start-seconds <n>      from STARTING to RUNNING, default 0
  --stop-seconds <n>       from STOPPING to STOPPED, default 0
  --reboot-seconds <n>     from REBOOTING to RUNNING, default 0
  --delete-seconds <n>     from DELETING to deleted, default 0
  --release-seconds <n>    the minimum duration of a release of a function, default 0
  --gateway-seconds <n>    of a gateway from Creating to Running, default 0
  --latency-ms <n>         the delay of every response, default 0
  --calls-per-second <n>   the rate limit of each action, after a burst of 10; default 0: no limit
  --timer-speed <n>        seconds of crontabs per second, default 1; 0: timers do not fire
  --quota <n>              the maximum number of instances, default 100000
  --address-block <cidr>   the block of private addresses, default 10.0.0.0/8
  --no-economical-mode     the account is not admitted to it: instances that stop with StopCharging keep charging
  --economical-by-default  instances that stop without StoppedMode stop charging
  --not-applicable-types <types>
                           instance types that cannot stop charging, separated by commas
  --seed <n>               the number of RUNNING instances at the start, default 0
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
  'no-economical-mode': { type: 'boolean' },
  'economical-by-default': { type: 'boolean' },
  'not-applicable-types': text,
  seed: text,
  help: { type: 'boolean' },
} as const

type Flag = 'help' | 'no-economical-mode' | 'economical-by-default'

/** Reads the command line. Throws a TypeError or a RangeError that names the option. */
export function readArguments(args: readonly string[]): Arguments {
  const { values } = parseArgs({ args: [...args], options })
  const number = (name: Exclude<keyof typeof options, Flag>, defaultValue = '0') =>
    readNumber(`--${name}`, values[name] ?? defaultValue)
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
      port: readPort('--port', values.port ?? '18103'),
      latencyMs: number('latency-ms'),
      ecs: {
        ...common,
        bootSeconds: number('boot-seconds'),
        startSeconds: number('start-seconds'),
        stopSeconds: number('stop-seconds'),
        rebootSeconds: number('reboot-seconds'),
        deleteSeconds: number('delete-seconds'),
        quota: number('quota', '100000'),
        addressBlock: values['address-block'] ?? '10.0.0.0/8',
        settings: {
          EconomicalModeAdmitted: !values['no-economical-mode'],
          EconomicalModeByDefault: values['economical-by-default'] ?? false,
          NotApplicableTypes: values['not-applicable-types']?.split(',') ?? [],
        },
      },
      vefaas: { ...common, releaseSeconds: number('release-seconds'), timerSpeed: number('timer-speed', '1') },
      apig: {
        ...common,
        gatewayPort: readPort('--gateway-port', values['gateway-port'] ?? '8102'),
        gatewaySeconds: number('gateway-seconds'),
      },
    },
  }
}
