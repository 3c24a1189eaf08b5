import { ActionError } from '../errors.ts'
import type { Call } from './cloud.ts'
import { BATCH, deleteBatch, type Fate } from './delete-batch.ts'
import { due, type Reason } from './due.ts'
import { type ExpiredToken, removeTokens } from './expired-tokens.ts'
import type { Instance } from './instances.ts'
import { listSandboxes, type Page } from './listing.ts'
import { pacer } from './pacer.ts'
import { inOurWords } from './refusal.ts'
import { expiredTokens } from './vnc-token.ts'

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
  /** Those that were to be deleted in this run, the one whose time came first at the top. */
  Sandboxes: { SandboxId: string; Reason: Reason; Outcome: Outcome }[]
}

export type Outcome = 'Deleted' | 'Skipped' | 'Failed' | 'WouldDelete'

/** A sandbox that should be gone. */
interface Candidate {
  id: string
  reason: Reason
  /** Since when, in milliseconds since 1970. */
  since: number
  isStarting: boolean
  /** Why the cloud is not even asked to delete it; undefined for most. */
  obstacle: string | undefined
}

// So many batches are in deletion at a time; the calls of all of them keep to the pace.
const CONCURRENCY = 4

// No batch begins with less than this left: its calls take some tenths of a second each.
const BATCH_MS = 2_000

// Of the time that a run has, at least so much is kept from the listing for the deleting.
const DELETING_MS = 3_000
const DELETING_SHARE = 0.15

/**
 * Deletes the sandboxes that should be gone (`due` tells which) and the VNC tokens that have expired: one call to the
 * cloud for each page of 100 instances, two for each batch of 100 deletions. What it does not get done before the
 * deadline is left to the next run. It may be killed anywhere and run several times at once.
 *
 * @param dryRun  deletes nothing, and tells what it would delete
 * @returns with the result, why the run is not a success: the reason for an alarm
 */
