import type { Config } from '../config/schema.ts'
import { invalidParameter } from '../errors.ts'
import type { Instance, Tag } from './instances.ts'
import { toUtc } from './time.ts'

/** Key of the tag that holds the end of a sandbox: RFC 3339 in UTC, or `never`. */
export const END_TAG = 'ecs-manager:expire-at'

/**
 * When a sandbox ends, in milliseconds since 1970; undefined when it has no end. One whose tag is absent or cannot be
 * read, which other tools have made, ends as `lifetime.unmarked` says.
 */
export function endOf({ tags, createdAt }: Pick<Instance, 'tags' | 'createdAt'>, config: Config): number | undefined {
  const value = tags.find(({ Key }) => Key === END_TAG)?.Value ?? ''
  if (value === 'never') return undefined
  const end = Date.parse(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/.test(value) ? value : '')
  if (end || config.lifetime.unmarked === 'keep') return end || undefined
  return endAfter(config, undefined, createdAt ?? '') || undefined
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
  return chosen ? +new Date(start) + chosen * 1_000 : undefined
}
