import { listAll } from '../cloud/pages.ts'
import type { CommandContext } from '../context.ts'
import type { ReleaseStatus, RevisionItem } from '../observe/functions.ts'
import { RECORD_VARIABLE, recordIn } from '../plan/deployment-record.ts'
import { partialReleaseProblem, releaseRevision } from '../plan/release.ts'
import { Ids, type Step } from '../plan/step.ts'
import { CommandError } from './command-error.ts'
import { deployedFunctionOf, stageOption } from './function-of.ts'
import { carryOut } from './report.ts'

type Revision = RevisionItem & { RevisionNumber: number; RevisionCreationTime?: string }

type ReleaseRecord = { Status?: string; TargetRevisionNumber?: number }

/**
 * `serverless rollback function -f <function>`: routes all of its traffic to an earlier revision, by default to the
 * previous one. Refuses a revision with other variables, because it may lack the protection that the current one has.
 * @throws {CommandError}
 * @throws {StepError}
 * @throws {CloudError}
 */
export async function rollback(context: CommandContext): Promise<void> {
  const { client, options, utils } = context
  const { log } = utils
  const { id: FunctionId, name, key } = await deployedFunctionOf(context)
  const status = await client.call<ReleaseStatus>('vefaas', 'GetReleaseStatus', { FunctionId })
  const { StableRevisionNumber: stable = -1 } = status
  const revisions = await listAll<Revision>(client, 'vefaas', 'ListRevisions', { FunctionId })
  revisions.sort((one, other) => other.RevisionNumber - one.RevisionNumber)
  const given = options['function-version'] ?? undefined
  const wanted =
    given === undefined
      ? revisionBefore(name, revisions, await listReleaseRecords(context, FunctionId), stable)
      : revisionByNumber(given, name, revisions, stable)
  if (wanted === stable) {
    log.notice(`Revision ${wanted} of ${name} serves already: nothing has changed.`)
    return
  }
  const partial = partialReleaseProblem(status)
  if (partial !== undefined) throw new CommandError(`Function ${name}: ${partial}`)
  const different = differentVariables(revisions, wanted, stable)
  if (different.length > 0 && !options['with-variables']) {
    throw new CommandError(
      `Revision ${wanted} of ${name} has other variables than revision ${stable}, which serves: ${different.join(', ')}. It may rely on a protection that has been removed, and be open to everybody. To serve it anyway, use --with-variables`,
    )
  }

  log.notice(`Rolling ${name} back to revision ${wanted}: ${describeRevision(revisions, wanted)}\n`)
  const step: Step = {
    verb: 'update',
    resource: 'function',
    name,
    details: [`revision ${stable} -> ${wanted}`],
    run: (stepContext) =>
      releaseRevision(stepContext, name, FunctionId, (serving) => serving?.RevisionNumber === wanted, wanted),
  }
  await carryOut(context, { stages: [[step]], ids: new Ids() })
  log.notice(
    `\nIts memory, timeout and variables are those of that revision too. The next serverless deploy${stageOption(context)}, or deploy function -f ${key}, publishes the state of serverless.yml again.`,
  )
}

function listReleaseRecords({ client }: CommandContext, FunctionId: string): Promise<ReleaseRecord[]> {
  return listAll<ReleaseRecord>(client, 'vefaas', 'ListReleaseRecords', { FunctionId })
}

/** The latest earlier revision whose release has succeeded. Without release records, the latest earlier revision. */
function revisionBefore(name: string, revisions: Revision[], records: ReleaseRecord[], stable: number): number {
  const served = records.filter(({ Status }) => Status === 'done').map((one) => one.TargetRevisionNumber)
  const before = revisions.find(
    ({ RevisionNumber: number }) => number < stable && (served.length === 0 || served.includes(number)),
  )
  if (before) return before.RevisionNumber
  throw new CommandError(
    `Function ${name} has no earlier revision that has served${describeRevisions(revisions, stable)}`,
  )
}

function revisionByNumber(given: unknown, name: string, revisions: Revision[], stable: number): number {
  const wanted = /^\d{1,9}$/.test(String(given)) ? Number(given) : Number.NaN
  if (revisions.some(({ RevisionNumber }) => RevisionNumber === wanted)) return wanted
  throw new CommandError(`Function ${name} has no revision ${given}${describeRevisions(revisions, stable)}`)
}

/** Returns only the names of variables, because their values may be secrets. */
function differentVariables(revisions: Revision[], wanted: number, stable: number): string[] {
  const before = variablesOf(revisions, stable)
  const after = variablesOf(revisions, wanted)
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => name !== RECORD_VARIABLE && before.get(name) !== after.get(name)).sort()
}

function variablesOf(revisions: Revision[], wanted: number): Map<string, string> {
  const revision = revisions.find(({ RevisionNumber }) => RevisionNumber === wanted)
  return new Map((revision?.Envs ?? []).map(({ Key, Value }) => [Key, Value]))
}

function describeRevisions(revisions: Revision[], stable: number): string {
  if (revisions.length === 0) return ': it has never been released'
  const lines = revisions.map(({ RevisionNumber }) => {
    const serves = RevisionNumber === stable ? '  serves' : ''
    return `  revision ${RevisionNumber}  ${describeRevision(revisions, RevisionNumber)}${serves}`
  })
  return ['; its revisions are', ...lines].join('\n')
}

function describeRevision(revisions: Revision[], wanted: number): string {
  const { RevisionCreationTime = 'time unknown', Envs } = revisions.find((one) => one.RevisionNumber === wanted) ?? {}
  return `${RevisionCreationTime}  code ${recordIn(Envs).code.slice(0, 12) || 'unknown'}`
}
