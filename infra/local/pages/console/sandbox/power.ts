import type { Sandbox } from '../../common/api.ts'
import { isExpired } from './sandbox.ts'

/** The changes of a machine's state that a user can ask for, with the action and the status that allows it. */
export const POWER_CHANGES = {
  stop: { action: 'StopSandbox', from: 'RUNNING' },
  start: { action: 'StartSandbox', from: 'STOPPED' },
  reboot: { action: 'RebootSandbox', from: 'RUNNING' },
} as const

export type PowerChange = keyof typeof POWER_CHANGES

/** Whether the API makes this change of the sandbox in its state. */
export function canChangePower(sandbox: Sandbox, change: PowerChange, now: number): boolean {
  return sandbox.Status === POWER_CHANGES[change].from && !mustRenewToStart(sandbox, now)
}

/** Whether the sandbox is stopped and past its end. It can be started only after a renewal. */
export function mustRenewToStart(sandbox: Sandbox, now: number): boolean {
  return sandbox.Status === 'STOPPED' && isExpired(sandbox, now)
}

/**
 * Returns the ids of the sandboxes whose start has failed: they were STARTING and are STOPPED again, because the cloud has no
 * room for them. They stay in the set until they leave STOPPED.
 * @param failed  the set before
 */
export function failedStarts(
  failed: ReadonlySet<string>,
  before: readonly Sandbox[],
  after: readonly Sandbox[],
): ReadonlySet<string> {
  const starting = new Set(before.filter(({ Status }) => Status === 'STARTING').map(({ SandboxId }) => SandboxId))
  const stopped = after.filter(({ Status }) => Status === 'STOPPED').map(({ SandboxId }) => SandboxId)
  return new Set(stopped.filter((id) => starting.has(id) || failed.has(id)))
}
