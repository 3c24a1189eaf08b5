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

/**
 * Creates or updates a function as in serverless.yml, and releases it.
 * @throws {PlanError} if that is not possible, for example because its name belongs to somebody else
 */
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
      `function ${spec.name} exists, but this service has not created it: it does not have its tags. Rename the service or the function, or delete that function`,
    )
  }
  if (found.item.Runtime && !isSameRuntime(found.item.Runtime, spec.runtime)) {
    throw new PlanError(
      `function ${spec.name} has the runtime ${found.item.Runtime}, which cannot be changed to ${spec.runtime}: rename the function, or remove it first`,
    )
  }
  ids.set('function', spec.key, found.id)

  const details = differences(spec, artifact, found.item)
  const mustUpdate = details.length > 0
  const isExpected = (stable: RevisionItem | undefined) => isReleased(spec, artifact, stable, found)
  // A release in progress may be of any revision: the step waits for it and looks at the result.
  const mustRelease = !isExpected(found.stable) || isReleasing(found.release)
  const mustScale = !hasInstances(spec, found.instances)
  if (!mustUpdate && !mustRelease && !mustScale) return { ...step, verb: 'leave', details: [] }
  const partial = partialReleaseProblem(found.release)
  if (partial !== undefined && (mustUpdate || mustRelease)) throw new PlanError(`function ${spec.name}: ${partial}`)
  if (mustRelease) details.push(found.stable ? 'release' : 'first release')
  if (mustScale) details.push(...changes(spec.instances, found.instances))
  return {
    ...step,
    verb: 'update',
    details,
    run: async (context) => {
      if (mustUpdate) await update(context, spec, artifact, found.id)
      if (mustRelease) await releaseRevision(context, spec.name, found.id, isExpected)
      if (mustScale) await scale(context, spec, found.id)
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
  // Another deployment at the same time may have created it, with other settings.
  if (!isNew) await update(context, spec, artifact, id)
  await releaseRevision(context, spec.name, id, (stable) => isReleased(spec, artifact, stable, existing))
  await scale(context, spec, id)
}

async function update(context: StepContext, spec: FunctionSpec, artifact: Artifact, Id: string): Promise<void> {
  const { client } = context
  const code = await codeFields(client, artifact)
  await betweenReleases(context, spec.name, Id, async () => {
    // An update replaces all variables and tags, and others may have set some since the plan was created.
    const found = await observeFunctionItem(client, spec.name)
    await client.call('vefaas', 'UpdateFunction', {
      Id,
      ...code,
      ...nonEmptySettings(spec.settings),
      // An empty setting is sent only if the function still has a value for it.
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

/** Describes what an update changes. Of variables only the names, because their values may be secrets. */
function differences(spec: FunctionSpec, { sha256 }: Artifact, found: FunctionItem): string[] {
  const before = variablesIn(found.Envs)
  const after = variablesIn(environmentWith(spec, sha256, found.Envs))
  const names = new Set([...before.keys(), ...after.keys()])
  const changedNames = [...names].filter((name) => before.get(name) !== after.get(name))
  const isCodeChanged = recordIn(found.Envs).code !== sha256

  const details: string[] = []
  if (isCodeChanged) details.push('code')
  details.push(...changes(comparableSettings(spec.settings), found))
  for (const name of changedNames) {
    if (name === RECORD_VARIABLE) continue
    if (!before.has(name)) details.push(`variable ${name} added`)
    else if (!after.has(name)) details.push(`variable ${name} removed`)
    else details.push(`variable ${name} changed`)
  }
  if (!isSame(tagsWith(spec, found), found.Tags)) details.push('tags')
  // Only the record changes: for example, serverless.yml adopts a variable that somebody else has set.
  const isOnlyRecord = changedNames.length === 1 && changedNames[0] === RECORD_VARIABLE
  if (isOnlyRecord && !isCodeChanged) details.push('record')
  return details
}

/**
 * Whether a revision has the code and the settings of this deployment. A revision has no tags and no project. A setting
 * that the cloud does not show counts as correct; in the revision that served `before` this deployment, it counts as
 * the setting that the function had then.
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
  const hasVariables = Object.entries(spec.environment).every(([name, value]) => found.get(name) === value)
  const shown = Object.fromEntries(
    Object.entries(revision).filter(([, value]) => value !== undefined && value !== null),
  )
  const assumed = revision.RevisionNumber === before?.stable?.RevisionNumber ? before?.item : settings
  return hasVariables && changes(settings, { ...assumed, ...shown }).length === 0
}

function hasInstances({ instances }: FunctionSpec, found: FoundFunction['instances']): boolean {
  return isSame(instances, { MinInstance: found.MinInstance, MaxInstance: found.MaxInstance })
}

/** In exclusive mode, the cloud may show any concurrency. */
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

/** ListFunctions may show a runtime as `vefaas.base.python3.12.v1`. */
function isSameRuntime(found: string, wanted: string): boolean {
  const normalized = (runtime: string) => runtime.replace(/^vefaas\.base\./, '').replace('/', '.')
  return normalized(found) === normalized(wanted)
}

function kilobytes({ bytes }: Artifact): string {
  return `${(bytes.length / 1_000).toFixed(1)} kB`
}
