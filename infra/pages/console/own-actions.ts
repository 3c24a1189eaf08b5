import type { Sandbox } from '../common/api.ts'

/** What was done in this page and what the cloud may not show yet. Times are in milliseconds since 1970. */
export type OwnActions = {
  made: readonly { sandbox: Sandbox; at: number }[]
  /** Deletions under way have no time yet. */
  deleted: readonly { sandboxId: string; at: number | undefined }[]
}

/** Longer than the cloud takes to show what was done. */
const PATIENCE_MS = 30_000

/** The list as it will be in a moment, the newest sandbox first. */
export function withOwnActions(listed: readonly Sandbox[], { made, deleted }: OwnActions, now: number): Sandbox[] {
  const isFresh = (at: number | undefined) => at === undefined || now - at < PATIENCE_MS
  const isListed = (id: string) => listed.some(({ SandboxId }) => SandboxId === id)
  const ending = new Set(deleted.filter(({ at }) => isFresh(at)).map(({ sandboxId }) => sandboxId))
  const unseen = made
    .filter(({ sandbox, at }) => isFresh(at) && !isListed(sandbox.SandboxId))
    // Deleted and not listed: it is gone, not late.
    .filter(({ sandbox }) => !deleted.some(({ sandboxId, at }) => sandboxId === sandbox.SandboxId && at !== undefined))
    .map(({ sandbox }) => sandbox)
  return [...unseen, ...listed]
    .map((sandbox) => (ending.has(sandbox.SandboxId) ? ended(sandbox) : sandbox))
    .sort(newestFirst)
}

/** The same without what the cloud has shown: what it shows no longer is gone, and not late. */
export function forgetListed({ made, deleted }: OwnActions, listed: readonly Sandbox[]): OwnActions {
  const ids = new Set(listed.map(({ SandboxId }) => SandboxId))
  return { made: made.filter(({ sandbox }) => !ids.has(sandbox.SandboxId)), deleted }
}

function ended({ PrimaryIp, ...sandbox }: Sandbox): Sandbox {
  return { ...sandbox, Status: 'DELETING' }
}

function newestFirst(one: Sandbox, other: Sandbox): number {
  const [a, b] = [one, other].map(({ CreatedAt = '', SandboxId }) => `${CreatedAt} ${SandboxId}`) as [string, string]
  return a < b ? 1 : -1
}
