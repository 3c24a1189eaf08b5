import type { Sandbox } from '../../common/api.ts'

/** Changes made in this page that the cloud may not show yet. Times are in milliseconds since 1970. */
export type LocalChanges = {
  created: readonly { sandbox: Sandbox; at: number }[]
  /** `at` is undefined while the deletion is in progress. */
  deleted: readonly { sandboxId: string; at: number | undefined }[]
}

/** Longer than the cloud takes to show a change. After that, its list is right. */
const FORGET_AFTER_MS = 30_000

/** Returns the list as the cloud will show it soon, the newest sandbox first. */
export function applyLocalChanges(
  listed: readonly Sandbox[],
  { created, deleted }: LocalChanges,
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
  return [...notListedYet, ...listed]
    .map((sandbox) => (deletingIds.has(sandbox.SandboxId) ? asDeleting(sandbox) : sandbox))
    .sort(newestFirst)
}

/**
 * Drops the created sandboxes that the cloud has listed. If one of them disappears from the list later, it was deleted:
 * the list is not late.
 */
export function dropListed({ created, deleted }: LocalChanges, listed: readonly Sandbox[]): LocalChanges {
  const ids = new Set(listed.map(({ SandboxId }) => SandboxId))
  return { created: created.filter(({ sandbox }) => !ids.has(sandbox.SandboxId)), deleted }
}

function asDeleting({ PrimaryIp, ...sandbox }: Sandbox): Sandbox {
  return { ...sandbox, Status: 'DELETING' }
}

function newestFirst(a: Sandbox, b: Sandbox): number {
  return sortKey(a) < sortKey(b) ? 1 : -1
}

// Times have no fractions of a second, and machines that are created together often have numbers in their names.
const sortKey = ({ CreatedAt = '', InstanceName = '', SandboxId }: Sandbox) =>
  `${CreatedAt} ${InstanceName} ${SandboxId}`
