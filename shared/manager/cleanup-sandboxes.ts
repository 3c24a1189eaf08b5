import { ActionError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Call } from './ecs/call.ts'
import type { Instance } from './ecs/instances.ts'
import { type Pace, pacer } from './ecs/pacer.ts'
import { type BatchOutcome, DELETION, runBatch, STOP } from './sandbox/batch.ts'
import { type Candidate, type ScanResult, scan } from './sandbox/cleanup-candidates.ts'
import { type CleanupStep, cleanupStep, type Reason } from './sandbox/cleanup-step.ts'
import { removeTokens } from './sandbox/expired-tokens.ts'
import { END_TAG } from './sandbox/lifetime.ts'

export interface CleanupResult {
  /** Number of sandboxes that the run examined. */
  Scanned: number
  /** Number of sandboxes to stop or delete because they are past their end. */
  Expired: number
  Deleted: number
  Stopped: number
  /** Number of sandboxes that the cloud does not stop or delete at the moment; the next run tries again. */
  Skipped: number
  Failed: number
  /** Number of expired VNC tokens. */
  TokensRemoved: number
  DurationMs: number
  /** The outcome for each sandbox that this run had to stop or delete, the longest overdue first. */
  Sandboxes: { SandboxId: string; Reason: Reason; Outcome: CleanupOutcome }[]
}

export type CleanupOutcome = 'Deleted' | 'Stopped' | 'Skipped' | 'Failed' | 'WouldDelete' | 'WouldStop'

// The number of batches in work at a time. They share one pace.
const CONCURRENCY = 4

// The time before the deadline in which no call, and no batch, starts. A call takes a few tenths of a second.
const CALL_MS = 1_000
const BATCH_MS = 2_000

// The time that the listing must leave for the batches: this share of the run, but at least three seconds.
const BATCHES_MS = 3_000
const BATCHES_SHARE = 0.15

// The cloud may refuse a deletion for some minutes. After an hour, the log tells the operator.
const OVERDUE_AFTER_MS = 3_600_000

/**
 * Stops or deletes the sandboxes that are due (see `cleanupStep`) and deletes expired VNC tokens, with one call to the cloud
 * for each page of 100 instances, two for each batch of 100 deletions and three for each batch of 50 stops. The next run
 * does the work that is left at the deadline. A run may be killed at any point, and runs may overlap.
 *
 * @param dryRun  changes nothing and reports what it would try
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

  // 1. Find what is due.
  const reserved = Math.max(BATCHES_MS, (deadline - Date.now()) * BATCHES_SHARE)
  const found = await scan(call, pace, deadline - reserved)

  // 2. Stop or delete it, the longest overdue first, up to the limit of a run.
  const [possible, refusable] = split(found.candidates.sort(byUrgency))
  const chosen = possible.slice(0, max)
  const outcomes = dryRun ? new Map<string, BatchOutcome>() : await runAll(call, chosen, pace)
  for (const { id, obstacle } of refusable) outcomes.set(id, { outcome: 'refused', code: obstacle })

  // 3. Remove expired tokens from the sandboxes that stay.
  const tokens = dryRun ? { removed: 0 } : await removeTokens(call, found.tokens, pace)

  // 4. Report.
  const due = [...chosen, ...refusable]
  const reported = due.flatMap((candidate) => {
    const outcome = dryRun && !candidate.obstacle ? plannedOutcome(candidate) : outcomeOf(candidate, outcomes)
    return outcome ? [{ SandboxId: candidate.id, Reason: candidate.reason, Outcome: outcome }] : []
  })
  const count = (outcome: CleanupOutcome) => reported.filter(({ Outcome }) => Outcome === outcome).length
  const result = {
    Scanned: found.scanned,
    Expired: found.candidates.filter(({ reason }) => reason === 'Expired').length,
    Deleted: count('Deleted'),
    Stopped: count('Stopped'),
    Skipped: count('Skipped'),
    Failed: count('Failed'),
    TokensRemoved: tokens.removed,
    DurationMs: Math.round(performance.now() - started),
    Sandboxes: reported,
  }
  const left = possible.length - chosen.length
  const problems = [
    found.problem,
    left > 0 && `lifetime.max_deletions_per_run (${max}) is reached, ${left} more sandboxes are due`,
    tokens.problem,
    result.Failed > 0 && `${result.Failed} of ${chosen.length} sandboxes could not be stopped or deleted`,
  ].filter(Boolean)
  const failure = problems.length > 0 ? new ActionError(503, 'CleanupIncomplete', `${problems.join('; ')}.`) : undefined
  noteTrouble(log, found, due, outcomes)
  if (dryRun) {
    log.note('a dry run: nothing was stopped or deleted')
    if (failure) log.note(failure.message)
    // A dry run fails only if the listing is incomplete: its result could hide a sandbox that is due.
    return { result, failure: found.problem ? failure : undefined }
  }
  const waiting = chosen.filter(({ id }) => !outcomes.has(id)).length
  if (waiting > 0) log.note(`${waiting} sandboxes are left for the next run: the time ran out`)
  return { result, failure }
}

/** Notes what the operator should look at, even if the run is a success. */
function noteTrouble(log: Log, { unreadable }: ScanResult, due: readonly Candidate[], outcomes: Outcomes): void {
  for (const note of notesOf(outcomes)) log.note(note)
  if (unreadable.length > 0) {
    const count = `${unreadable.length} sandboxes have no end`
    log.note(`${count} because their tag ${END_TAG} is not a valid time: ${named(unreadable)}`)
  }
  const late = due.filter((candidate) => isOverdue(candidate, outcomes))
  if (late.length > 0) log.note(`should have been stopped or deleted more than an hour ago: ${named(late)}`, 'error')
}

