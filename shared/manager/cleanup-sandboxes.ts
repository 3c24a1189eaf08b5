import { ActionError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Call } from './ecs/call.ts'
import type { Instance } from './ecs/instances.ts'
import { type Pace, pacer } from './ecs/pacer.ts'
import { type Candidate, type ScanResult, scan } from './sandbox/cleanup-candidates.ts'
import { cleanupReason, type Reason } from './sandbox/cleanup-reason.ts'
import { BATCH, type Deletion, deleteBatch } from './sandbox/delete-batch.ts'
import { removeTokens } from './sandbox/expired-tokens.ts'
import { END_TAG } from './sandbox/lifetime.ts'

export interface CleanupResult {
  /** Number of sandboxes that the run examined. */
  Scanned: number
  /** Number of sandboxes past their end. */
  Expired: number
  Deleted: number
  /** Number of sandboxes that the cloud does not delete at the moment; the next run tries again. */
  Skipped: number
  Failed: number
  /** Number of expired VNC tokens. */
  TokensRemoved: number
  DurationMs: number
  /** The outcome for each sandbox that this run had to delete, the longest overdue first. */
  Sandboxes: { SandboxId: string; Reason: Reason; Outcome: CleanupOutcome }[]
}

export type CleanupOutcome = 'Deleted' | 'Skipped' | 'Failed' | 'WouldDelete'

// The number of batches in deletion at a time. They share one pace.
const CONCURRENCY = 4

// The time before the deadline in which no call, and no batch, starts. A call takes a few tenths of a second.
const CALL_MS = 1_000
const BATCH_MS = 2_000

// The time that the listing must leave for the deletions: this share of the run, but at least three seconds.
const DELETING_MS = 3_000
const DELETING_SHARE = 0.15

// The cloud may refuse a deletion for some minutes. After an hour, the log tells the operator.
const OVERDUE_AFTER_MS = 3_600_000

/**
 * Deletes the sandboxes that should be gone (see `cleanupReason`) and expired VNC tokens, with one call to the cloud
 * for each page of 100 instances and two for each batch of 100 deletions. The next run does the work that is left at
 * the deadline. A run may be killed at any point, and runs may overlap.
 *
 * @param dryRun  deletes nothing and reports what it would try to delete
 * @returns the result, and why the run is not a success: the reason for an alarm
 */
export async function cleanupSandboxes(
  call: Call,
  dryRun: boolean,
): Promise<{ result: CleanupResult; failure: ActionError | undefined }> {
  const started = performance.now()
  const { config, deadline, log } = call
  const pace = pacer(config.lifetime.calls_per_second, deadline - CALL_MS)
  const max = config.lifetime.max_deletions_per_run

  // 1. Find what should be gone.
  const reserved = Math.max(DELETING_MS, (deadline - Date.now()) * DELETING_SHARE)
  const found = await scan(call, pace, deadline - reserved)

  // 2. Delete it, the longest overdue first, up to the limit of a run.
  const [deletable, refusable] = split(found.candidates.sort(byUrgency))
  const chosen = deletable.slice(0, max)
  const deletions = dryRun ? new Map<string, Deletion>() : await deleteAll(call, chosen, pace)
  for (const { id, obstacle } of refusable) deletions.set(id, { outcome: 'refused', code: obstacle })

  // 3. Remove expired tokens from the sandboxes that stay.
  const tokens = dryRun ? { removed: 0 } : await removeTokens(call, found.tokens, pace)

  // 4. Report.
  const toDelete = [...chosen, ...refusable]
  const outcomes = toDelete.flatMap(({ id, reason, obstacle }) => {
    const outcome = dryRun && !obstacle ? 'WouldDelete' : outcomeOf(deletions.get(id))
    return outcome ? [{ SandboxId: id, Reason: reason, Outcome: outcome }] : []
  })
  const count = (outcome: CleanupOutcome) => outcomes.filter(({ Outcome }) => Outcome === outcome).length
  const result = {
    Scanned: found.scanned,
    Expired: found.candidates.filter(({ reason }) => reason === 'Expired').length,
    Deleted: count('Deleted'),
    Skipped: count('Skipped'),
    Failed: count('Failed'),
    TokensRemoved: tokens.removed,
    DurationMs: Math.round(performance.now() - started),
    Sandboxes: outcomes,
  }
  const left = deletable.length - chosen.length
  const problems = [
    found.problem,
    left > 0 && `lifetime.max_deletions_per_run (${max}) is reached, ${left} more sandboxes should be gone`,
    tokens.problem,
    result.Failed > 0 && `${result.Failed} of ${chosen.length} sandboxes could not be deleted`,
  ].filter(Boolean)
  const failure = problems.length > 0 ? new ActionError(503, 'CleanupIncomplete', `${problems.join('; ')}.`) : undefined
  noteTrouble(log, found, toDelete, deletions)
  if (dryRun) {
    log.note('a dry run: nothing was deleted')
    if (failure) log.note(failure.message)
    // A dry run fails only if the listing is incomplete: its result could hide a sandbox that should be gone.
    return { result, failure: found.problem ? failure : undefined }
  }
  const waiting = chosen.filter(({ id }) => !deletions.has(id)).length
  if (waiting > 0) log.note(`${waiting} sandboxes are left for the next run: the time ran out`)
  return { result, failure }
}

