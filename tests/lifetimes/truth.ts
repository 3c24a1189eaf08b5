import type { Instance } from '../../infra/emulator/ecs/instance.ts'
import { TAG } from '../support/service.ts'
import type { Settings } from './settings.ts'

// What functions/README.md and config.toml say of a machine, read from the machine itself and without the code under test.

export const END_TAG = 'ecs-manager:expire-at'
export const TOKEN_PREFIX = 'ecs-manager:vnc-token:'
export const OWNER_TAG = 'ecs-manager:owner'
export const STOPPED_BY_TAG = 'ecs-manager:stopped-by'

/** As an end: none. */
export const NEVER = Number.POSITIVE_INFINITY

/** Whether it is a sandbox of this manager. */
export function isOurs({ Tags, ProjectName }: Instance, { project_name }: Settings): boolean {
  const tagged = Object.entries(TAG).every(([key, value]) => Tags.get(key) === value)
  return tagged && (project_name === '' || ProjectName === project_name)
}

/** Whose sandbox it is; undefined: nobody's. */
export const ownerOf = ({ Tags }: Instance) => Tags.get(OWNER_TAG)

/** Whether lists show it. */
export const isVisible = ({ hiddenUntil }: Instance) => (hiddenUntil ?? 0) <= Date.now()

/** When it ends by its tag, in milliseconds since 1970. A tag that says `never`, or nothing that makes sense, is no end. */
export function endByTag(instance: Instance, settings: Settings): number {
  const value = instance.Tags.get(END_TAG)
  if (value !== undefined) return isUtc(value) && value > '2020-04-01' ? Date.parse(value) : NEVER
  return settings.unmarked === 'keep' ? NEVER : createdAt(instance) + longestOf(undefined, settings) * 1_000
}

/** The end of a lifetime of `seconds` from `start`: in whole seconds, and never too early. */
export const endAfter = (start: number, seconds: number) => Math.ceil(start / 1_000 + seconds) * 1_000

/** The lifetime in seconds of a sandbox whose creator asks for this one, or for none. */
export function longestOf(asked: number | undefined, { default_seconds, max_seconds }: Settings): number {
  const longest = max_seconds || NEVER
  return (asked ?? Math.min(default_seconds || longest, longest)) || NEVER
}

export const createdAt = ({ CreatedAt }: Instance) => Date.parse(CreatedAt)

/** Whether the manager has created it, or set its end: it may be ended for its status. */
export const isMarked = ({ Tags }: Instance) => Tags.has(END_TAG) || Tags.has('ecs-manager:begin')

export const isStuck = (instance: Instance, settings: Settings) => isMarked(instance) && neverBoots(instance, settings)

/** Whether it cannot be stopped, now or later. */
export const isUnstoppable = (instance: Instance, settings: Settings) =>
  instance.Status === 'ERROR' || neverBoots(instance, settings)

function neverBoots(instance: Instance, { stuck_after_seconds }: Settings): boolean {
  return instance.Status === 'CREATING' && createdAt(instance) + stuck_after_seconds * 1_000 <= Date.now()
}

export const isBroken = (instance: Instance) => isMarked(instance) && instance.Status === 'ERROR'

/** Whether it is stopped, or will be in some seconds. */
export const isStopped = ({ Status }: Pick<Instance, 'Status'>) => Status === 'STOPPING' || Status === 'STOPPED'

/** When the clean-up deletes a sandbox with this end. */
export function deletionOf(end: number, { on_expire, stopped_seconds }: Settings): number {
  return on_expire === 'stop' ? end + stopped_seconds * 1_000 : end
}

export type Step = 'stop' | 'delete'

/** What the clean-up has to do with a sandbox that has this end; undefined: nothing. */
export function dueStep(instance: Instance, end: number, settings: Settings): Step | undefined {
  const isPastEnd = end <= Date.now()
  if (isBroken(instance) || isStuck(instance, settings) || deletionOf(end, settings) <= Date.now()) return 'delete'
  if (!isPastEnd || isStopped(instance) || instance.Status === 'DELETING') return undefined
  // What cannot be stopped is deleted, also if other tools have created it.
  return isUnstoppable(instance, settings) ? 'delete' : 'stop'
}

/** The keys of its VNC tokens. */
export const tokenKeys = ({ Tags }: Instance) => [...Tags.keys()].filter((key) => key.startsWith(TOKEN_PREFIX))

export const isDeletable = ({ Status, DeletionProtection }: Instance) =>
  ['RUNNING', 'STOPPED', 'ERROR'].includes(Status) && !DeletionProtection

// `server.timeout_seconds` as shipped.
const REQUEST_SECONDS = 25

/** Whether a VNC token's tag has expired, and is not written again by a use at this moment. */
export function isOutdated(value: string, { vnc_token_reuse_seconds }: Settings): boolean {
  const [, seconds = '0', state] = /:(\d+):(new|used)$/.exec(value) ?? []
  const settle = vnc_token_reuse_seconds > 0 && state === 'new' ? REQUEST_SECONDS : 0
  return (Number(seconds) + settle) * 1_000 <= Date.now()
}

/** Whether it is a time as the API writes it. */
export function isUtc(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(time) && toUtc(time) === text
}

/** A time as the API writes it; undefined for none. */
export const toUtc = (ms: number) => (ms === NEVER ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`)

/** Everything about it that a caller or the operator could see change. */
export const portrait = ({ InstanceId, Status, Tags, DeletionProtection, InstanceName, StoppedMode }: Instance) =>
  JSON.stringify([InstanceId, Status, [...Tags].sort(), DeletionProtection, InstanceName, StoppedMode])
