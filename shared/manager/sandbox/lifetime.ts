import type { Config } from '../../config/schema.ts'
import { invalidParameter } from '../../errors.ts'
import type { Instance, Tag } from '../ecs/instances.ts'
import { parseTime, toUtc } from '../ecs/time.ts'

/** Key of the tag with the end of a sandbox: RFC 3339 in UTC, or `never`. */
export const END_TAG = 'ecs-manager:expire-at'

/**
 * Key of the tag with the start of the first lifetime: milliseconds since 1970. Two calls of CreateSandbox have
 * different ones.
 */
export const BEGIN_TAG = 'ecs-manager:begin'

const NEVER = 'never'

/**
 * When a sandbox ends, in milliseconds since 1970; undefined if it has no end. If the tag is `never` or not a valid
 * time, it has no end. Without the tag, another tool created it, and `lifetime.unmarked` applies.
 */
export function endOf(instance: Pick<Instance, 'tags' | 'createdAt'>, config: Config): number | undefined {
  const value = tagOf(instance, END_TAG)
  if (value !== undefined) return parseTime(value)
  const { createdAt } = instance
  return config.lifetime.unmarked === 'expire' && createdAt ? endAfter(config, undefined, createdAt) : undefined
}

/**
 * A sandbox cannot be renewed or started later than this before its end. The cloud shows a new tag within this time, so the
 * clean-up sees every renewal.
 */
export const END_MARGIN_MS = 2_000

/** What the clean-up does with a sandbox after its end. */
export interface Ending {
  action: 'stop' | 'delete'
  /** Milliseconds since 1970. */
  at: number
}

/**
 * What happens next because of the end of a sandbox; undefined if it has no end. With `lifetime.on_expire = "stop"` it is
 * stopped at its end, and deleted `lifetime.stopped_seconds` later.
 */
export function nextEnding(
  instance: Pick<Instance, 'tags' | 'createdAt' | 'status'>,
  config: Config,
): Ending | undefined {
  const { on_expire, stopped_seconds } = config.lifetime
  const end = endOf(instance, config)
  if (end === undefined) return undefined
  if (on_expire === 'delete') return { action: 'delete', at: end }
  const deletion = end + stopped_seconds * 1_000
  const isRunning = !['STOPPING', 'STOPPED', 'DELETING'].includes(instance.status)
  return isRunning && Date.now() < deletion ? { action: 'stop', at: end } : { action: 'delete', at: deletion }
}

/** Whether the value of the end tag is not a valid time. */
export function hasUnreadableEnd(instance: Pick<Instance, 'tags'>): boolean {
  const value = tagOf(instance, END_TAG) ?? NEVER
  return value !== NEVER && parseTime(value) === undefined
}

/**
 * Whether this manager created the machine or set its end. Other tools may create machines with the tag of sandboxes.
 */
export function isMarked({ tags }: Pick<Instance, 'tags'>): boolean {
  return tags.some(({ Key }) => Key === BEGIN_TAG || Key === END_TAG)
}

/** The end tag. It is set even if there is no end, to distinguish the sandbox from the machines of other tools. */
export function endTag(end: number | undefined): Tag {
  return { Key: END_TAG, Value: toUtc(end) ?? NEVER }
}

/** The value of a tag; undefined if the machine does not have it. */
export function tagOf({ tags }: Pick<Instance, 'tags'>, key: string): string | undefined {
  return tags.find(({ Key }) => Key === key)?.Value
}

/**
 * Checks a requested lifetime.
 * @throws {ActionError} `InvalidParameter.LifetimeSeconds` if it is longer than `lifetime.max_seconds`
 */
export function checkLifetime({ lifetime: { max_seconds } }: Config, seconds: number | undefined): void {
  if (seconds === undefined || max_seconds === 0) return
  if (seconds === 0 || seconds > max_seconds) {
    throw invalidParameter('LifetimeSeconds', `must be 1 to ${max_seconds}`)
  }
}

/**
 * The end of a lifetime that begins at `start`, in milliseconds since 1970; undefined for no end.
 * @param seconds  undefined: the configured default; 0: no end
 * @param start  milliseconds since 1970
 * @throws {ActionError} as `checkLifetime`
 */
export function endAfter(config: Config, seconds?: number, start = Date.now()): number | undefined {
  checkLifetime(config, seconds)
  const { default_seconds, max_seconds } = config.lifetime
  const longest = max_seconds || Number.POSITIVE_INFINITY
  const chosen = seconds ?? Math.min(default_seconds || max_seconds, longest)
  // Rounded up, because the tag has whole seconds.
  return chosen ? Math.ceil(start / 1_000 + chosen) * 1_000 : undefined
}