/** Notes what the operator should look at, even if the run is a success. */
function noteTrouble(
  log: Log,
  { unreadable }: ScanResult,
  toDelete: readonly Candidate[],
  deletions: ReadonlyMap<string, Deletion>,
): void {
  for (const note of notesOf(deletions)) log.note(note)
  if (unreadable.length > 0) {
    const count = `${unreadable.length} sandboxes have no end`
    log.note(`${count} because their tag ${END_TAG} is not a valid time: ${named(unreadable)}`)
  }
  const late = toDelete.filter(({ id, since }) => isOverdue(deletions.get(id), since))
  if (late.length > 0) log.note(`should have been gone for more than an hour: ${named(late)}`, 'error')
}

// Sandboxes that are CREATING come last, because the cloud may refuse to delete them: they must not use up the limit of
// a run.
function byUrgency(one: Candidate, other: Candidate): number {
  return Number(one.isStarting) - Number(other.isStarting) || one.since - other.since
}

// Sandboxes with an obstacle do not count toward the limit of a run.
function split(candidates: readonly Candidate[]): [deletable: Candidate[], refusable: Candidate[]] {
  return [candidates.filter(({ obstacle }) => !obstacle), candidates.filter(({ obstacle }) => obstacle)]
}

async function deleteAll(call: Call, candidates: readonly Candidate[], pace: Pace): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  const ids = candidates.map(({ id }) => id)
  const isDue = (instance: Instance) => cleanupReason(instance, call.config) !== undefined
  const worker = async () => {
    while (ids.length > 0 && Date.now() + BATCH_MS < call.deadline) {
      const batch = await deleteBatch(call, ids.splice(0, BATCH), isDue, pace)
      for (const [id, deletion] of batch) deletions.set(id, deletion)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return deletions
}

// A kept sandbox has been renewed during the run, and a foreign one has lost its tag: neither is reported.
function outcomeOf(deletion: Deletion | undefined): CleanupOutcome | undefined {
  if (deletion === undefined || deletion.outcome === 'kept' || deletion.outcome === 'foreign') return undefined
  if (deletion.outcome === 'failed') return 'Failed'
  return deletion.outcome === 'refused' || deletion.outcome === 'deleting' ? 'Skipped' : 'Deleted'
}

const isOverdue = (deletion: Deletion | undefined, since: number) =>
  outcomeOf(deletion) === 'Skipped' && since + OVERDUE_AFTER_MS < Date.now()

/** One note for each code of the cloud. */
function notesOf(deletions: ReadonlyMap<string, Deletion>): string[] {
  const byCode = new Map<string, { id: string }[]>()
  for (const [id, { code }] of deletions) {
    if (code) byCode.set(code, [...(byCode.get(code) ?? []), { id }])
  }
  return [...byCode].map(([code, some]) => `${code}: ${some.length} not deleted, ${named(some)}`)
}

const named = (some: readonly { id: string }[]) =>
  some
    .slice(0, 10)
    .map(({ id }) => id)
    .join(', ')
