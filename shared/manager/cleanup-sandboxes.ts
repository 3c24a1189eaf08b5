import { ActionError } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import type { Instance } from './ecs/instances.ts'
import { type Pace, pacer } from './ecs/pacer.ts'
import { type Candidate, scan } from './sandbox/cleanup-candidates.ts'
import { cleanupReason, type Reason } from './sandbox/cleanup-reason.ts'
import { BATCH, type Deletion, deleteBatch } from './sandbox/delete-batch.ts'
import { removeTokens } from './sandbox/expired-tokens.ts'
import { END_TAG } from './sandbox/lifetime.ts'

export interface CleanupResult {
  /** Sandboxes that were looked at. */
  Scanned: number
  /** Those of them that are past their end. */
  Expired: number
  Deleted: number
  /** Those that the cloud does not delete now; the next run tries again. */
  Skipped: number
  Failed: number
  /** VNC tokens that had expired. */
  TokensRemoved: number
  DurationMs: number
  /** What became of each that was to be deleted in this run, the one whose time came first at the top. */
  Sandboxes: { SandboxId: string; Reason: Reason; Outcome: Outcome }[]
}

export type Outcome = 'Deleted' | 'Skipped' | 'Failed' | 'WouldDelete'

// So many batches are in deletion at a time; the calls of all of them keep to the pace.
const CONCURRENCY = 4

// No call begins with less than this left, and no batch with less than that: a call takes some tenths of a second.
const CALL_MS = 1_000
const BATCH_MS = 2_000

// Of the time that a run has, at least so much is kept from the listing for the deleting.
const DELETING_MS = 3_000
const DELETING_SHARE = 0.15

// The cloud may refuse a deletion for some minutes. After an hour somebody has to look.
const PATIENCE_MS = 3_600_000

/**
 * Deletes the sandboxes that should be gone (`cleanupReason` tells which) and the VNC tokens that have expired: one call to the
 * cloud for each page of 100 instances, two for each batch of 100 deletions. What it does not get done before the
 * deadline is left to the next run. It may be killed anywhere and run several times at once.
 *
 * @param dryRun  deletes nothing, and tells what it would try to delete
 * @returns with the result, why the run is not a success: the reason for an alarm
 */
