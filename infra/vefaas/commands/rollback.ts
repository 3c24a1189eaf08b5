import { CloudError } from '../cloud/cloud-error.ts'
import { listAll } from '../cloud/pages.ts'
import type { Context } from '../context.ts'
import type { ReleaseStatus, RevisionItem } from '../observe/functions.ts'
import { recordIn } from '../plan/record.ts'
import { Ids, type Step, type Work } from '../plan/step.ts'
import { until } from '../plan/until.ts'
import { CommandError } from './command-error.ts'
import { deployedFunctionOf, stageOption } from './function-of.ts'
import { carryOut } from './report.ts'

type Revision = RevisionItem & { RevisionNumber: number; RevisionCreationTime?: string }

/** Tools of VolcEngine wait 10 to 15 minutes for a release. */
const MOST_SECONDS = 15 * 60

/**
 * `serverless rollback function -f <function>`: all of its traffic goes to an earlier revision again, the one that
 * --function-version names, or the one before that which serves.
 */
export async function rollback(context: Context): Promise<void> {
  const { client, options, utils } = context
  const { log } = utils
  const { id: FunctionId, name, key } = await deployedFunctionOf(context)
  const { StableRevisionNumber: stable = -1 } = await client.call<ReleaseStatus>('vefaas', 'GetReleaseStatus', {
    FunctionId,
  })
  const revisions = await listAll<Revision>(client, 'vefaas', 'ListRevisions', { FunctionId })
  revisions.sort((one, other) => other.RevisionNumber - one.RevisionNumber)
  const wanted = revisionFor(options['function-version'], name, revisions, stable)
  if (wanted === stable) {
    log.notice(`Revision ${wanted} of ${name} is the one that serves: nothing has changed.`)
    return
  }

  log.notice(`Rolling ${name} back to revision ${wanted}: ${lineOf(revisions, wanted)}\n`)
  const step: Step = {
    verb: 'update',
    resource: 'function',
    name,
    details: [`revision ${stable} -> ${wanted}`],
    run: (work) => release(work, FunctionId, name, wanted),
  }
  await carryOut(context, { stages: [[step]], ids: new Ids() })
  log.notice(
    `\nIts memory, timeout and variables are those of that revision too. The next serverless deploy${stageOption(context)}, also of ${key} alone, publishes again what serverless.yml says.`,
  )
}

function revisionFor(given: unknown, name: string, revisions: Revision[], stable: number): number {
  if (given === undefined || given === null) {
    const before = revisions.find(({ RevisionNumber }) => RevisionNumber < stable)
    if (before) return before.RevisionNumber
    throw new CommandError(`Function ${name} has no revision before the one that serves${listOf(revisions, stable)}`)
  }
  const wanted = /^\d{1,9}$/.test(String(given)) ? Number(given) : Number.NaN
  if (revisions.some(({ RevisionNumber }) => RevisionNumber === wanted)) return wanted
  throw new CommandError(`Function ${name} has no revision ${given}${listOf(revisions, stable)}`)
}

function listOf(revisions: Revision[], stable: number): string {
  if (revisions.length === 0) return ': it has never been released'
  const lines = revisions.map(({ RevisionNumber }) => {
    const serves = RevisionNumber === stable ? '  serves' : ''
    return `  revision ${RevisionNumber}  ${lineOf(revisions, RevisionNumber)}${serves}`
  })
  return [`; it has`, ...lines].join('\n')
}

function lineOf(revisions: Revision[], wanted: number): string {
  const { RevisionCreationTime = 'time unknown', Envs } = revisions.find((one) => one.RevisionNumber === wanted) ?? {}
  return `${RevisionCreationTime}  code ${recordIn(Envs).code.slice(0, 12) || 'unknown'}`
}

async function release(work: Work, FunctionId: string, name: string, wanted: number): Promise<void> {
  const { client } = work
  const body = { FunctionId, RevisionNumber: wanted, TargetTrafficWeight: 100, RollingStep: 100 }
  await client.call('vefaas', 'Release', body).catch((error) => {
    // Its answer was lost, but maybe not its work: what it has come to will be seen.
    if (!(error instanceof CloudError && error.passing)) throw error
  })
  const status = await until<ReleaseStatus>(work, `release of ${name}`, MOST_SECONDS, async () => {
    const now = await client.call<ReleaseStatus>('vefaas', 'GetReleaseStatus', { FunctionId })
    return /inprogress|rolling/.test(now.Status ?? '') ? `in progress (${now.CurrentTrafficWeight ?? 0} %)` : now
  })
  if (status.StableRevisionNumber === wanted && status.Status !== 'failed') return
  const reason = [status.ErrorCode, status.StatusMessage].filter(Boolean).join(': ') || 'no reason is given'
  throw new Error(
    `revision ${wanted} was not released: ${reason}. Revision ${status.StableRevisionNumber} goes on serving`,
  )
}
