import { CloudError } from '../cloud/cloud-error.ts'

/** Removes something. What is not there any more is removed: by a call before whose answer was lost, for example. */
export async function ignoreNotFound(remove: () => Promise<unknown>): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isNotFound) throw error
  }
}
