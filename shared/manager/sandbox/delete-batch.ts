import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { deleteInstances, describeInstancesById, type Instance } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { isCodeAboutMachine } from '../ecs/translate-errors.ts'
import { isSandbox } from './sandbox.ts'

/**
 * The outcome for one instance of a batch:
 * - `deleted`: the cloud deletes it, or it was already gone
 * - `deleting`: it was already being deleted
 * - `missing`: it is not visible: gone, or too new
 * - `foreign`: it is not a sandbox of this manager
 * - `kept`: `isDue` returned false
 * - `refused`: the cloud does not delete it because of its state, its protection or its billing
 * - `failed`: the cloud failed, or the outcome is unknown
 */
export interface Deletion {
  outcome: 'deleted' | 'deleting' | 'missing' | 'foreign' | 'kept' | 'refused' | 'failed'
  /** The cloud's code, or else the kind of failure. */
  code?: string | undefined
}

/** The limit of ECS for one call of DescribeInstances or DeleteInstances. */
export const BATCH = 100

/**
 * Deletes up to 100 instances. Reads them again first, and deletes only sandboxes of this manager for which `isDue`
 * returns true. If the cloud refuses one, it still deletes the others. Two calls to the cloud; one if there is nothing
 * to delete.
 *
 * @param isDue  whether to delete the instance in its current state
 * @param pace  awaited before each call
 * @returns the outcome for each id, also if the cloud fails; without the ids for which there was no time
 */
export async function deleteBatch(
  call: Call,
  ids: readonly string[],
  isDue: (instance: Instance) => boolean = () => true,
  pace: Pace = async () => true,
): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  const setAll = (some: readonly string[], deletion: Deletion) => {
    for (const id of some) deletions.set(id, deletion)
  }
  const toDelete: string[] = []
  try {
    if (!(await pace('DescribeInstances'))) return deletions
    const seen = await describeInstancesById(call, ids)
    for (const id of ids) {
      const instance = seen.get(id)
      if (!instance) deletions.set(id, { outcome: 'missing' })
      else if (!isSandbox(instance, call.config)) deletions.set(id, { outcome: 'foreign' })
      else if (!isDue(instance)) deletions.set(id, { outcome: 'kept' })
      else if (instance.status === 'DELETING') deletions.set(id, { outcome: 'deleting', code: 'DELETING' })
      else toDelete.push(id)
    }
  } catch (error) {
    setAll(ids, failed(error))
  }
  try {
    if (toDelete.length === 0 || !(await pace('DeleteInstances'))) return deletions
    const answers = await deleteInstances(call, toDelete)
    for (const id of toDelete) {
      deletions.set(id, answers.has(id) ? deletionOf(answers.get(id)) : { outcome: 'failed', code: 'unreadable' })
    }
  } catch (error) {
    setAll(toDelete, failed(error))
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
