import { setTimeout as sleep } from 'node:timers/promises'
import { CloudError } from '../cloud/cloud-error.ts'
import type { CommandContext } from '../context.ts'
import { inParallel } from '../parallel.ts'
import type { FunctionSpec } from '../service.ts'
import { CommandError } from './command-error.ts'
import { deployedFunctionOf } from './function-of.ts'
import { interruption } from './interruption.ts'
import { newLines } from './new-lines.ts'

type Instance = { InstanceName: string; CreationTime?: string }

/** The number of last lines to read of each instance while its log is followed. */
const TAIL_LINES = 1_000

const POLL_MS = 2_000

/**
 * `serverless logs -f <function>`: outputs the logs of its instances. With --limit only the last lines of each; with
 * --tail follows the logs until Ctrl-C.
 */
export async function logs(context: CommandContext, interrupted?: AbortSignal, pollMs = POLL_MS): Promise<void> {
  const { options, utils } = context
  const limit = limitOf(options.limit)
  const { id, ...spec } = await deployedFunctionOf(context)
  const instances = await instancesOf(context, id)
  if (options.tail) {
    return follow(context, id, spec, limit, interrupted ?? interruption(), pollMs)
  }

  if (instances.length === 0) {
    utils.log.notice(`No instance of ${spec.name} is running, and the log of an instance is deleted with it.`)
    utils.log.notice(describeLogStorage(spec))
    return
  }
  const read = await inParallel(instances, async ({ InstanceName }) => ({
    name: instances.length > 1 ? InstanceName : undefined,
    lines: await readLines(context, id, InstanceName, limit),
  }))
  if (read.every(({ lines }) => lines.length === 0))
    utils.log.notice(`The instances of ${spec.name} have written nothing.`)
  for (const { name, lines } of read) print(context, name, lines)
}

async function follow(
  context: CommandContext,
  id: string,
  spec: FunctionSpec,
  limit: number | undefined,
  interrupted: AbortSignal,
  pollMs: number,
): Promise<void> {
  const { log } = context.utils
  const seen = new Map<string, string[]>()
  let isFirst = true
  for (; !interrupted.aborted; isFirst = false) {
    const instances = await instancesOf(context, id)
    for (const { InstanceName } of instances) {
      const before = seen.get(InstanceName)
      const latest = await readLines(context, id, InstanceName, TAIL_LINES)
      seen.set(InstanceName, latest)
      // A new instance has started since the last read, so all its lines are new.
      const lines = before === undefined ? latest.slice(isFirst && limit ? -limit : 0) : newLines(before, latest)
      print(context, seen.size > 1 ? InstanceName : undefined, lines)
    }
    if (isFirst && instances.length === 0) {
      log.notice(`No instance of ${spec.name} is running: waiting for one. Stop with Ctrl-C.`)
    }
    await sleep(pollMs, undefined, { signal: interrupted }).catch(() => {})
  }
}

function limitOf(limit: unknown): number | undefined {
  if (limit === undefined || limit === null) return undefined
  if (/^[1-9]\d{0,8}$/.test(String(limit))) return Number(limit)
  throw new CommandError(`--limit ${limit} must be a number of lines, at least 1`)
}

/** Returns the running instances, the oldest first. */
async function instancesOf({ client }: CommandContext, FunctionId: string): Promise<Instance[]> {
  const { Items } = await client.call<{ Items?: Instance[] | null }>('vefaas', 'ListFunctionInstances', { FunctionId })
  return (Items ?? []).sort((one, other) => ((one.CreationTime ?? '') < (other.CreationTime ?? '') ? -1 : 1))
}

/** Reads the last lines of an instance; all lines without a limit, none if the instance has ended. */
async function readLines(
  { client }: CommandContext,
  FunctionId: string,
  Name: string,
  Limit: number | undefined,
): Promise<string[]> {
  try {
    const body = { FunctionId, Name, ...(Limit && { Limit }) }
    const { Logs = '' } = await client.call<{ Logs?: string }>('vefaas', 'GetFunctionInstanceLogs', body)
    return Logs === '' ? [] : Logs.replace(/\n$/, '').split('\n')
  } catch (error) {
    if (error instanceof CloudError && error.isNotFound) return []
    throw error
  }
}

function print({ utils }: CommandContext, instanceName: string | undefined, lines: string[]): void {
  if (lines.length === 0) return
  const prefix = instanceName === undefined ? '' : `${shortName(instanceName)}  `
  utils.writeText(lines.map((line) => prefix + line))
}

/** In `nwwzoaq1-vd9qztck6t-74b9cf8975-bkd99`, only the last part differs between the instances of a revision. */
function shortName(instanceName: string): string {
  return instanceName.slice(instanceName.lastIndexOf('-') + 1)
}

function describeLogStorage({ settings: { TlsConfig } }: FunctionSpec): string {
  return TlsConfig.EnableLog
    ? `Its logs are in topic ${TlsConfig.TlsTopicId} of the TLS project ${TlsConfig.TlsProjectId} (provider.log).`
    : 'Call it and repeat this command, or keep logs: provider.log in serverless.yml delivers them to a TLS topic.'
}
