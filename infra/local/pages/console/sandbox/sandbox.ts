import type { Sandbox } from '../../common/api.ts'
import { timeLeft } from './time-left.ts'

/** Returns the name of a sandbox, or its id if it has no name. */
export function displayName({ InstanceName, SandboxId }: Pick<Sandbox, 'InstanceName' | 'SandboxId'>): string {
  return InstanceName || SandboxId
}

/**
 * Returns the status to show: `EXPIRED` for a sandbox that is past its end and waits for the clean-up, even if its machine
 * still runs; otherwise the status of the cloud. A sandbox that is being deleted, or failed to boot, keeps its status.
 */
export function displayStatus(sandbox: Pick<Sandbox, 'Status' | 'CreatedAt' | 'ExpireAt'>, now: number): string {
  const { Status } = sandbox
  if (Status === 'DELETING' || Status === 'ERROR') return Status
  return timeLeft(sandbox, now).kind === 'expired' ? 'EXPIRED' : Status
}

/** Whether the API renews a sandbox in this state. */
export function canRenew(sandbox: Pick<Sandbox, 'Status' | 'CreatedAt' | 'ExpireAt'>, now: number): boolean {
  return !['DELETING', 'ERROR', 'EXPIRED'].includes(displayStatus(sandbox, now))
}

const TRANSITIONAL = new Set(['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING', 'DELETING'])

/** Whether the status changes without another action. */
export function isTransitional(status: string): boolean {
  return TRANSITIONAL.has(status)
}
