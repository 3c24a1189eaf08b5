import { timestamp } from '../../gateway/envelope.ts'
import { settleTransition, startTransition } from '../../gateway/transitions.ts'
import { abortedRelease } from '../assumptions.ts'
import type { FunctionRecord, Release, ReleaseFailure } from './records.ts'

/** Brings a release up to date: moves its weight in steps, and finishes it when it is due. */
export function settleRelease(record: FunctionRecord, now: number): void {
  const release = record.releases.at(-1)
  if (release?.Status !== 'inprogress' || !release.isLoaded) return
  if (!settleTransition(release, now)) {
    record.weight = weightAt(release, now)
  } else if (release.fault) {
    failRelease(record, release, now, release.fault)
  } else {
    record.weight = release.targetWeight
    release.log = undefined
    finish(release, now, 'done', 'done')
    if (release.targetWeight === 100) promote(record)
  }
}

/** Changes the weight that a release moves to. */
export function retarget(release: Release, weight: number, targetWeight: number, now: number, seconds: number): void {
  startTransition(release, 'inprogress', release.fault ? 'failed' : 'done', seconds, now)
  release.recordStatus = 'rolling'
  release.finishedAt = undefined
  release.fromWeight = weight
  release.targetWeight = targetWeight
  release.movesAt = now
}

/** Gives all traffic back to the previous revision. */
export function cancelRelease(record: FunctionRecord, release: Release, now: number): void {
  const { status, recordStatus, message } = abortedRelease
  dropCanary(record)
  release.failure = { code: '', message }
  finish(release, now, status, recordStatus)
}

/** A release as Release, GetReleaseStatus, UpdateRelease and AbortRelease show it. */
export function describeRelease(record: FunctionRecord) {
  const release = record.releases.at(-1)
  const stable = record.stable?.revision.number ?? -1
  return {
    FunctionId: record.Id,
    Status: release?.Status ?? 'pending',
    StatusMessage: release?.failure?.message ?? '',
    ErrorCode: release?.failure?.code ?? '',
    FailedInstanceLogs: release?.failure && release.log ? release.logUrl : '',
    ReleaseRecordId: release?.Id ?? '',
    StableRevisionNumber: stable,
    OldRevisionNumber: release?.oldRevisionNumber ?? -1,
    NewRevisionNumber: release?.newRevisionNumber ?? -1,
    CurrentTrafficWeight: release?.Status === 'done' ? release.targetWeight : record.weight,
    TargetTrafficWeight: release?.targetWeight ?? 0,
    StartTime: release ? timestamp(release.startedAt) : '',
  }
}

export function describeReleaseRecord(record: FunctionRecord, release: Release) {
  const finished = release.finishedAt === undefined ? '' : timestamp(release.finishedAt)
  return {
    Id: release.Id,
    FunctionId: record.Id,
    Status: release.recordStatus,
    Description: release.description,
    SourceRevisionNumber: release.oldRevisionNumber,
    TargetRevisionNumber: release.newRevisionNumber,
    CreationTime: timestamp(release.startedAt),
    FinishTime: finished,
    LastUpdateTime: finished || timestamp(release.startedAt),
  }
}

export function poolSizeOf({ resource }: FunctionRecord): { minInstances: number; maxInstances: number } {
  return { minInstances: resource.MinInstance, maxInstances: resource.MaxInstance }
}

/** Whether the latest release is done, but its revision has only a part of the traffic. */
export function isIncomplete(record: FunctionRecord): boolean {
  return record.canary !== undefined && record.releases.at(-1)?.Status === 'done'
}

function weightAt({ fromWeight, targetWeight, rollingStep, movesAt, next }: Release, now: number): number {
  if (!next) return fromWeight
  const moved = ((targetWeight - fromWeight) * (now - movesAt)) / (next.at - movesAt)
  return fromWeight + Math.trunc(moved / rollingStep) * rollingStep
}

function promote(record: FunctionRecord): void {
  record.stable?.retire()
  record.stable = record.canary
  record.canary = undefined
  record.weight = 0
}

/** Lets a release fail: the previous revision gets all traffic. */
export function failRelease(record: FunctionRecord, release: Release, now: number, failure: ReleaseFailure): void {
  dropCanary(record)
  release.failure = failure
  finish(release, now, 'failed', 'failed')
}

/** Removes the deployment of a release from the traffic. Its running calls may finish. */
function dropCanary(record: FunctionRecord): void {
  record.canary?.retire()
  record.canary = undefined
  record.weight = 0
}

function finish(release: Release, now: number, status: 'done' | 'failed', recordStatus: Release['recordStatus']): void {
  release.Status = status
  release.next = undefined
  release.recordStatus = recordStatus
  release.finishedAt = now
}
