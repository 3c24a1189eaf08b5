import type { Config } from '../../config/schema.ts'
import type { Instance } from '../ecs/instances.ts'
import { isMarked, nextEnding } from './lifetime.ts'

/**
 * Why the clean-up does something with a sandbox: it is past its end, in ERROR, or has been CREATING for too long. The last
 * two apply only to machines that this manager created or renewed: if the tag is misconfigured, other machines may carry
 * it.
 */
export type Reason = 'Expired' | 'Error' | 'Stuck'

/** What the clean-up does with a sandbox. */
export interface CleanupStep {
  action: 'stop' | 'delete'
  reason: Reason
  /** When it should have been done, in milliseconds since 1970. */
  since: number
}

/** What the clean-up does with the sandbox in its current state; undefined if it should stay as it is. */
export function cleanupStep(instance: Instance, config: Config): CleanupStep | undefined {
  const ending = nextEnding(instance, config)
  const step: CleanupStep | undefined =
    ending && ending.at <= Date.now() ? { action: ending.action, reason: 'Expired', since: ending.at } : undefined
  if (step?.action === 'delete') return step
  // A machine in ERROR, or one that never boots, cannot be stopped.
  const broken = brokenStep(instance, config)
  if (broken && isMarked(instance)) return broken
  return step && broken ? { ...step, action: 'delete' } : step
}

/** The step for a machine in ERROR, or one that has been CREATING for too long, if this manager created it. */
function brokenStep(instance: Instance, config: Config): CleanupStep | undefined {
  const { status, createdAt } = instance
  if (status === 'ERROR') return { action: 'delete', reason: 'Error', since: createdAt ?? Date.now() }
  if (status !== 'CREATING' || createdAt === undefined) return undefined
  const stuck = createdAt + config.lifetime.stuck_after_seconds * 1_000
  return stuck <= Date.now() ? { action: 'delete', reason: 'Stuck', since: stuck } : undefined
}
