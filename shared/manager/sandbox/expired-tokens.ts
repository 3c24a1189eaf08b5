import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { MAX_TAG_KEYS, untagInstances } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { isNotFound, isWrongStatus } from '../ecs/translate-errors.ts'

/** The tag of an expired VNC token. */
export interface ExpiredToken {
  instanceId: string
  /** Key of the tag. */
  key: string
}

/**
 * Removes the tags of expired tokens, 20 with each call; each key is on one machine only, so a call has at most 20 of the 50
 * instances that ECS takes. Starts no call in the last
 * second before the deadline.
 * @returns how many tags are gone, and why the others are not
 */
export async function removeTokens(
  call: Call,
  tokens: readonly ExpiredToken[],
  pace: Pace,
): Promise<{ removed: number; problem?: string }> {
  let removed = 0
  let problem: string | undefined
  const remove = async (some: readonly ExpiredToken[]): Promise<void> => {
    if (Date.now() + 1_000 > call.deadline || !(await pace('UntagResources'))) return
    const instanceIds = [...new Set(some.map(({ instanceId }) => instanceId))]
    try {
      await untagInstances(
        call,
        instanceIds,
        some.map(({ key }) => key),
      )
      removed += some.length
    } catch (error) {
      if (!(error instanceof CloudError)) throw error
      const { kind, details } = error
      const isGone = isNotFound(error) || isWrongStatus(error)
      // If one machine has just been deleted, the call fails for all of them.
      if (isGone && instanceIds.length > 1) for (const token of some) await remove([token])
      else if (!isGone) problem = `expired VNC tokens could not be removed: ${details.code ?? kind}`
    }
  }
  for (let at = 0; at < tokens.length && problem === undefined; at += MAX_TAG_KEYS) {
    await remove(tokens.slice(at, at + MAX_TAG_KEYS))
  }
  return { removed, ...(problem && { problem }) }
}
