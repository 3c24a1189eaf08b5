import { invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import type { Call, Cloud } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { isNotFound } from './refusal.ts'
import { type Instance, isSandbox } from './sandbox.ts'

/**
 * Deletes a sandbox, in whatever state it is: one that the cloud does not delete yet (it is still CREATING) is waited
 * for until the deadline. Two calls to the cloud where nothing has to be waited for.
 * @throws {ActionError} `InvalidSandbox.NotFound`, `InvalidSandboxStatus`
 * @throws {CloudError}
 */
export async function deleteSandbox(cloud: Cloud, call: Call, sandboxId: string): Promise<{ SandboxId: string }> {
  let instance = await findNew(cloud, call, sandboxId)
  for (let round = 1; ; round += 1) {
    if (instance === undefined || !isSandbox(instance, call.config)) throw sandboxNotFound(sandboxId)
    if (instance.Status === 'DELETING') return { SandboxId: sandboxId }
    try {
      await cloud.deleteInstance(sandboxId)
      return { SandboxId: sandboxId }
    } catch (error) {
      // It was there a moment ago: an earlier try, whose answer was lost, or somebody else has deleted it.
      if (isNotFound(error)) return { SandboxId: sandboxId }
      if (!(error instanceof CloudError) || error.code !== 'InvalidInstanceStatus') throw error
      if (!(await pause(call, Math.min(round, 3)))) {
        const advice = 'The cloud deletes it once it is RUNNING, STOPPED or ERROR: repeat the call in some seconds.'
        throw invalidSandboxStatus(sandboxId, instance.Status, advice, error)
      }
    }
    const known: Instance = instance
    instance = await cloud.describeInstance(sandboxId)
    if (instance === undefined) return { SandboxId: known.InstanceId }
  }
}

// The cloud shows a new machine some seconds after it was made. Who deletes it at once must not be told that there is
// none: nobody would delete it again.
async function findNew(cloud: Cloud, call: Call, sandboxId: string): Promise<Instance | undefined> {
  for (const seconds of [1, 2, 0]) {
    const instance = await cloud.describeInstance(sandboxId)
    if (instance !== undefined || seconds === 0 || !(await pause(call, seconds))) return instance
  }
  return undefined
}

/** Waits, unless that would go beyond the deadline: then it answers false at once. */
async function pause({ deadline }: Call, seconds: number): Promise<boolean> {
  if (Date.now() + seconds * 1_000 >= deadline) return false
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return true
}
