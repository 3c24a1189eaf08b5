import { startTransition } from '../gateway/transitions.ts'
import type { Vefaas } from './action.ts'
import { createDeployment } from './resources/deployment.ts'
import type { Deployment, FunctionRecord, Release, ReleaseFailure, Revision } from './resources/records.ts'
import { failRelease, poolSizeOf, settleRelease } from './resources/release.ts'

export interface ReleasePlan {
  Id: string
  revision: Revision
  zip: Buffer
  description: string
  targetWeight: number
  rollingStep: number
  /** `never` leaves it in progress. */
  seconds: number | 'never'
  fault: ReleaseFailure | undefined
}

/** Starts a release: starts an instance of the revision, and moves the traffic after its code has loaded. */
export function startRelease(vefaas: Vefaas, record: FunctionRecord, plan: ReleasePlan): Release {
  const now = vefaas.clock.now()
  const canary = createDeployment(vefaas, record, plan.revision, plan.zip)
  const release: Release = {
    Id: plan.Id,
    description: plan.description,
    oldRevisionNumber: record.stable?.revision.number ?? -1,
    newRevisionNumber: plan.revision.number,
    rollingStep: plan.rollingStep,
    startedAt: now,
    recordStatus: 'rolling',
    targetWeight: plan.targetWeight,
    fromWeight: 0,
    movesAt: now,
    finishedAt: undefined,
    isLoaded: false,
    fault: plan.fault,
    failure: undefined,
    log: undefined,
    logUrl: `${vefaas.url}${failedLogPath}${plan.Id}`,
  }
  startTransition(release, 'inprogress', plan.fault ? 'failed' : 'done', plan.seconds, now)
  record.releases.push(release)
  record.weight = 0
  record.canary = canary
  completeWhenLoaded(vefaas, record, release, canary)
  return release
}

async function completeWhenLoaded(
  vefaas: Vefaas,
  record: FunctionRecord,
  release: Release,
  canary: Deployment,
): Promise<void> {
  const loading = await (vefaas.loadsCode ? canary.pool.tryLoading() : undefined)
  // Aborted meanwhile, or the function was deleted.
  if (release.Status !== 'inprogress' || record.canary !== canary) return
  const now = vefaas.clock.now()
  release.log = loading?.log
  const failure = loading?.failure
  vefaas.onRelease(record.Name, release.newRevisionNumber, (failure ?? release.fault)?.message)
  if (failure) {
    const code = failure.code === 'function_start_timeout' ? failure.code : 'function_start_failed'
    failRelease(record, release, now, { code, message: failure.message })
    return
  }
  release.isLoaded = true
  canary.pool.resize(poolSizeOf(record))
  settleRelease(record, now)
}

/** The path of the logs of failed releases, followed by the id of the release. */
export const failedLogPath = '/_vefaas/failed-logs/'
