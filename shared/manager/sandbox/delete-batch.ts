import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { deleteInstances, describeInstances, type Instance } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { isCodeAboutMachine } from '../ecs/translate-errors.ts'
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
export interface Deletion {
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
): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  const settle = (some: readonly string[], deletion: Deletion) => {
    for (const id of some) deletions.set(id, deletion)
  }
  const toDelete: string[] = []
  try {
    if (!(await pace('DescribeInstances'))) return deletions
    const { instances } = await describeInstances(call, { InstanceIds: ids, MaxResults: BATCH })
    const seen = new Map(instances.map((instance) => [instance.id, instance]))
    for (const id of ids) {
      const instance = seen.get(id)
      if (!instance) deletions.set(id, { outcome: 'missing' })
      else if (!isSandbox(instance, call.config)) deletions.set(id, { outcome: 'foreign' })
      else if (!isWanted(instance)) deletions.set(id, { outcome: 'unwanted' })
      else if (instance.status === 'DELETING') deletions.set(id, { outcome: 'deleting', code: 'DELETING' })
      else toDelete.push(id)
    }
  } catch (error) {
    settle(ids, failed(error))
  }
  try {
    if (toDelete.length === 0 || !(await pace('DeleteInstances'))) return deletions
    const answers = await deleteInstances(call, toDelete)
    for (const id of toDelete) {
      deletions.set(id, answers.has(id) ? deletionOf(answers.get(id)) : { outcome: 'failed', code: 'unreadable' })
    }
  } catch (error) {
    settle(toDelete, failed(error))
  }
  return deletions
}

function failed(error: unknown): Deletion {
  if (!(error instanceof CloudError)) throw error
  return { outcome: 'failed', code: error.details.code ?? error.kind }
}

function deletionOf(code: string | undefined): Deletion {
  if (code === undefined || /NotFound/.test(code)) return { outcome: 'deleted' }
  return { outcome: isCodeAboutMachine(code) ? 'refused' : 'failed', code }
}