export async function cleanUp(
  call: Call,
  dryRun: boolean,
): Promise<{ result: CleanupResult; failure: ActionError | undefined }> {
  const started = performance.now()
  const { config, deadline, log } = call
  const pace = pacer(config.lifetime.calls_per_second)
  const problems: string[] = []

  // 1. Find what should be gone.
  const kept = Math.max(DELETING_MS, (deadline - Date.now()) * DELETING_SHARE)
  const found = await scan(call, pace, deadline - kept)
  if (found.problem) problems.push(found.problem)

  // 2. Delete it, what should be gone for longest first, and no more than a run may.
  const [deletable, refusable] = split(found.candidates.sort(inOrder))
  const chosen = deletable.slice(0, config.lifetime.max_deletions_per_run)
  const left = deletable.length - chosen.length
  if (left > 0) {
    problems.push(`lifetime.max_deletions_per_run (${chosen.length}) is reached, ${left} more sandboxes should be gone`)
  }
  const fates = dryRun ? new Map<string, Fate>() : await deleteAll(call, chosen, pace)
  for (const { id, obstacle: code } of refusable) fates.set(id, { outcome: 'refused', code })

  // 3. Remove expired tokens from those that stay.
  const tokens = dryRun ? { removed: 0 } : await removeTokens(call, found.tokens, pace)
  if (tokens.problem) problems.push(tokens.problem)

  // 4. Tell what was done.
  const Sandboxes = [...chosen, ...refusable].flatMap(({ id, reason, obstacle }) => {
    const outcome = dryRun && !obstacle ? 'WouldDelete' : outcomeOf(fates.get(id))
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
  if (result.Failed > 0) problems.push(`${result.Failed} of ${chosen.length} sandboxes could not be deleted`)
  for (const note of notesOf(fates)) log.note(note)
  const waiting = dryRun ? 0 : chosen.filter(({ id }) => !fates.has(id)).length
  if (waiting > 0) log.note(`${waiting} are left to the next run: the time was up`)
  const failure = problems.length > 0 ? new ActionError(503, 'CleanupIncomplete', `${problems.join('; ')}.`) : undefined
  return { result, failure }
}

interface Found {
  scanned: number
  candidates: Candidate[]
  tokens: ExpiredToken[]
  /** Why not all sandboxes were looked at. */
  problem?: string
}

async function scan(call: Call, pace: Pace, until: number): Promise<Found> {
  // While it is listed, what exists changes: a sandbox may be seen on two pages.
  const seen = new Set<string>()
  const candidates: Candidate[] = []
  const tokens: ExpiredToken[] = []
  const look = (instance: Instance) => {
    if (seen.has(instance.id)) return
    seen.add(instance.id)
    const since = due(instance, call.config)
    if (since) candidates.push(candidateOf(instance, since))
    else if (instance.status !== 'DELETING') tokens.push(...expiredTokens(instance, call.config))
  }
  const end = (problem?: string) => ({ scanned: seen.size, candidates, tokens, ...(problem && { problem }) })
  try {
    let page: Page | undefined
    do {
      if (Date.now() > until) return end(`the listing was not done in time: ${seen.size} sandboxes were looked at`)
      await pace('DescribeInstances')
      page = await nextPage(call, page)
      page.sandboxes.forEach(look)
    } while (page.next)
    return end()
  } catch (error) {
    // What was found until then should be gone all the same.
    const { message } = await inOurWords(() => Promise.reject(error)).catch((told: Error) => told)
    return end(`the listing broke off: ${message}`)
  }
}

// The listing begins wide, because with very many sandboxes the tag filter would cost a page in vain. Where the first page
// shows that most machines are somebody else's, the tag filter saves more than that.
async function nextPage(call: Call, page: Page | undefined): Promise<Page> {
  if (page) return listSandboxes(call, { from: page.next })
  const first = await listSandboxes(call, { wide: true })
  return first.next && first.sandboxes.length * 2 < first.read ? listSandboxes(call, {}) : first
}

type Pace = (action: string) => Promise<void>

function candidateOf({ id, status, isProtected }: Instance, since: Pick<Candidate, 'reason' | 'since'>): Candidate {
  const obstacle = status === 'DELETING' ? status : isProtected ? 'DeletionProtection' : undefined
  return { id, ...since, isStarting: status === 'CREATING', obstacle }
}

// What the cloud refuses must never take the room of the others: what is CREATING, which it is asked to delete all the same,
// comes last, and what it is not asked about does not count.
function inOrder(one: Candidate, other: Candidate): number {
  return Number(one.isStarting) - Number(other.isStarting) || one.since - other.since
}

function split(candidates: readonly Candidate[]): [deletable: Candidate[], refusable: Candidate[]] {
  return [candidates.filter(({ obstacle }) => !obstacle), candidates.filter(({ obstacle }) => obstacle)]
}

async function deleteAll(call: Call, candidates: readonly Candidate[], pace: Pace): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>()
  const ids = candidates.map(({ id }) => id)
  const isDue = (instance: Instance) => due(instance, call.config) !== undefined
  const worker = async () => {
    while (ids.length > 0 && Date.now() + BATCH_MS < call.deadline) {
      for (const [id, fate] of await deleteBatch(call, ids.splice(0, BATCH), isDue, pace)) fates.set(id, fate)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  return fates
}

// One that is not wanted any more has been renewed meanwhile, one that is foreign has lost its tag.
function outcomeOf(fate: Fate | undefined): Outcome | undefined {
  if (fate === undefined || fate.outcome === 'unwanted' || fate.outcome === 'foreign') return undefined
  if (fate.outcome === 'failed') return 'Failed'
  return fate.outcome === 'refused' || fate.outcome === 'deleting' ? 'Skipped' : 'Deleted'
}

/** A note for each code of the cloud, with the first sandboxes that it is about. */
function notesOf(fates: ReadonlyMap<string, Fate>): string[] {
  const byCode = new Map<string, string[]>()
  for (const [id, { code }] of fates) if (code) byCode.set(code, [...(byCode.get(code) ?? []), id])
  return [...byCode].map(([code, ids]) => `${code}: ${ids.length} not deleted, ${ids.slice(0, 10).join(', ')}`)
}
