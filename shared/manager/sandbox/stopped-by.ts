import type { Instance, Tag } from '../ecs/instances.ts'
import { tagOf } from './lifetime.ts'

/** Key of the tag with the function that stopped a sandbox. StartSandbox removes it. */
export const STOPPED_BY_TAG = 'ecs-manager:stopped-by'

/** The tag of a sandbox that the clean-up stops at its end. */
export const STOPPED_BY_CLEANUP: Tag = { Key: STOPPED_BY_TAG, Value: 'CleanupSandboxes' }

/** The function that stopped the sandbox on its own: only `CleanupSandboxes` does that. Undefined unless it is stopped. */
export function stoppedBy(instance: Pick<Instance, 'status' | 'tags'>): string | undefined {
  return isStopped(instance) ? tagOf(instance, STOPPED_BY_TAG) : undefined
}

/** Whether the sandbox is stopped, or will be in a moment. */
export function isStopped({ status }: Pick<Instance, 'status'>): boolean {
  return status === 'STOPPED' || status === 'STOPPING'
}
