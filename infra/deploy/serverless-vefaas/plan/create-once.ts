import { CloudError } from '../cloud/cloud-error.ts'
import { ignoreNotFound } from './ignore-not-found.ts'
import type { StepContext } from './step.ts'

/** After a lost answer, the new resource may not be visible at once. */
const MAX_TRIES = 3

export type Creation = {
  /** Returns the id. */
  create: () => Promise<string>
  /** Returns the ids of all such resources that this service has created. */
  find: () => Promise<string[]>
  /** Deletes a duplicate. Only for a resource that the cloud allows to exist twice. */
  remove?: (id: string) => Promise<unknown>
}

/**
 * Creates a resource that must not exist twice. If an error leaves open whether it was created, or if its name is
 * taken, looks for it: a resource that is found counts as created. Two deployments at the same time may both create it;
 * both then keep the same one.
 * @throws {CloudError}
 */
export async function createOnce(
  { pollMs }: StepContext,
  { create, find, remove }: Creation,
): Promise<{ id: string; isNew: boolean }> {
  let mayExist = false
  for (let tries = 1; ; tries++) {
    try {
      const id = await create()
      if (remove === undefined) return { id, isNew: true }
      const [kept = id, ...duplicates] = (await find()).sort()
      for (const duplicate of duplicates) await ignoreNotFound(() => remove(duplicate))
      return { id: kept, isNew: kept === id }
    } catch (error) {
      if (!(error instanceof CloudError) || !(error.isTransient || error.isDuplicate)) throw error
      const [id] = (await find()).sort()
      if (id !== undefined) return { id, isNew: false }
      mayExist ||= error.isTransient
      // The name belongs to somebody else, unless an earlier try has created the resource and it is not visible yet.
      if ((error.isDuplicate && !mayExist) || tries === MAX_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}
