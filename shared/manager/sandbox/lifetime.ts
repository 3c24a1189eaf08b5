import type { Config } from '../../config/schema.ts'
import { invalidParameter } from '../../errors.ts'
import type { Instance, Tag } from '../ecs/instances.ts'
import { parseTime, toUtc } from '../ecs/time.ts'

/** Key of the tag that holds the end of a sandbox: RFC 3339 in UTC, or `never`. */
export const END_TAG = 'ecs-manager:expire-at'

/** Key of the tag that holds when the first lifetime began: milliseconds since 1970. No two tries of a caller have the same. */
export const BEGIN_TAG = 'ecs-manager:begin'

const NEVER = 'never'

/**
 * When a sandbox ends, in milliseconds since 1970; undefined when it has no end. One without the tag, which another tool
 * created, ends as `lifetime.unmarked` says. One whose tag says `never`, or nothing that can be an end, does not end.
 */
export function endOf(instance: Pick<Instance, 'tags' | 'createdAt'>, config: Config): number | undefined {
  const value = tagOf(instance, END_TAG)
  if (value !== undefined) return parseTime(value)
  const { createdAt } = instance
  return config.lifetime.unmarked === 'expire' && createdAt ? endAfter(config, undefined, createdAt) : undefined
}

/** Whether its tag says something that cannot be an end. */
export function hasUnreadableEnd(instance: Pick<Instance, 'tags'>): boolean {
  const value = tagOf(instance, END_TAG) ?? NEVER
  return value !== NEVER && parseTime(value) === undefined
}

/** Whether this manager created it or has set its end. A machine that carries only the tag of sandboxes may be anybody's. */
export function isMarked({ tags }: Pick<Instance, 'tags'>): boolean {
  return tags.some(({ Key }) => Key === BEGIN_TAG || Key === END_TAG)
}

/** The tag for an end; none is an end too, so that the sandbox is not taken for one that another tool created. */
export function endTag(end: number | undefined): Tag {
  return { Key: END_TAG, Value: toUtc(end) ?? NEVER }
}

/** The value of a tag; undefined where it is not there. */
export function tagOf({ tags }: Pick<Instance, 'tags'>, key: string): string | undefined {
  return tags.find(({ Key }) => Key === key)?.Value
}

/**
 * When something ends that begins at `start` and lives so many seconds.
 * @param seconds  as configured when undefined; 0: no end
 * @param start  milliseconds since 1970
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds` beyond `lifetime.max_seconds`
 */
export function endAfter({ lifetime }: Config, seconds?: number, start: number = Date.now()): number | undefined {
  const { default_seconds, max_seconds } = lifetime
  const longest = max_seconds || Number.POSITIVE_INFINITY
  const chosen = seconds ?? Math.min(default_seconds || max_seconds, longest)
  if (chosen > longest || (max_seconds && !chosen)) {
    throw invalidParameter('LifetimeSeconds', `must be 1 to ${max_seconds}`)
  }
  // To whole seconds, as it is written; never too early.
  return chosen ? Math.ceil(start / 1_000 + chosen) * 1_000 : undefined
}
