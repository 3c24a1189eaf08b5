import { parseArgs } from 'node:util'
import { startCloud } from './cloud.ts'

const help = `npm run emulator -- [options]

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

main().catch((error: Error & { code?: string; port?: number }) => {
  const inUse = `port ${error.port} is in use; choose another with --port or --gateway-port (0 takes a free one)`
  const message = error.code === 'EADDRINUSE' ? inUse : error.message.replaceAll('\n', ' ')
  process.stderr.write(`emulator: ${message}\n`)
  process.exitCode = 1
})

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
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
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const number = (name: Exclude<keyof typeof values, 'help'>, otherwise = 0) => {
    const value = values[name]
    if (value === undefined) return otherwise
    if (!/^\d+(\.\d+)?$/.test(value)) throw new RangeError(`--${name} is "${value}", not a number from 0 up`)
    return Number(value)
  }
  const portOf = (name: 'port' | 'gateway-port', otherwise: number) => {
    const port = number(name, otherwise)
    if (Number.isInteger(port) && port <= 65_535) return port
    throw new RangeError(`--${name} is ${port}, not a port from 0 to 65535`)
  }
  const accessKey = values['access-key'] ?? 'AKLOCAL'
  const secretKey = values['secret-key'] ?? 'local-secret'
  const perSecond = number('calls-per-second')
  const common = {
    accessKeys: { [accessKey]: secretKey },
    rateLimit: perSecond > 0 ? { perSecond, burst: 10 } : undefined,
  }
  const cloud = await startCloud({
    port: portOf('port', 18103),
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
    vefaas: {
      ...common,
      releaseSeconds: number('release-seconds'),
      timerSpeed: number('timer-speed', 1),
      onLog: (name, line) => process.stdout.write(`${name}  ${line}\n`),
    },
    apig: { ...common, gatewayPort: portOf('gateway-port', 8102), gatewaySeconds: number('gateway-seconds') },
  })
  cloud.ecs.seed(number('seed'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void cloud.close())
  process.stdout.write(`A small VolcEngine: ECS, veFaaS and APIG, any region

  endpoint     ${cloud.url}
  gateway      ${cloud.apig.gatewayUrl}   the first gateway that is made
  access key   ${accessKey}
  secret key   ${secretKey}

Deploy into it:
  ECS_MANAGER_LOCAL_CLOUD=${cloud.url} npx serverless deploy --stage local
Look inside:
  curl ${cloud.url}/_emulator/instances
  curl ${cloud.url}/_emulator/vefaas/functions
  curl ${cloud.url}/_emulator/apig/routes
Script a fault, e.g. throttle the next 2 calls of ECS:
  curl ${cloud.url}/_emulator/faults -H 'Content-Type: application/json' -d '{"Kind":"Throttle","Times":2}'

ready ${cloud.url}
`)
}
