import type { Sandbox } from '../../common/api.ts'

/** Changes made in this page that the cloud may not show yet. Times are in milliseconds since 1970. */
export type LocalChanges = {
  created: readonly { sandbox: Sandbox; at: number }[]
  /** `at` is undefined while the deletion is in progress. */
  deleted: readonly { sandboxId: string; at: number | undefined }[]
  /** Changes of the status that the cloud has accepted: the latest one of each sandbox. */
  changed: readonly { sandboxId: string; from: string; to: string; at: number }[]
}

export const NO_CHANGES: LocalChanges = { created: [], deleted: [], changed: [] }

/** Longer than the cloud takes to show a change. After that, its list is right. */
const FORGET_AFTER_MS = 30_000

/** The same for a change of the status. Shorter, because a start that fails at once has the old status again. */
const FORGET_STATUS_AFTER_MS = 5_000

/** Returns the list as the cloud will show it soon, the newest sandbox first. */
export function applyLocalChanges(
  listed: readonly Sandbox[],
  { created, deleted, changed }: LocalChanges,
  now: number,
): Sandbox[] {
  const isRecent = (at: number | undefined) => at === undefined || now - at < FORGET_AFTER_MS
  const listedIds = new Set(listed.map(({ SandboxId }) => SandboxId))
  const deletingIds = new Set(deleted.filter(({ at }) => isRecent(at)).map(({ sandboxId }) => sandboxId))
  // A sandbox that was deleted and is not listed no longer exists.
  const deletedIds = new Set(deleted.filter(({ at }) => at !== undefined).map(({ sandboxId }) => sandboxId))
  const notListedYet = created
    .filter(({ sandbox: { SandboxId }, at }) => {
      return isRecent(at) && !listedIds.has(SandboxId) && !deletedIds.has(SandboxId)
    })
    .map(({ sandbox }) => sandbox)
  const newStatus = ({ SandboxId, Status }: Sandbox) =>
    changed.find(({ sandboxId, from, at }) => {
      return sandboxId === SandboxId && from === Status && now - at < FORGET_STATUS_AFTER_MS
    })?.to
  return [...notListedYet, ...listed]
    .map((sandbox) => withStatus(sandbox, newStatus(sandbox) ?? sandbox.Status))
    .map((sandbox) => (deletingIds.has(sandbox.SandboxId) ? withStatus(sandbox, 'DELETING') : sandbox))
    .sort(newestFirst)
}

/**
 * Drops the created sandboxes that the cloud has listed. If one of them disappears from the list later, it was deleted:
 * the list is not late.
 */
export function dropListed(changes: LocalChanges, listed: readonly Sandbox[]): LocalChanges {
  const ids = new Set(listed.map(({ SandboxId }) => SandboxId))
  return { ...changes, created: changes.created.filter(({ sandbox }) => !ids.has(sandbox.SandboxId)) }
}

/** Returns the sandbox with another status, without the properties that only the old one has. */
function withStatus(sandbox: Sandbox, Status: string): Sandbox {
  if (Status === sandbox.Status) return sandbox
  const { PrimaryIp, StoppedMode, StoppedBy, ...others } = sandbox
  return { ...others, Status }
}

function newestFirst(a: Sandbox, b: Sandbox): number {
  return sortKey(a) < sortKey(b) ? 1 : -1
}

// Times have no fractions of a second, and machines that are created together often have numbers in their names.
const sortKey = ({ CreatedAt = '', InstanceName = '', SandboxId }: Sandbox) =>
  `${CreatedAt} ${InstanceName} ${SandboxId}`
