import { invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call } from './ecs/call.ts'
import type { CloudError } from './ecs/cloud-error.ts'
import { deleteInstance, type Instance } from './ecs/instances.ts'
import { pause } from './ecs/time.ts'
import { isNotFound, isWrongStatus, translateSandboxErrors } from './ecs/translate-errors.ts'
import { findSandbox, readAgain } from './sandbox/sandbox.ts'

/**
 * Deletes a sandbox in any state. If the cloud does not delete it yet (it is still CREATING), tries again until the
 * deadline. Two calls to the cloud if the first try succeeds.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`, and the errors of the cloud
 */
export function deleteSandbox(call: Call, SandboxId: string): Promise<{ SandboxId: string }> {
  return translateSandboxErrors(SandboxId, async () => {
    let instance = await findNew(call, SandboxId)
    if (instance === undefined) throw sandboxNotFound(SandboxId)
    for (let seconds = 1; ; seconds = Math.min(seconds + 1, 3)) {
      const refusal = await tryDelete(call, instance)
      if (refusal === undefined) return { SandboxId }
      // It may be DELETING because of an earlier try whose answer was lost.
      instance = await readAgain(call, instance)
      if (instance.status === 'DELETING') return { SandboxId }
      if (!(await pause(call, seconds))) {
        const advice = 'The cloud deletes it once it is RUNNING, STOPPED or ERROR: repeat the call in some seconds.'
        throw invalidSandboxStatus(SandboxId, instance.status, advice, refusal)
      }
      instance = await readAgain(call, instance)
    }
  })
}

/** Returns the cloud's refusal if the state of the instance does not allow its deletion yet. */
async function tryDelete(call: Call, { id, status }: Instance): Promise<CloudError | undefined> {
  if (status === 'DELETING') return undefined
  try {
    await deleteInstance(call, id)
  } catch (error) {
    if (isWrongStatus(error)) return error
    // It existed a moment ago: an earlier try whose answer was lost, or another caller, has deleted it.
    if (!isNotFound(error)) throw error
  }
  return undefined
}

// A new machine is visible after some seconds. A caller who deletes it at once must not get a 404, because nobody would
// try again. The wait is the same for a machine that is not a sandbox, so that the time does not reveal that it exists.
async function findNew(call: Call, sandboxId: string): Promise<Instance | undefined> {
  let instance = await findSandbox(call, sandboxId)
  for (let seconds = 1; instance === undefined && seconds <= 2 && (await pause(call, seconds)); seconds += 1) {
    instance = await findSandbox(call, sandboxId)
  }
  return instance
}
