import type { Vefaas } from './action.ts'
import { createDeployment } from './resources/deployment.ts'
import type { Deployment, FunctionRecord, Release, ReleaseFailure, Revision } from './resources/records.ts'
import { fail, settleRelease, sizeOf } from './resources/release.ts'

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

/** Begins a release: starts an instance of the revision, and moves the traffic when that has loaded. */
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
  watch(vefaas, record, release, next)
  return release
}

async function watch(vefaas: Vefaas, record: FunctionRecord, release: Release, next: Deployment): Promise<void> {
  const { log, failure } = await next.pool.try()
  if (release.status !== 'inprogress' || record.next !== next) return // aborted meanwhile, or the function is gone
  const now = vefaas.clock.now()
  release.log = log
  vefaas.onRelease(record.Name, release.newRevisionNumber, (failure ?? release.fault)?.message)
  if (failure) {
    const code = failure.code === 'function_start_timeout' ? failure.code : 'function_start_failed'
    fail(record, release, now, { code, message: failure.message })
    return
  }
  release.isLoaded = true
  next.pool.resize(sizeOf(record))
  settleRelease(record, now)
}

/** Where the logs of releases that failed can be read, by the ids of the releases. */
export const failedLogPath = '/_vefaas/failed-logs/'
