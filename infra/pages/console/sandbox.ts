import type { Sandbox } from '../common/api.ts'

/** What people call a sandbox. */
export function nameOf({ InstanceName, SandboxId }: Pick<Sandbox, 'InstanceName' | 'SandboxId'>): string {
  return InstanceName || SandboxId
}

const MOVING = new Set(['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING', 'DELETING'])

/** Whether a status passes by itself. */
export function isMoving(status: string): boolean {
  return MOVING.has(status)
}
