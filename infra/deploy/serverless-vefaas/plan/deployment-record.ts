import type { FunctionItem } from '../observe/functions.ts'
import type { FunctionSpec } from '../service.ts'

/** The variable of a function that stores the record of its last deployment. */
export const RECORD_VARIABLE = 'SERVERLESS_DEPLOYMENT'

/**
 * What a deployment has set on a function. It shows whether the code has changed, and which variables and tags belong
 * to somebody else and must be kept. It is stored in a variable because a revision has variables too: so it also
 * identifies the code that is serving.
 */
export type DeploymentRecord = {
  /** SHA-256 of the zip. */
  code: string
  /** Names of variables. */
  environment: string[]
  /** Keys of tags. */
  tags: string[]
}

/** Whether the variables contain the record of this deployment. */
export function hasRecord(spec: FunctionSpec, code: string, envs: FunctionItem['Envs']): boolean {
  return envs?.some(({ Key, Value }) => Key === RECORD_VARIABLE && Value === recordOf(spec, code)) ?? false
}

/** Reads the record of the last deployment. Empty if the function was not deployed by this plugin. */
export function recordIn(envs: FunctionItem['Envs']): DeploymentRecord {
  try {
    const { code, environment, tags } = JSON.parse(envs?.find(({ Key }) => Key === RECORD_VARIABLE)?.Value ?? '{}')
    return { code: typeof code === 'string' ? code : '', environment: stringsIn(environment), tags: stringsIn(tags) }
  } catch {
    return { code: '', environment: [], tags: [] }
  }
}

/** Returns the variables of a function: those that others have set, those of serverless.yml, and the record. */
export function environmentWith(
  spec: FunctionSpec,
  code: string,
  found?: FunctionItem['Envs'],
): { Key: string; Value: string }[] {
  const { environment } = spec
  const ours = { ...environment, [RECORD_VARIABLE]: recordOf(spec, code) }
  const managed = new Set([...recordIn(found).environment, ...Object.keys(ours)])
  const others = (found ?? []).filter(({ Key }) => !managed.has(Key))
  return [...others, ...Object.entries(ours).map(([Key, Value]) => ({ Key, Value }))]
}

/** Returns the tags of a function: those that others have set, and those of serverless.yml. */
export function tagsWith({ tags }: FunctionSpec, found?: FunctionItem): { Key: string; Value: string }[] {
  const managed = new Set([...recordIn(found?.Envs).tags, ...tags.map(({ Key }) => Key)])
  const others = (found?.Tags ?? []).filter(({ Key }) => !managed.has(Key))
  return [...others, ...tags]
}

/** Ignores anything else: somebody may have edited the variable. */
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
