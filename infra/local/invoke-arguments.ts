import { LocalError } from './error.ts'
import { parseFlags, port } from './flags.ts'

export type InvokeArguments = {
  help: boolean
  functionName: string | undefined
  /** The event, or where it is; at most one of both. */
  data: string | undefined
  dataFile: string | undefined
  ecsPort: number
  cloud: boolean
}

export const help = `Usage: npm run invoke -- <function> [options]

Calls one function of serverless.yml, as a process of its own, with the emulated ECS of a running npm start. What it
answers goes to stdout as JSON, its log to stderr. Ends with code 1 when it fails or answers a status from 400 up.

  --data <json>           the event; for the function of an action, also the parameters of the action alone ({})
  --data-file <path>      the same from a file; - is stdin
  --ecs-port <port>       of the emulated ECS (18103)
  --cloud                 use the real cloud, with the configured credentials: this makes and removes real machines
  --help                  this text

  npm run invoke -- create-sandbox --data '{"InstanceName":"agent-1"}'
  npm run invoke -- cleanup-sandboxes --data '{"DryRun":true}'

Any setting of config.toml can be given as ECS_MANAGER__<SECTION>__<KEY>. npm run -s leaves out what npm writes itself.`

const options = {
  data: { type: 'string' },
  'data-file': { type: 'string' },
  'ecs-port': { type: 'string' },
  cloud: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the command line of `npm run invoke`. Throws LocalError. */
export function readInvokeArguments(args: string[]): InvokeArguments {
  const { values, positionals } = parseFlags({ args, options, allowPositionals: true }, 'npm run invoke')
  const { data, 'data-file': dataFile } = values
  if (positionals.length > 1) throw new LocalError(`one function at a time, not ${positionals.join(', ')}`)
  if (data !== undefined && dataFile !== undefined) throw new LocalError('give --data or --data-file, not both')
  return {
    help: values.help ?? false,
    functionName: positionals[0],
    data,
    dataFile,
    ecsPort: port('--ecs-port', values['ecs-port'] ?? '18103'),
    cloud: values.cloud ?? false,
  }
}
