import type { Sandbox } from '../../common/api.ts'
import { timeLeft } from './time-left.ts'

/** Returns the name of a sandbox, or its id if it has no name. */
export function displayName({ InstanceName, SandboxId }: Pick<Sandbox, 'InstanceName' | 'SandboxId'>): string {
  return InstanceName || SandboxId
}

type Lifetime = Pick<Sandbox, 'Status' | 'CreatedAt' | 'ExpireAt'>

export function isExpired(sandbox: Lifetime, now: number): boolean {
  return timeLeft(sandbox, now).kind === 'expired'
}

/** In these statuses, it matters more that a sandbox is in them than that it has expired. */
const ALWAYS_SHOWN = new Set(['STOPPING', 'STOPPED', 'DELETING', 'ERROR'])

/**
 * Returns the status to show: `EXPIRED` for a sandbox that is past its end and waits for the clean-up, even if its machine
 * still runs; otherwise the status of the cloud.
 */
export function displayStatus(sandbox: Lifetime, now: number): string {
  const { Status } = sandbox
  return !ALWAYS_SHOWN.has(Status) && isExpired(sandbox, now) ? 'EXPIRED' : Status
}

/**
 * Whether the API may renew a sandbox in this state. Past its end, that depends on the configuration of the clean-up, which
 * the page does not know: if the clean-up deletes sandboxes at their end, the API refuses.
 */
export function canRenew(sandbox: Lifetime, now: number): boolean {
  if (sandbox.Status === 'DELETING' || sandbox.Status === 'ERROR') return false
  return sandbox.Status === 'STOPPED' || !isExpired(sandbox, now)
}

const TRANSITIONAL = new Set(['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING', 'DELETING'])

/** Whether the status changes without another action. */
export function isTransitional(status: string): boolean {
  return TRANSITIONAL.has(status)
}
