import { type Artifact, codeOf } from '../artifact.ts'
import type { Mark } from '../mark.ts'
import type { FoundFunction, FunctionItem, RevisionItem } from '../observe/functions.ts'
import { observeFunction, observeItem } from '../observe/functions.ts'
import type { FunctionSettings, FunctionSpec } from '../service.ts'
import { changes, isSame } from './compare.ts'
import { createOnce } from './create-once.ts'
import { environmentWith, hasRecord, recordIn, tagsWith, VARIABLE } from './record.ts'
import { betweenReleases, isMoving, partialRelease, release } from './release.ts'
import { type Ids, PlanError, type Step, type Work } from './step.ts'

/** Makes a function what it is to be, and releases it. @throws PlanError when that cannot be done, such as when its name belongs to somebody else */
export function functionStep(
  mark: Mark,
  spec: FunctionSpec,
  artifact: Artifact,
  found: FoundFunction | undefined,
  ids: Ids,
): Step {
  const step = { resource: 'function', name: spec.name }
  if (found === undefined) {
    const details = [`${kilobytes(artifact)}, ${spec.settings.MemoryMB} MB, ${spec.settings.RequestTimeout} s`]
    return { ...step, verb: 'create', details, run: (work) => create(work, mark, spec, artifact) }
  }
  if (!found.isOurs) {
    throw new PlanError(
      `function ${spec.name} exists, and this service has not made it: it has not its tags. Give the service or the function another name, or delete that function`,
    )
  }
  if (found.item.Runtime && !sameRuntime(found.item.Runtime, spec.runtime)) {
    throw new PlanError(
      `function ${spec.name} has the runtime ${found.item.Runtime}, which cannot be changed to ${spec.runtime}: give it another name, or remove it first`,
    )
  }
  ids.set('function', spec.key, found.id)

  const details = differences(spec, artifact, found.item)
  const toUpdate = details.length > 0
  // What is in progress may be anything: it is waited for, and then looked at.
  const isRight = (stable: RevisionItem | undefined) => isReleased(spec, artifact, stable, found)
  const toRelease = !isRight(found.stable) || isMoving(found.release)
  const toScale = !hasInstances(spec, found.instances)
  if (!toUpdate && !toRelease && !toScale) return { ...step, verb: 'leave', details: [] }
  const partial = partialRelease(found.release)
  if (partial !== undefined && (toUpdate || toRelease)) throw new PlanError(`function ${spec.name}: ${partial}`)
  if (toRelease) details.push(found.stable ? 'release' : 'first release')
  if (toScale) details.push(...changes(spec.instances, found.instances))
  return {
    ...step,
    verb: 'update',
    details,
    run: async (work) => {
      if (toUpdate) await update(work, spec, artifact, found.id)
      if (toRelease) await release(work, spec.name, found.id, isRight)
      if (toScale) await scale(work, spec, found.id)
    },
  }
}

async function create(work: Work, mark: Mark, spec: FunctionSpec, artifact: Artifact): Promise<void> {
  const { client } = work
  const body = {
    Name: spec.name,
    Runtime: spec.runtime,
    ...(await codeOf(client, artifact)),
    ...present(spec.settings),
    Envs: environmentWith(spec, artifact.sha256),
    Tags: tagsWith(spec),
  }
  let existing: FoundFunction | undefined
  const { id, isNew } = await createOnce(work, {
    create: async () => (await client.call<{ Id: string }>('vefaas', 'CreateFunction', body)).Id,
    find: async () => {
      existing = await observeFunction(client, mark, spec.name)
      return existing?.isOurs ? [existing.id] : []
    },
  })
  work.ids.set('function', spec.key, id)
  // It may be that of another deployment at the same time, with other settings.
  if (!isNew) await update(work, spec, artifact, id)
  await release(work, spec.name, id, (stable) => isReleased(spec, artifact, stable, existing))
  await scale(work, spec, id)
}

async function update(work: Work, spec: FunctionSpec, artifact: Artifact, Id: string): Promise<void> {
  const { client } = work
  const code = await codeOf(client, artifact)
  await betweenReleases(work, spec.name, Id, async () => {
    // Others may have set variables and tags since the plan was made, and an update replaces them all.
    const found = await observeItem(client, spec.name)
    await client.call('vefaas', 'UpdateFunction', {
      Id,
      ...code,
      ...present(spec.settings),
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

async function scale({ client }: Work, { instances }: FunctionSpec, FunctionId: string): Promise<void> {
  await client.call('vefaas', 'UpdateFunctionResource', { FunctionId, ...instances })
}

/** What has to be changed. Of variables the names: their values may be secrets. */
function differences(spec: FunctionSpec, { sha256 }: Artifact, found: FunctionItem): string[] {
  const before = variables(found.Envs)
  const after = variables(environmentWith(spec, sha256, found.Envs))
  const names = [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name))
  const record = recordIn(found.Envs)
  const shown = names.filter((name) => name !== VARIABLE)
  return [
    ...(record.code === sha256 ? [] : ['code']),
    ...changes(managed(spec.settings), found),
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
  const { ProjectName: _project, Description: _description, ...settings } = managed(spec.settings)
  const found = variables(revision.Envs)
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
function managed({ MaxConcurrency, ...settings }: FunctionSettings): Partial<FunctionSettings> {
  return MaxConcurrency === undefined ? settings : { ...settings, MaxConcurrency }
}

function present({ Role, Description, VpcConfig, TlsConfig, ...settings }: FunctionSettings): object {
  return {
    ...settings,
    ...(Role && { Role }),
    ...(Description && { Description }),
    ...(VpcConfig.EnableVpc && { VpcConfig }),
    ...(TlsConfig.EnableLog && { TlsConfig }),
  }
}

function variables(envs: FunctionItem['Envs']): Map<string, string> {
  return new Map((envs ?? []).map(({ Key, Value }) => [Key, Value]))
}

/** A list of functions once showed a runtime as `vefaas.base.python3.12.v1`. */
function sameRuntime(found: string, wanted: string): boolean {
  const loose = (runtime: string) => runtime.replace(/^vefaas\.base\./, '').replace('/', '.')
  return loose(found) === loose(wanted)
}

function kilobytes({ bytes }: Artifact): string {
  return `${(bytes.length / 1_000).toFixed(1)} kB`
}
