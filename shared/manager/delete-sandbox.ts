import { invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import type { CloudError } from './ecs/cloud-error.ts'
import { deleteInstance, describeInstance, type Instance } from './ecs/instances.ts'
import { pause } from './ecs/time.ts'
import { isNotFound, isWrongStatus, translateSandboxErrors } from './ecs/translate-errors.ts'
import { findSandbox, isSandbox } from './sandbox/sandbox.ts'

/**
 * Deletes a sandbox, in whatever state it is: one that the cloud does not delete yet (it is still CREATING) is waited
 * for until the deadline. Two calls to the cloud where nothing has to be waited for.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and what the cloud brings about
 */
export function deleteSandbox(call: Call, SandboxId: string): Promise<{ SandboxId: string }> {
  return translateSandboxErrors(SandboxId, async () => {
    let instance = await findNew(call, SandboxId)
    if (instance === undefined) throw sandboxNotFound(SandboxId)
    for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
      const refusal = await tryDelete(call, instance)
      if (refusal === undefined) return { SandboxId }
      // It may be DELETING by now, by an earlier try whose answer was lost.
      instance = await again(call, instance)
      if (instance.status === 'DELETING') return { SandboxId }
      if (!(await pause(call, seconds))) {
        const advice = 'The cloud deletes it once it is RUNNING, STOPPED or ERROR: repeat the call in some seconds.'
        throw invalidSandboxStatus(SandboxId, instance.status, advice, refusal)
      }
      instance = await again(call, instance)
    }
  })
}

// Not to be seen is no proof that it is gone: only DeleteInstance can tell. But it may have become somebody else's.
async function again(call: Call, instance: Instance): Promise<Instance> {
  const seen = (await describeInstance(call, instance.id)) ?? instance
  if (!isSandbox(seen, call.config)) throw sandboxNotFound(instance.id)
  return seen
}

/** Answers the cloud's refusal when the instance is in a state in which it cannot be deleted yet. */
async function tryDelete(call: Call, { id, status }: Instance): Promise<CloudError | undefined> {
  if (status === 'DELETING') return undefined
  try {
    await deleteInstance(call, id)
  } catch (error) {
    if (isWrongStatus(error)) return error
    // It was there a moment ago: an earlier try, whose answer was lost, or somebody else has deleted it.
    if (!isNotFound(error)) throw error
  }
  return undefined
}

// The cloud shows a new machine some seconds after it was made. Who deletes it at once must not be told that there is
// none: nobody would delete it again. A foreign machine is waited for too, so that the time does not tell that it exists.
async function findNew(call: Call, sandboxId: string): Promise<Instance | undefined> {
  let instance = await findSandbox(call, sandboxId)
  for (let seconds = 1; instance === undefined && seconds <= 2 && (await pause(call, seconds)); seconds += 1) {
    instance = await findSandbox(call, sandboxId)
  }
  return instance
}
