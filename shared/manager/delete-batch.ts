import type { Call } from './cloud.ts'
import { CloudError } from './ecs/cloud-error.ts'
import { deleteInstances, describeInstances, type Instance } from './instances.ts'
import { isSandbox } from './sandbox.ts'

/**
 * What became of one of a batch:
 * - `deleted`: the cloud deletes it, or it was gone already
 * - `deleting`: it was in deletion already
 * - `missing`: it is gone, or too new to be seen
 * - `foreign`: it is no sandbox of this manager
 * - `unwanted`: it should not be deleted any more
 * - `refused`: the cloud does not delete it in its present state, or because it is protected
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
 * @param pace  awaited before each call, with the name of its action
 * @returns what became of each id, whatever the cloud does
 */
export async function deleteBatch(
  call: Call,
  ids: readonly string[],
  isWanted: (instance: Instance) => boolean = () => true,
  pace: (action: string) => Promise<void> = async () => {},
): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>(ids.map((id) => [id, { outcome: 'missing' }]))
  const sure = (some: readonly string[], work: () => Promise<void>) =>
    work().catch((error: unknown) => {
      if (!(error instanceof CloudError)) throw error
      for (const id of some) fates.set(id, { outcome: 'failed', code: error.details.code ?? error.kind })
    })

  const doomed: string[] = []
  await sure(ids, async () => {
    await pace('DescribeInstances')
    const { instances } = await describeInstances(call, { InstanceIds: ids, MaxResults: BATCH })
    for (const instance of instances) {
      if (!isSandbox(instance, call.config)) fates.set(instance.id, { outcome: 'foreign' })
      else if (!isWanted(instance)) fates.set(instance.id, { outcome: 'unwanted' })
      else if (instance.status === 'DELETING') fates.set(instance.id, { outcome: 'deleting' })
      else doomed.push(instance.id)
    }
  })
  if (doomed.length === 0) return fates
  await sure(doomed, async () => {
    await pace('DeleteInstances')
    const refusals = await deleteInstances(call, doomed)
    for (const id of doomed) fates.set(id, fateOf(refusals.get(id)))
  })
  return fates
}

// The code of a protected instance is not published.
function fateOf(code: string | undefined): Fate {
  if (code === undefined || /NotFound/.test(code)) return { outcome: 'deleted' }
  return { outcome: /^InvalidInstanceStatus$|Protect/i.test(code) ? 'refused' : 'failed', code }
}
