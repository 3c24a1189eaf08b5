import type { Call } from '../ecs/call.ts'
import { CloudError } from '../ecs/cloud-error.ts'
import { untagInstances } from '../ecs/instances.ts'
import type { Pace } from '../ecs/pacer.ts'
import { isNotFound, isWrongStatus } from '../ecs/translate-errors.ts'

/** The tag of a VNC token that has expired. */
export interface ExpiredToken {
  instanceId: string
  /** Key of the tag. */
  key: string
}

// ECS's most keys for one call of UntagResources. It takes 50 instances too, which so many keys never have.
const KEYS = 20

/**
 * Removes the tags of expired tokens, 20 with a call: the key of each is on one machine alone. Begins no call with less
 * than a second left.
 * @returns how many are gone, and why others are not
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
      // One machine that was deleted a moment ago spoils the call for all.
      if (isGone && instanceIds.length > 1) for (const token of some) await remove([token])
      else if (!isGone) problem = `expired VNC tokens could not be removed: ${details.code ?? kind}`
    }
  }
  for (let at = 0; at < tokens.length && problem === undefined; at += KEYS) await remove(tokens.slice(at, at + KEYS))
  return { removed, ...(problem && { problem }) }
}
