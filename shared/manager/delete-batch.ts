import type { Call } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { deleteInstances, describeInstances, type Instance } from './instances.ts'
import type { Pace } from './pacer.ts'
import { isCodeAboutMachine } from './refusal.ts'
import { isSandbox } from './sandbox.ts'

/**
 * What became of one of a batch:
 * - `deleted`: the cloud deletes it, or it was gone already
 * - `deleting`: it was in deletion already
 * - `missing`: it is not to be seen: gone, or too new
 * - `foreign`: it is no sandbox of this manager
 * - `unwanted`: it should not be deleted any more
 * - `refused`: the cloud does not delete it in its present state, because it is protected, or because of how it is billed
 * - `failed`: the cloud could not, or it cannot be told
 */
export interface Fate {
  outcome: 'deleted' | 'deleting' | 'missing' | 'foreign' | 'unwanted' | 'refused' | 'failed'
  /** The cloud's code, or in a word how its answer failed, with `refused` and `failed`. */
  code?: string | undefined
}

/** ECS's most for one call of DescribeInstances and of DeleteInstances. */
export const BATCH = 100

/**
 * Deletes up to 100 instances, and of these only sandboxes of this manager that are wanted: all are read again right
 * before. One that is refused does not stop the others. Two calls to the cloud, one where nothing is to be deleted.
 *
 * @param isWanted  whether to delete it, as it is now
 * @param pace  awaited before each call
 * @returns what became of each id, whatever the cloud does; nothing of those for which there was no time
 */
export async function deleteBatch(
  call: Call,
  ids: readonly string[],
  isWanted: (instance: Instance) => boolean = () => true,
  pace: Pace = async () => true,
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>()
  const settle = (some: readonly string[], fate: Fate) => {
    for (const id of some) fates.set(id, fate)
  }
  const doomed: string[] = []
  try {
    if (!(await pace('DescribeInstances'))) return fates
    const { instances } = await describeInstances(call, { InstanceIds: ids, MaxResults: BATCH })
    const seen = new Map(instances.map((instance) => [instance.id, instance]))
    for (const id of ids) {
      const instance = seen.get(id)
      if (!instance) fates.set(id, { outcome: 'missing' })
      else if (!isSandbox(instance, call.config)) fates.set(id, { outcome: 'foreign' })
      else if (!isWanted(instance)) fates.set(id, { outcome: 'unwanted' })
      else if (instance.status === 'DELETING') fates.set(id, { outcome: 'deleting', code: 'DELETING' })
      else doomed.push(id)
    }
  } catch (error) {
    settle(ids, failed(error))
  }
  try {
    if (doomed.length === 0 || !(await pace('DeleteInstances'))) return fates
    const answers = await deleteInstances(call, doomed)
    for (const id of doomed) {
      fates.set(id, answers.has(id) ? fateOf(answers.get(id)) : { outcome: 'failed', code: 'unreadable' })
    }
  } catch (error) {
    settle(doomed, failed(error))
  }
  return fates
}

function failed(error: unknown): Fate {
  if (!(error instanceof CloudError)) throw error
  return { outcome: 'failed', code: error.details.code ?? error.kind }
}

function fateOf(code: string | undefined): Fate {
  if (code === undefined || /NotFound/.test(code)) return { outcome: 'deleted' }
  return { outcome: isCodeAboutMachine(code) ? 'refused' : 'failed', code }
}
