import { CloudError } from '../cloud/cloud-error.ts'
import type { Work } from './step.ts'

/** A second try after it could not be found, in case the first one is just not to be seen yet. */
const MOST_TRIES = 3

/**
 * Creates something that must not be there twice. After an answer that leaves open whether it was made, and when its name
 * is taken, it looks for it: what `find` finds counts as created.
 * @throws CloudError
 */
export async function createOnce(
  { pollMs }: Work,
  create: () => Promise<string>,
  find: () => Promise<string | undefined>,
): Promise<{ id: string; isNew: boolean }> {
  for (let tries = 1; ; tries++) {
    try {
      return { id: await create(), isNew: true }
    } catch (error) {
      if (!(error instanceof CloudError) || !(error.passing || error.isDuplicate)) throw error
      const id = await find()
      if (id !== undefined) return { id, isNew: false }
      if (error.isDuplicate || tries === MOST_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}
