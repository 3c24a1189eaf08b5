import type { Config } from '../config/schema.ts'
import { invalidParameter } from '../errors.ts'
import type { Instance, Tag } from './instances.ts'
import { toUtc } from './time.ts'

/** Key of the tag that holds the end of a sandbox: RFC 3339 in UTC, or `never`. */
export const END_TAG = 'ecs-manager:expire-at'

/**
 * When a sandbox ends, in milliseconds since 1970; undefined when it has no end. One without the tag, which another tool has
 * made, ends as `lifetime.unmarked` says. One whose tag cannot be read, or says `never`, does not end.
 */
export function endOf({ tags, createdAt }: Pick<Instance, 'tags' | 'createdAt'>, config: Config): number | undefined {
  const value = tags.find(({ Key }) => Key === END_TAG)?.Value
  if (value !== undefined)
    return Date.parse(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(value) ? value : '') || undefined
  return config.lifetime.unmarked === 'expire' ? endAfter(config, undefined, createdAt ?? '') || undefined : undefined
}

/** The tag for an end; none is an end too, so that the sandbox is not taken for one that another tool has made. */
export function endTag(end: number | undefined): Tag {
  return { Key: END_TAG, Value: toUtc(end) ?? 'never' }
}

/**
 * When something ends that begins at `start` and lives so many seconds.
 * @param seconds  as configured when undefined; 0: no end
 * @param start  a time of any form that Date reads
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds` beyond `lifetime.max_seconds`
 */
export function endAfter(
  { lifetime }: Config,
  seconds?: number,
  start: string | number = Date.now(),
): number | undefined {
  const { default_seconds, max_seconds } = lifetime
  const longest = max_seconds || Number.POSITIVE_INFINITY
  const chosen = seconds ?? Math.min(default_seconds || max_seconds, longest)
  if (chosen > longest || (max_seconds && !chosen)) {
    throw invalidParameter('LifetimeSeconds', `must be 1 to ${max_seconds}`)
  }
  // To whole seconds, as it is written; never too early.
  return chosen ? Math.ceil(+new Date(start) / 1_000 + chosen) * 1_000 : undefined
}