// Sandboxes that are CREATING or otherwise changing come last, because the cloud may refuse to stop or delete them: they must
// not use up the limit of a run.
function byUrgency(one: Candidate, other: Candidate): number {
  return Number(one.isChanging) - Number(other.isChanging) || one.since - other.since
}

// Sandboxes with an obstacle do not count toward the limit of a run.
function split(candidates: readonly Candidate[]): [deletable: Candidate[], refusable: Candidate[]] {
  return [candidates.filter(({ obstacle }) => !obstacle), candidates.filter(({ obstacle }) => obstacle)]
}

async function runAll(call: Call, candidates: readonly Candidate[], pace: Pace): Promise<Map<string, BatchOutcome>> {
  const outcomes = new Map<string, BatchOutcome>()
  const batches = batchesOf(candidates)
  const worker = async () => {
    while (Date.now() + BATCH_MS < call.deadline) {
      const batch = batches.shift()
      if (batch === undefined) break
      const { action, ids } = batch
      const isDue = (instance: Instance) => cleanupStep(instance, call.config)?.action === action
      for (const [id, outcome] of await runBatch(call, OPERATIONS[action], ids, isDue, pace)) outcomes.set(id, outcome)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return outcomes
}

const OPERATIONS = { delete: DELETION, stop: STOP }

interface Batch {
  action: CleanupStep['action']
  ids: string[]
}

/** Splits the candidates into batches of one action, in the order of their first candidates. */
function batchesOf(candidates: readonly Candidate[]): Batch[] {
  const batches: Batch[] = []
  const open = new Map<CleanupStep['action'], Batch>()
  for (const { id, action } of candidates) {
    let batch = open.get(action)
    if (batch === undefined || batch.ids.length === OPERATIONS[action].size) {
      batch = { action, ids: [] }
      batches.push(batch)
      open.set(action, batch)
    }
    batch.ids.push(id)
  }
  return batches
}

type Outcomes = ReadonlyMap<string, BatchOutcome>

// A kept sandbox has been renewed or changed its state during the run, and a foreign one has lost its tag: neither is
// reported.
function outcomeOf({ id, action }: Candidate, outcomes: Outcomes): CleanupOutcome | undefined {
  const outcome = outcomes.get(id)?.outcome
  if (outcome === undefined || outcome === 'kept' || outcome === 'foreign') return undefined
  if (outcome === 'failed') return 'Failed'
  if (outcome === 'refused' || outcome === 'deleting') return 'Skipped'
  return outcome === 'missing' || action === 'delete' ? 'Deleted' : 'Stopped'
}

const plannedOutcome = ({ action }: Candidate) => (action === 'delete' ? 'WouldDelete' : 'WouldStop')

const isOverdue = (candidate: Candidate, outcomes: Outcomes) =>
  outcomeOf(candidate, outcomes) === 'Skipped' && candidate.since + OVERDUE_AFTER_MS < Date.now()

/** One note for each code of the cloud. */
function notesOf(outcomes: Outcomes): string[] {
  const byCode = new Map<string, { id: string }[]>()
  for (const [id, { code }] of outcomes) {
    if (code) byCode.set(code, [...(byCode.get(code) ?? []), { id }])
  }
  return [...byCode].map(([code, some]) => `${code}: ${some.length} not stopped or deleted, ${named(some)}`)
}

const named = (some: readonly { id: string }[]) =>
  some
    .slice(0, 10)
    .map(({ id }) => id)
    .join(', ')