export async function cleanupSandboxes(
  call: Call,
  dryRun: boolean,
): Promise<{ result: CleanupResult; failure: ActionError | undefined }> {
  const started = performance.now()
  const { config, deadline, log } = call
  const pace = pacer(config.lifetime.calls_per_second, deadline - CALL_MS)
  const most = config.lifetime.max_deletions_per_run

  // 1. Find what should be gone.
  const kept = Math.max(DELETING_MS, (deadline - Date.now()) * DELETING_SHARE)
  const found = await scan(call, pace, deadline - kept)

  // 2. Delete it, what should be gone for longest first, and no more than a run may.
  const [deletable, refusable] = split(found.candidates.sort(inOrder))
  const chosen = deletable.slice(0, most)
  const deletions = dryRun ? new Map<string, Deletion>() : await deleteAll(call, chosen, pace)
  for (const { id, obstacle } of refusable) deletions.set(id, { outcome: 'refused', code: obstacle })

  // 3. Remove expired tokens from those that stay.
  const tokens = dryRun ? { removed: 0 } : await removeTokens(call, found.tokens, pace)

  // 4. Tell what was done, and what was not.
  const Sandboxes = [...chosen, ...refusable].flatMap(({ id, reason, obstacle }) => {
    const outcome = dryRun && !obstacle ? 'WouldDelete' : outcomeOf(deletions.get(id))
    return outcome ? [{ SandboxId: id, Reason: reason, Outcome: outcome }] : []
  })
  const count = (outcome: Outcome) => Sandboxes.filter(({ Outcome }) => Outcome === outcome).length
  const result = {
    Scanned: found.scanned,
    Expired: found.candidates.filter(({ reason }) => reason === 'Expired').length,
    Deleted: count('Deleted'),
    Skipped: count('Skipped'),
    Failed: count('Failed'),
    TokensRemoved: tokens.removed,
    DurationMs: Math.round(performance.now() - started),
    Sandboxes,
  }
  const left = deletable.length - chosen.length
  const problems = [
    found.problem,
    left > 0 && `lifetime.max_deletions_per_run (${most}) is reached, ${left} more sandboxes should be gone`,
    tokens.problem,
    result.Failed > 0 && `${result.Failed} of ${chosen.length} sandboxes could not be deleted`,
  ].filter(Boolean)
  const failure = problems.length > 0 ? new ActionError(503, 'CleanupIncomplete', `${problems.join('; ')}.`) : undefined

  for (const note of notesOf(deletions)) log.note(note)
  const { unreadable } = found
  if (unreadable.length > 0) {
    log.note(
      `${unreadable.length} sandboxes have no end because their tag ${END_TAG} is not a valid time: ${named(unreadable)}`,
    )
  }
  const late = [...chosen, ...refusable].filter(({ id, since }) => isOverdue(deletions.get(id), since))
  if (late.length > 0) log.note(`should have been gone for more than an hour: ${named(late)}`, 'error')
  if (dryRun) {
    log.note('a dry run: nothing was deleted')
    if (failure) log.note(failure.message)
    // What it found is the answer, unless it did not see everything: that nothing is due would then be believed.
    return { result, failure: found.problem ? failure : undefined }
  }
  const waiting = chosen.filter(({ id }) => !deletions.has(id)).length
  if (waiting > 0) log.note(`${waiting} are left to the next run: the time was up`)
  return { result, failure }
}

// What the cloud refuses must never take the room of the others: what is CREATING, which it is asked to delete all the same,
// comes last, and what it is not asked about does not count.
function inOrder(one: Candidate, other: Candidate): number {
  return Number(one.isStarting) - Number(other.isStarting) || one.since - other.since
}

function split(candidates: readonly Candidate[]): [deletable: Candidate[], refusable: Candidate[]] {
  return [candidates.filter(({ obstacle }) => !obstacle), candidates.filter(({ obstacle }) => obstacle)]
}

async function deleteAll(call: Call, candidates: readonly Candidate[], pace: Pace): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  const ids = candidates.map(({ id }) => id)
  const isDue = (instance: Instance) => cleanupReason(instance, call.config) !== undefined
  const worker = async () => {
    while (ids.length > 0 && Date.now() + BATCH_MS < call.deadline) {
      for (const [id, deletion] of await deleteBatch(call, ids.splice(0, BATCH), isDue, pace))
        deletions.set(id, deletion)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return deletions
}

// One that is not wanted any more has been renewed meanwhile, one that is foreign has lost its tag.
function outcomeOf(deletion: Deletion | undefined): Outcome | undefined {
  if (deletion === undefined || deletion.outcome === 'unwanted' || deletion.outcome === 'foreign') return undefined
  if (deletion.outcome === 'failed') return 'Failed'
  return deletion.outcome === 'refused' || deletion.outcome === 'deleting' ? 'Skipped' : 'Deleted'
}

const isOverdue = (deletion: Deletion | undefined, since: number) =>
  outcomeOf(deletion) === 'Skipped' && since + PATIENCE_MS < Date.now()

/** A note for each code of the cloud. */
function notesOf(deletions: ReadonlyMap<string, Deletion>): string[] {
  const byCode = new Map<string, { id: string }[]>()
  for (const [id, { code }] of deletions) if (code) byCode.set(code, [...(byCode.get(code) ?? []), { id }])
  return [...byCode].map(([code, some]) => `${code}: ${some.length} not deleted, ${named(some)}`)
}

const named = (some: readonly { id: string }[]) =>
  some
    .slice(0, 10)
    .map(({ id }) => id)
    .join(', ')
