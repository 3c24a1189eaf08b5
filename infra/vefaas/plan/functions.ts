import { type Artifact, codeFields } from '../artifact.ts'
import type { FoundFunction, FunctionItem, RevisionItem } from '../observe/functions.ts'
import { observeFunction, observeFunctionItem } from '../observe/functions.ts'
import type { OwnerMark } from '../owner-mark.ts'
import type { FunctionSettings, FunctionSpec } from '../service.ts'
import { changes, isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { environmentWith, hasRecord, RECORD_VARIABLE, recordIn, tagsWith } from './deployment-record.ts'
import { betweenReleases, isReleasing, partialReleaseProblem, releaseRevision } from './release.ts'
import { type Ids, PlanError, type Step, type StepContext } from './step.ts'

/** Makes a function what it is to be, and releases it. @throws PlanError when that cannot be done, such as when its name belongs to somebody else */
export function functionStep(
  mark: OwnerMark,
  spec: FunctionSpec,
  artifact: Artifact,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  const step = { resource: 'function', name: spec.name }
  if (found === undefined) {
    const details = [`${kilobytes(artifact)}, ${spec.settings.MemoryMB} MB, ${spec.settings.RequestTimeout} s`]
    return { ...step, verb: 'create', details, run: (context) => create(context, mark, spec, artifact) }
  }
  if (!found.isOurs) {
    throw new PlanError(
      `function ${spec.name} exists, and this service has not made it: it has not its tags. Give the service or the function another name, or delete that function`,
    )
  }
  if (found.item.Runtime && !isSameRuntime(found.item.Runtime, spec.runtime)) {
    throw new PlanError(
      `function ${spec.name} has the runtime ${found.item.Runtime}, which cannot be changed to ${spec.runtime}: give it another name, or remove it first`,
    )
  }
  ids.set('function', spec.key, found.id)

  const details = differences(spec, artifact, found.item)
  const toUpdate = details.length > 0
  // What is in progress may be anything: it is waited for, and then looked at.
  const isRight = (stable: RevisionItem | undefined) => isReleased(spec, artifact, stable, found)
  const toRelease = !isRight(found.stable) || isReleasing(found.release)
  const toScale = !hasInstances(spec, found.instances)
  if (!toUpdate && !toRelease && !toScale) return { ...step, verb: 'leave', details: [] }
  const partial = partialReleaseProblem(found.release)
  if (partial !== undefined && (toUpdate || toRelease)) throw new PlanError(`function ${spec.name}: ${partial}`)
  if (toRelease) details.push(found.stable ? 'release' : 'first release')
  if (toScale) details.push(...changes(spec.instances, found.instances))
  return {
    ...step,
    verb: 'update',
    details,
    run: async (context) => {
      if (toUpdate) await update(context, spec, artifact, found.id)
      if (toRelease) await releaseRevision(context, spec.name, found.id, isRight)
      if (toScale) await scale(context, spec, found.id)
    },
  }
}

async function create(context: StepContext, mark: OwnerMark, spec: FunctionSpec, artifact: Artifact): Promise<void> {
  const { client } = context
  const body = {
    Name: spec.name,
    Runtime: spec.runtime,
    ...(await codeFields(client, artifact)),
    ...nonEmptySettings(spec.settings),
    Envs: environmentWith(spec, artifact.sha256),
    Tags: tagsWith(spec),
  }
  let existing: FoundFunction | undefined
  const { id, isNew } = await createOnce(context, {
    create: async () => (await client.call<{ Id: string }>('vefaas', 'CreateFunction', body)).Id,
    find: async () => {
      existing = await observeFunction(client, mark, spec.name)
      return existing?.isOurs ? [existing.id] : []
    },
  })
  context.ids.set('function', spec.key, id)
  // It may be that of another deployment at the same time, with other settings.
  if (!isNew) await update(context, spec, artifact, id)
  await releaseRevision(context, spec.name, id, (stable) => isReleased(spec, artifact, stable, existing))
  await scale(context, spec, id)
}

async function update(context: StepContext, spec: FunctionSpec, artifact: Artifact, Id: string): Promise<void> {
  const { client } = context
  const code = await codeFields(client, artifact)
  await betweenReleases(context, spec.name, Id, async () => {
    // Others may have set variables and tags since the plan was made, and an update replaces them all.
    const found = await observeFunctionItem(client, spec.name)
    await client.call('vefaas', 'UpdateFunction', {
      Id,
      ...code,
      ...nonEmptySettings(spec.settings),
      // What is to be empty is left out, unless it has to be emptied.
      ...(found?.Role && { Role: spec.settings.Role }),
      ...(found?.Description && { Description: spec.settings.Description }),
      ...(found?.VpcConfig?.EnableVpc && { VpcConfig: spec.settings.VpcConfig }),
      ...(found?.TlsConfig?.EnableLog && { TlsConfig: spec.settings.TlsConfig }),
      Envs: environmentWith(spec, artifact.sha256, found?.Envs),
      Tags: tagsWith(spec, found),
    })
  })
}

async function scale({ client }: StepContext, { instances }: FunctionSpec, FunctionId: string): Promise<void> {
  await client.call('vefaas', 'UpdateFunctionResource', { FunctionId, ...instances })
}

/** What has to be changed. Of variables the names: their values may be secrets. */
function differences(spec: FunctionSpec, { sha256 }: Artifact, found: FunctionItem): string[] {
  const before = variablesIn(found.Envs)
  const after = variablesIn(environmentWith(spec, sha256, found.Envs))
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
  const record = recordIn(found.Envs)
  const shown = names.filter((name) => name !== RECORD_VARIABLE)
  return [
    ...(record.code === sha256 ? [] : ['code']),
    ...changes(comparableSettings(spec.settings), found),
    ...shown.map((name) => `variable ${name} ${!before.has(name) ? 'added' : after.has(name) ? 'changed' : 'removed'}`),
    ...(isSame(tagsWith(spec, found), found.Tags) ? [] : ['tags']),
    // The record alone is out of date: a variable that was ours and is now kept for others, for example.
    ...(names.length > shown.length && record.code === sha256 && shown.length === 0 ? ['record'] : []),
  ]
}

/**
 * Whether a revision is what serverless.yml says. It has no tags and no project. A setting that it does not show is taken to
 * be right, and in the revision that served `before` this deployment to be what the function had then.
 */
function isReleased(
  spec: FunctionSpec,
  { sha256 }: Artifact,
  revision: RevisionItem | undefined,
  before: FoundFunction | undefined,
): boolean {
  if (revision === undefined || !hasRecord(spec, sha256, revision.Envs)) return false
  const { ProjectName: _project, Description: _description, ...settings } = comparableSettings(spec.settings)
  const found = variablesIn(revision.Envs)
  const isSet = ([name, value]: [string, string]) => found.get(name) === value
  const shown = Object.fromEntries(
    Object.entries(revision).filter(([, value]) => value !== undefined && value !== null),
  )
  const unshown = revision.RevisionNumber === before?.stable?.RevisionNumber ? before?.item : settings
  return changes(settings, { ...unshown, ...shown }).length === 0 && Object.entries(spec.environment).every(isSet)
}

function hasInstances({ instances }: FunctionSpec, found: FoundFunction['instances']): boolean {
  return isSame(instances, { MinInstance: found.MinInstance, MaxInstance: found.MaxInstance })
}

/** In exclusive mode the cloud may show any concurrency. */
function comparableSettings({ MaxConcurrency, ...settings }: FunctionSettings): Partial<FunctionSettings> {
  return MaxConcurrency === undefined ? settings : { ...settings, MaxConcurrency }
}

function nonEmptySettings({ Role, Description, VpcConfig, TlsConfig, ...settings }: FunctionSettings): object {
  return {
    ...settings,
    ...(Role && { Role }),
    ...(Description && { Description }),
    ...(VpcConfig.EnableVpc && { VpcConfig }),
    ...(TlsConfig.EnableLog && { TlsConfig }),
  }
}

function variablesIn(envs: FunctionItem['Envs']): Map<string, string> {
  return new Map((envs ?? []).map(({ Key, Value }) => [Key, Value]))
}

/** A list of functions once showed a runtime as `vefaas.base.python3.12.v1`. */
function isSameRuntime(found: string, wanted: string): boolean {
  const loose = (runtime: string) => runtime.replace(/^vefaas\.base\./, '').replace('/', '.')
  return loose(found) === loose(wanted)
}

function kilobytes({ bytes }: Artifact): string {
  return `${(bytes.length / 1_000).toFixed(1)} kB`
}
