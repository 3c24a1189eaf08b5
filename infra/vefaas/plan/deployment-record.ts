import type { FunctionItem } from '../observe/functions.ts'
import type { FunctionSpec } from '../service.ts'

/** The variable in which a deployment notes on the function what it has put there. */
export const RECORD_VARIABLE = 'SERVERLESS_DEPLOYMENT'

/**
 * What a deployment has put on a function. Without it, nobody could tell whether the code has changed, and a variable that
 * serverless.yml no longer names from one that somebody else has set. It is a variable because revisions have variables, so
 * that it also tells what is being served.
 */
export type DeploymentRecord = {
  /** SHA-256 of the zip. */
  code: string
  /** Names of variables. */
  environment: string[]
  /** Keys of tags. */
  tags: string[]
}

/** Whether the variables have the record of this deployment. */
export function hasRecord(spec: FunctionSpec, code: string, envs: FunctionItem['Envs']): boolean {
  return envs?.some(({ Key, Value }) => Key === RECORD_VARIABLE && Value === recordOf(spec, code)) ?? false
}

/** What the last deployment has put on a function, or nothing when it was none of ours. */
export function recordIn(envs: FunctionItem['Envs']): DeploymentRecord {
  try {
    const { code, environment, tags } = JSON.parse(envs?.find(({ Key }) => Key === RECORD_VARIABLE)?.Value ?? '{}')
    return { code: typeof code === 'string' ? code : '', environment: stringsIn(environment), tags: stringsIn(tags) }
  } catch {
    return { code: '', environment: [], tags: [] }
  }
}

/** The variables of the function: those of serverless.yml, those that others have set, and the record. */
export function environmentWith(
  spec: FunctionSpec,
  code: string,
  found?: FunctionItem['Envs'],
): { Key: string; Value: string }[] {
  const { environment } = spec
  const ours = { ...environment, [RECORD_VARIABLE]: recordOf(spec, code) }
  const before = new Set([...recordIn(found).environment, ...Object.keys(ours)])
  const others = (found ?? []).filter(({ Key }) => !before.has(Key))
  return [...others, ...Object.entries(ours).map(([Key, Value]) => ({ Key, Value }))]
}

/** The same of the tags. */
export function tagsWith({ tags }: FunctionSpec, found?: FunctionItem): { Key: string; Value: string }[] {
  const before = new Set([...recordIn(found?.Envs).tags, ...tags.map(({ Key }) => Key)])
  const others = (found?.Tags ?? []).filter(({ Key }) => !before.has(Key))
  return [...others, ...tags]
}

/** Somebody may have changed it. */
function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function recordOf({ environment, tags }: FunctionSpec, code: string): string {
  const record: DeploymentRecord = {
    code,
    environment: Object.keys(environment).sort(),
    tags: tags.map(({ Key }) => Key).sort(),
  }
  return JSON.stringify(record)
}
