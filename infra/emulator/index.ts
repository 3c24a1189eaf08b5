import { parseArgs } from 'node:util'
import { type EcsOptions, startEcs } from './ecs/index.ts'

const help = `npm run emulator -- [options]

An emulated VolcEngine ECS on 127.0.0.1, for any client that speaks its signed API.

  --port <n>               default 18103; 0 takes a free one
  --access-key <id>        default AKLOCAL
  --secret-key <secret>    default local-secret
  --boot-seconds <n>       CREATING to RUNNING, default 0
  --start-seconds <n>      STARTING to RUNNING, default 0
  --stop-seconds <n>       STOPPING to STOPPED, default 0
  --reboot-seconds <n>     REBOOTING to RUNNING, default 0
  --delete-seconds <n>     DELETING to gone, default 0
  --latency-ms <n>         how long every answer waits, default 0
  --calls-per-second <n>   of each action, after ten at once; more are throttled; default 0: any number
  --quota <n>              the most instances, default 100000
  --address-block <cidr>   private addresses come from it, default 10.0.0.0/8
  --seed <n>               RUNNING instances to begin with, default 0
  --help
`

const text = { type: 'string' } as const

main().catch((error: Error & { code?: string; port?: number }) => {
  const inUse = `port ${error.port} is in use; choose another with --port (0 takes a free one)`
  const message = error.code === 'EADDRINUSE' ? inUse : error.message.replaceAll('\n', ' ')
  process.stderr.write(`emulator: ${message}\n`)
  process.exitCode = 1
})

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: text,
      'access-key': text,
      'secret-key': text,
      'boot-seconds': text,
      'start-seconds': text,
      'stop-seconds': text,
      'reboot-seconds': text,
      'delete-seconds': text,
      'latency-ms': text,
      'calls-per-second': text,
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
  const port = number('port', 18103)
  if (!Number.isInteger(port) || port > 65_535) throw new RangeError(`--port is ${port}, not a port from 0 to 65535`)
  const accessKey = values['access-key'] ?? 'AKLOCAL'
  const secretKey = values['secret-key'] ?? 'local-secret'
  const perSecond = number('calls-per-second')
  const options: EcsOptions = {
    port,
    accessKeys: { [accessKey]: secretKey },
    bootSeconds: number('boot-seconds'),
    startSeconds: number('start-seconds'),
    stopSeconds: number('stop-seconds'),
    rebootSeconds: number('reboot-seconds'),
    deleteSeconds: number('delete-seconds'),
    latencyMs: number('latency-ms'),
    rateLimit: perSecond > 0 ? { perSecond, burst: 10 } : undefined,
    quota: number('quota', 100_000),
    addressBlock: values['address-block'] ?? '10.0.0.0/8',
  }
  const ecs = await startEcs(options)
  ecs.seed(number('seed'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void ecs.close())
  process.stdout.write(`Emulated VolcEngine ECS, version 2020-04-01, any region

  endpoint     ${ecs.url}
  access key   ${accessKey}
  secret key   ${secretKey}

Look inside:
  curl ${ecs.url}/_emulator/instances
Script a fault, e.g. throttle the next 2 calls:
  curl ${ecs.url}/_emulator/faults -H 'Content-Type: application/json' -d '{"Kind":"Throttle","Times":2}'

ready ${ecs.url}
`)
}
