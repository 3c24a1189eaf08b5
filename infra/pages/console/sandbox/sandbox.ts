import type { Sandbox } from '../../common/api.ts'

/** Returns the name of a sandbox, or its id if it has no name. */
export function displayName({ InstanceName, SandboxId }: Pick<Sandbox, 'InstanceName' | 'SandboxId'>): string {
  return InstanceName || SandboxId
}

const TRANSITIONAL = new Set(['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING', 'DELETING'])

/** Whether the status changes without another action. */
export function isTransitional(status: string): boolean {
  return TRANSITIONAL.has(status)
}
