import { ActionError } from '../errors.ts'
import type { Call } from './cloud.ts'
import { BATCH, deleteBatch, type Fate } from './delete-batch.ts'
import { pause } from './time.ts'

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
  const fates = new Map<string, Fate>()
  let left = [...new Set(requests.flatMap(({ SandboxIds }) => SandboxIds))]
  for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
    for (let at = 0; at < left.length; at += BATCH) {
      for (const [id, fate] of await deleteBatch(call, left.slice(at, at + BATCH))) {
        // Not to be seen is no proof that it is gone, of one that was there and could not be deleted.
        const isDoubtful = fate.outcome === 'missing' && fates.get(id)?.outcome === 'refused'
        if (!isDoubtful) fates.set(id, fate)
      }
    }
    // New machines are to be seen after some seconds: two rounds, 3 s in all.
    left = left.filter((id) => mayChange(fates.get(id), seconds < 3))
    if (left.length === 0 || !(await pause(call, seconds))) break
  }
  const failures = requests.map(({ SandboxIds }) => whyAgain(SandboxIds, fates))
  const Sandboxes = [...fates].map(([SandboxId, fate]) => ({ SandboxId, Outcome: outcomeOf(fate) }))
  return { result: { Sandboxes }, failures }
}

function mayChange(fate: Fate | undefined, isEarly: boolean): boolean {
  return fate?.outcome === 'refused' || (isEarly && isUnknown(fate))
}

// Not even the time that it takes tells somebody else's machine from none.
const isUnknown = (fate: Fate | undefined) => fate?.outcome === 'missing' || fate?.outcome === 'foreign'

function outcomeOf({ outcome }: Fate): 'Deleted' | 'NotFound' | 'Failed' {
  if (outcome === 'deleted' || outcome === 'deleting') return 'Deleted'
  return isUnknown({ outcome }) ? 'NotFound' : 'Failed'
}

function whyAgain(ids: readonly string[], fates: ReadonlyMap<string, Fate>): ActionError | undefined {
  const failed = ids.filter((id) => outcomeOf(fates.get(id) ?? { outcome: 'failed' }) === 'Failed')
  if (failed.length === 0) return undefined
  const codes = new Set(failed.map((id) => fates.get(id)?.code))
  const message = `Not deleted yet (${[...codes].join(', ')}): ${failed.slice(0, 10).join(', ')}. Deliver the event again.`
  return new ActionError(503, 'ServiceUnavailable', message)
}
