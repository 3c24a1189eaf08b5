import { CloudError } from '../cloud/cloud-error.ts'
import { type ReleaseStatus, type RevisionItem, stableRevision } from '../observe/functions.ts'
import type { StepContext } from './step.ts'
import { waitUntil } from './wait-until.ts'

/** Tools of VolcEngine wait 10 to 15 minutes. */
const TIMEOUT_SECONDS = 15 * 60

/** How often something else may get in the way, or an answer may be lost, before that is an error. */
const MAX_TRIES = 5

/** How often to look again where a release is done and what serves is not to be seen yet. */
const MAX_POLLS_AFTER_RELEASE = 15

/** A release did not succeed. */
export class ReleaseError extends Error {
  override name = 'ReleaseError'
}

/** Each release has a record of its own. */
type Status = ReleaseStatus & { ReleaseRecordId?: string }

/**
 * Gives all the traffic of a function to a revision, 0 being a new one of the latest code and settings, unless what serves
 * is right already. One that is in progress is waited for first: it may be the one whose answer was lost.
 * @throws CloudError, ReleaseError
 */
export async function releaseRevision(
  context: StepContext,
  name: string,
  FunctionId: string,
  isRight: (stable: RevisionItem | undefined) => boolean,
  RevisionNumber = 0,
): Promise<void> {
  const { client } = context
  const body = { FunctionId, RevisionNumber, TargetTrafficWeight: 100, RollingStep: 100 }
  const begin = async (before: Status) => {
    const partial = partialReleaseProblem(before)
    if (partial !== undefined) throw new ReleaseError(partial)
    if (isRight(await stableRevision(client, FunctionId, before))) return undefined
    await client.call('vefaas', 'Release', body)
    return before
  }
  // After a lost answer the next look tells whether it has begun.
  const before = await betweenReleases(
    context,
    name,
    FunctionId,
    begin,
    (error) => error.isConflict || error.isTransient,
  )
  if (before !== undefined) await waitForRelease(context, name, FunctionId, isRight, before)
}

/** Waits for the end of a release. What the cloud says may lag, and then tells of the one before. */
async function waitForRelease(
  context: StepContext,
  name: string,
  FunctionId: string,
  isRight: (stable: RevisionItem | undefined) => boolean,
  before: Status,
): Promise<void> {
  let looks = 0
  await waitUntil<true>(context, `release of ${name}`, TIMEOUT_SECONDS, async () => {
    const status = await readStatus(context, FunctionId)
    const partial = partialReleaseProblem(status)
    if (partial !== undefined) throw new ReleaseError(partial)
    const isOld = status.ReleaseRecordId !== undefined && status.ReleaseRecordId === before.ReleaseRecordId
    if (status.Status === 'failed' && !isOld) throw await failedRelease(status)
    if (status.Status !== 'done' || isOld) return describeProgress(status)
    if (isRight(await stableRevision(context.client, FunctionId, status))) return true
    if (++looks < MAX_POLLS_AFTER_RELEASE) return 'done, but what serves is not to be seen yet'
    throw new ReleaseError(
      `the release is done, but revision ${status.StableRevisionNumber}, which serves, is another one: somebody has changed the function meanwhile; run the command again`,
    )
  })
}

async function failedRelease(status: Status): Promise<ReleaseError> {
  const { ErrorCode, StatusMessage, FailedInstanceLogs, StableRevisionNumber = -1 } = status
  return new ReleaseError(
    [
      `the release failed: ${[ErrorCode, StatusMessage].filter(Boolean).join(': ') || 'no reason is given'}`,
      ...(StableRevisionNumber < 0 ? [] : [`revision ${StableRevisionNumber} goes on serving`]),
      ...(await logLines(FailedInstanceLogs)),
    ].join('\n'),
  )
}

/**
 * Does what the cloud refuses while a release of the function is in progress: waits for its end first, and again when
 * another one gets in the way all the same.
 * @throws CloudError, ReleaseError
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

/** What stands in the way of another release: one that somebody has given a part of the traffic, and left there. */
export function partialReleaseProblem(status: ReleaseStatus): string | undefined {
  const { CurrentTrafficWeight: current = 0, TargetTrafficWeight: target = 100, Status = '' } = status
  if (current <= 0 || current >= 100 || current !== target || !(isReleasing(status) || Status === 'done'))
    return undefined
  return `somebody has released a part of the traffic (${target} %) to a new revision: finish or abort that release in the console first`
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

/** The end of the log of the instance that did not start; nothing when it cannot be had. */
async function logLines(url: string | undefined): Promise<string[]> {
  if (!url) return []
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    const text = (await response.text()).trimEnd()
    if (!response.ok || text === '') return []
    return [
      'the last lines of its log:',
      ...text
        .split('\n')
        .slice(-20)
        .map((line) => `  ${line}`),
    ]
  } catch {
    return []
  }
}
