import { ActionError } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { pause } from './ecs/time.ts'
import { type BatchOutcome, DELETION, runBatch } from './sandbox/batch.ts'

/** The content of one message. */
export interface TeardownRequest {
  SandboxIds: readonly string[]
  /** For the log. */
  Reason?: string | undefined
}

export interface TeardownResult {
  /** `NotFound` is not a failure: the sandbox is already gone, or the id was never a sandbox of this manager. */
  Sandboxes: { SandboxId: string; Outcome: 'Deleted' | 'NotFound' | 'Failed' }[]
}

/**
 * Deletes the sandboxes that messages name, each once, in batches of 100. If the cloud does not delete a sandbox yet
 * (it is still CREATING), tries again until the deadline. If a sandbox is not visible, tries again for three seconds,
 * because it may be new.
 * @returns the result, and for each request why some of its sandboxes are not deleted, so that its message must be
 *   delivered again; undefined if all are
 */
export async function teardownSandboxes(
  call: Call,
  requests: readonly TeardownRequest[],
): Promise<{ result: TeardownResult; failures: (ActionError | undefined)[] }> {
  for (const { SandboxIds, Reason } of requests) {
    if (Reason) call.log.note(`${Reason}: ${SandboxIds.slice(0, 10).join(', ')}`, 'info')
  }
  const deletions = new Map<string, BatchOutcome>()
  let left = [...new Set(requests.flatMap(({ SandboxIds }) => SandboxIds))]
  for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
    for (let at = 0; at < left.length; at += DELETION.size) {
      for (const [id, deletion] of await runBatch(call, DELETION, left.slice(at, at + DELETION.size))) {
        // A sandbox that the cloud refused to delete still exists, even if it is not visible for a moment.
        const isDoubtful = deletion.outcome === 'missing' && deletions.get(id)?.outcome === 'refused'
        if (!isDoubtful) deletions.set(id, deletion)
      }
    }
    // A new machine is visible after some seconds: two more tries, three seconds in all.
    left = left.filter((id) => mayChange(deletions.get(id), seconds < 3))
    if (left.length === 0 || !(await pause(call, seconds))) break
  }
  const failures = requests.map(({ SandboxIds }) => failureOf(SandboxIds, deletions))
  const Sandboxes = [...deletions].map(([SandboxId, deletion]) => ({ SandboxId, Outcome: outcomeOf(deletion) }))
  return { result: { Sandboxes }, failures }
}

function mayChange(deletion: BatchOutcome | undefined, isEarly: boolean): boolean {
  return deletion?.outcome === 'refused' || (isEarly && isUnknown(deletion))
}

// A machine that is not a sandbox is treated like none, so that not even the time reveals that it exists.
const isUnknown = (deletion: BatchOutcome | undefined) =>
  deletion?.outcome === 'missing' || deletion?.outcome === 'foreign'

function outcomeOf({ outcome }: BatchOutcome): 'Deleted' | 'NotFound' | 'Failed' {
  if (outcome === 'done' || outcome === 'deleting') return 'Deleted'
  return isUnknown({ outcome }) ? 'NotFound' : 'Failed'
}

function failureOf(ids: readonly string[], deletions: ReadonlyMap<string, BatchOutcome>): ActionError | undefined {
  const failed = ids.filter((id) => outcomeOf(deletions.get(id) ?? { outcome: 'failed' }) === 'Failed')
  if (failed.length === 0) return undefined
  const codes = new Set(failed.map((id) => deletions.get(id)?.code))
  const message = `Not deleted yet (${[...codes].join(', ')}): ${failed.slice(0, 10).join(', ')}. Deliver the event again.`
  return new ActionError(503, 'ServiceUnavailable', message)
}
