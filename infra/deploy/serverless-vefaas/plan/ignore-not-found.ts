import { CloudError } from '../cloud/cloud-error.ts'

/**
 * Runs a deletion. A resource that does not exist counts as deleted: an earlier call whose answer was lost may have
 * done it.
 */
export async function ignoreNotFound(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isNotFound) throw error
  }
}
