import { CloudError } from '../cloud/cloud-error.ts'
import { type ReleaseStatus, type RevisionItem, stableRevision } from '../observe/functions.ts'
import type { StepContext } from './step.ts'
import { waitUntil } from './wait-until.ts'

/** The official tools wait 10 to 15 minutes. */
const TIMEOUT_SECONDS = 15 * 60

/** The number of tries if something else prevents a release, or if its answer is lost. */
const MAX_TRIES = 5

/** The number of reads until the revision of a finished release must be visible. */
const MAX_POLLS_AFTER_RELEASE = 15

/** A release has failed. */
export class ReleaseError extends Error {
  override name = 'ReleaseError'
}

type Status = ReleaseStatus & {
  /** Different for each release. */
  ReleaseRecordId?: string
}

/**
 * Gives a revision all traffic of a function, unless `isExpected` accepts the revision that serves. Waits for a release
 * in progress first, because it may be an earlier try whose answer was lost.
 *
 * @param RevisionNumber  0: a new revision of the latest code and settings
 * @throws {CloudError}
 * @throws {ReleaseError}
 */
export async function releaseRevision(
  context: StepContext,
  name: string,
  FunctionId: string,
  isExpected: (stable: RevisionItem | undefined) => boolean,
  RevisionNumber = 0,
): Promise<void> {
  const { client } = context
  const body = { FunctionId, RevisionNumber, TargetTrafficWeight: 100, RollingStep: 100 }
  const start = async (before: Status) => {
    const partial = partialReleaseProblem(before)
    if (partial !== undefined) throw new ReleaseError(partial)
    if (isExpected(await stableRevision(client, FunctionId, before))) return undefined
    await client.call('vefaas', 'Release', body)
    return before
  }
  // After a lost answer, the next try sees whether the release has started.
  const mayRetry = (error: CloudError) => error.isConflict || error.isTransient
  const before = await betweenReleases(context, name, FunctionId, start, mayRetry)
  if (before !== undefined) await waitForRelease(context, name, FunctionId, isExpected, before)
}

/** Waits for the end of a release. The cloud may still show the release `before` it. */
async function waitForRelease(
  context: StepContext,
  name: string,
  FunctionId: string,
  isExpected: (stable: RevisionItem | undefined) => boolean,
  before: Status,
): Promise<void> {
  let polls = 0
  await waitUntil<true>(context, `release of ${name}`, TIMEOUT_SECONDS, async () => {
    const status = await readStatus(context, FunctionId)
    const partial = partialReleaseProblem(status)
    if (partial !== undefined) throw new ReleaseError(partial)
    const isOld = status.ReleaseRecordId !== undefined && status.ReleaseRecordId === before.ReleaseRecordId
    if (status.Status === 'failed' && !isOld) throw await failedRelease(status)
    if (status.Status !== 'done' || isOld) return describeProgress(status)
    if (isExpected(await stableRevision(context.client, FunctionId, status))) return true
    polls += 1
    if (polls < MAX_POLLS_AFTER_RELEASE) return 'done, but its revision is not visible yet'
    throw new ReleaseError(
      `the release is done, but revision ${status.StableRevisionNumber} serves, which is another one: somebody has changed the function at the same time; run the command again`,
    )
  })
}

async function failedRelease(status: Status): Promise<ReleaseError> {
  const { ErrorCode, StatusMessage, FailedInstanceLogs, StableRevisionNumber = -1 } = status
  const reason = [ErrorCode, StatusMessage].filter(Boolean).join(': ') || 'no reason is given'
  const lines = [`the release failed: ${reason}`]
  if (StableRevisionNumber >= 0) lines.push(`revision ${StableRevisionNumber} still serves`)
  lines.push(...(await logLines(FailedInstanceLogs)))
  return new ReleaseError(lines.join('\n'))
}

/**
 * Makes a change that the cloud refuses while a release of the function is in progress. Waits for the end of a release
 * first, and again if another release starts before the change.
 * @throws {CloudError}
 * @throws {ReleaseError}
 */
export async function betweenReleases<Result>(
  context: StepContext,
  name: string,
  FunctionId: string,
  change: (before: ReleaseStatus) => Promise<Result>,
  mayRetry = (error: CloudError) => error.isConflict,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    const before = await waitUntilReleased(context, name, FunctionId)
    try {
      return await change(before)
    } catch (error) {
      if (!(error instanceof CloudError) || !mayRetry(error) || tries === MAX_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, context.pollMs))
    }
  }
}

/** Whether a release is in progress. */
export function isReleasing({ Status = '' }: ReleaseStatus): boolean {
  return /inprogress|rolling/.test(Status)
}

/** Returns a problem if somebody has released a revision to a part of the traffic, which prevents another release. */
export function partialReleaseProblem(status: ReleaseStatus): string | undefined {
  const { CurrentTrafficWeight: current = 0, TargetTrafficWeight: target = 100, Status = '' } = status
  const isPartial = current > 0 && current < 100 && current === target
  if (!isPartial || !(isReleasing(status) || Status === 'done')) return undefined
  return `somebody has released a new revision to a part of the traffic (${target} %): finish or abort that release in the console first`
}

async function waitUntilReleased(context: StepContext, name: string, FunctionId: string): Promise<Status> {
  return waitUntil<Status>(context, `release of ${name}`, TIMEOUT_SECONDS, async () => {
    const status = await readStatus(context, FunctionId)
    return isReleasing(status) && partialReleaseProblem(status) === undefined ? describeProgress(status) : status
  })
}

function readStatus({ client }: StepContext, FunctionId: string): Promise<Status> {
  return client.call<Status>('vefaas', 'GetReleaseStatus', { FunctionId })
}

function describeProgress(status: Status): string {
  const { CurrentTrafficWeight = 0, Status } = status
  return isReleasing(status) ? `in progress (${CurrentTrafficWeight} %)` : Status || 'without a status'
}

/** Returns the end of the log of the instance that did not start; nothing if it cannot be read. */
async function logLines(url: string | undefined): Promise<string[]> {
  if (!url) return []
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const text = (await response.text()).trimEnd()
    if (!response.ok || text === '') return []
    const lastLines = text.split('\n').slice(-20)
    return ['the last lines of its log:', ...lastLines.map((line) => `  ${line}`)]
  } catch {
    return []
  }
}
