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
  const next = createDeployment(vefaas, record, plan.revision, plan.zip)
  const release: Release = {
    Id: plan.Id,
    description: plan.description,
    oldRevisionNumber: record.stable?.revision.number ?? -1,
    newRevisionNumber: plan.revision.number,
    rollingStep: plan.rollingStep,
    startedAt: now,
    status: 'inprogress',
    recordStatus: 'rolling',
    targetWeight: plan.targetWeight,
    fromWeight: 0,
    movesAt: now,
    dueAt: plan.seconds === 'never' ? Number.POSITIVE_INFINITY : now + plan.seconds * 1000,
    finishedAt: undefined,
    isLoaded: false,
    fault: plan.fault,
    failure: undefined,
    log: undefined,
    logUrl: `${vefaas.url}${failedLogPath}${plan.Id}`,
  }
  record.releases.push(release)
  record.weight = 0
  record.next = next
  completeWhenLoaded(vefaas, record, release, next)
  return release
}

async function completeWhenLoaded(
  vefaas: Vefaas,
  record: FunctionRecord,
  release: Release,
  next: Deployment,
): Promise<void> {
  const { log, failure } = await next.pool.tryLoading()
  if (release.status !== 'inprogress' || record.next !== next) return // aborted meanwhile, or the function was deleted
  const now = vefaas.clock.now()
  release.log = log
  vefaas.onRelease(record.Name, release.newRevisionNumber, (failure ?? release.fault)?.message)
  if (failure) {
    const code = failure.code === 'function_start_timeout' ? failure.code : 'function_start_failed'
    failRelease(record, release, now, { code, message: failure.message })
    return
  }
  release.isLoaded = true
  next.pool.resize(poolSizeOf(record))
  settleRelease(record, now)
}

/** The path of the logs of failed releases, followed by the id of the release. */
export const failedLogPath = '/_vefaas/failed-logs/'
