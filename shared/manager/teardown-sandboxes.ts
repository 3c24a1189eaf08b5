import { ActionError } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import { pause } from './ecs/time.ts'
import { BATCH, type Deletion, deleteBatch } from './sandbox/delete-batch.ts'

/** What one message asks for. */
export interface TeardownRequest {
  SandboxIds: readonly string[]
  /** For the log. */
  Reason?: string | undefined
}

export interface TeardownResult {
  /** `NotFound` is no failure: it is gone already, or was never a sandbox of this manager. */
  Sandboxes: { SandboxId: string; Outcome: 'Deleted' | 'NotFound' | 'Failed' }[]
}

/**
 * Deletes the sandboxes that messages name, each once, in batches of 100. One that the cloud does not delete yet (it is
 * still CREATING) is waited for until the deadline, one that is not to be seen for some seconds: it may be new.
 * @returns for each request why not all of its sandboxes are deleted, so that its message has to come again
 */
export async function teardownSandboxes(
  call: Call,
  requests: readonly TeardownRequest[],
): Promise<{ result: TeardownResult; failures: (ActionError | undefined)[] }> {
  for (const { SandboxIds, Reason } of requests) {
    if (Reason) call.log.note(`${Reason}: ${SandboxIds.slice(0, 10).join(', ')}`, 'info')
  }
  const deletions = new Map<string, Deletion>()
  let left = [...new Set(requests.flatMap(({ SandboxIds }) => SandboxIds))]
  for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
    for (let at = 0; at < left.length; at += BATCH) {
      for (const [id, deletion] of await deleteBatch(call, left.slice(at, at + BATCH))) {
        // Not to be seen is no proof that it is gone, of one that was there and could not be deleted.
        const isDoubtful = deletion.outcome === 'missing' && deletions.get(id)?.outcome === 'refused'
        if (!isDoubtful) deletions.set(id, deletion)
      }
    }
    // New machines are to be seen after some seconds: two rounds, 3 s in all.
    left = left.filter((id) => mayChange(deletions.get(id), seconds < 3))
    if (left.length === 0 || !(await pause(call, seconds))) break
  }
  const failures = requests.map(({ SandboxIds }) => whyAgain(SandboxIds, deletions))
  const Sandboxes = [...deletions].map(([SandboxId, deletion]) => ({ SandboxId, Outcome: outcomeOf(deletion) }))
  return { result: { Sandboxes }, failures }
}

function mayChange(deletion: Deletion | undefined, isEarly: boolean): boolean {
  return deletion?.outcome === 'refused' || (isEarly && isUnknown(deletion))
}

// Not even the time that it takes tells somebody else's machine from none.
const isUnknown = (deletion: Deletion | undefined) => deletion?.outcome === 'missing' || deletion?.outcome === 'foreign'

function outcomeOf({ outcome }: Deletion): 'Deleted' | 'NotFound' | 'Failed' {
  if (outcome === 'deleted' || outcome === 'deleting') return 'Deleted'
  return isUnknown({ outcome }) ? 'NotFound' : 'Failed'
}

function whyAgain(ids: readonly string[], deletions: ReadonlyMap<string, Deletion>): ActionError | undefined {
  const failed = ids.filter((id) => outcomeOf(deletions.get(id) ?? { outcome: 'failed' }) === 'Failed')
  if (failed.length === 0) return undefined
  const codes = new Set(failed.map((id) => deletions.get(id)?.code))
  const message = `Not deleted yet (${[...codes].join(', ')}): ${failed.slice(0, 10).join(', ')}. Deliver the event again.`
  return new ActionError(503, 'ServiceUnavailable', message)
}
