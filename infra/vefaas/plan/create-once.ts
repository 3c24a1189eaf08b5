import { CloudError } from '../cloud/cloud-error.ts'
import { ignoreNotFound } from './ignore-not-found.ts'
import type { StepContext } from './step.ts'

/** After a lost answer: it may be there and not to be seen yet. */
const MAX_TRIES = 3

export type Creation = {
  /** Returns the id. */
  create: () => Promise<string>
  /** The ids of all that there are of it, made by this service. */
  find: () => Promise<string[]>
  /** Of what the cloud lets be there twice: removes one. */
  remove?: (id: string) => Promise<unknown>
}

/**
 * Creates something that must not be there twice. After an answer that leaves open whether it was made, and when its name
 * is taken, it looks for it: what is found counts as created. Of those that two deployments at the same time have made, one
 * is kept: both choose the same.
 * @throws CloudError
 */
export async function createOnce(
  { pollMs }: StepContext,
  { create, find, remove }: Creation,
): Promise<{ id: string; isNew: boolean }> {
  let mayBeThere = false
  for (let tries = 1; ; tries++) {
    try {
      const id = await create()
      if (remove === undefined) return { id, isNew: true }
      const [kept = id, ...others] = (await find()).sort()
      for (const other of others) await ignoreNotFound(() => remove(other))
      return { id: kept, isNew: kept === id }
    } catch (error) {
      if (!(error instanceof CloudError) || !(error.isTransient || error.isDuplicate)) throw error
      const [id] = (await find()).sort()
      if (id !== undefined) return { id, isNew: false }
      mayBeThere ||= error.isTransient
      // A name that is taken is somebody else's, unless it may be what was made before and is not to be seen yet.
      if ((error.isDuplicate && !mayBeThere) || tries === MAX_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }
}
