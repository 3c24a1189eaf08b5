import type { Config } from '../../config/schema.ts'
import type { Instance } from '../ecs/instances.ts'
import { endOf, isMarked } from './lifetime.ts'

/**
 * Why a sandbox should be gone: it is past its end, in ERROR, or has been CREATING for too long. The last two apply
 * only to machines that this manager created or renewed: if the tag is misconfigured, other machines may carry it.
 */
export type Reason = 'Expired' | 'Error' | 'Stuck'

/** Why and since when (milliseconds since 1970) a sandbox should be gone; undefined if it should stay. */
export function cleanupReason(instance: Instance, config: Config): { reason: Reason; since: number } | undefined {
  const { status, createdAt } = instance
  const end = endOf(instance, config)
  if (end !== undefined && end <= Date.now()) return { reason: 'Expired', since: end }
  if (!isMarked(instance)) return undefined
  if (status === 'ERROR') return { reason: 'Error', since: createdAt ?? Date.now() }
  if (status !== 'CREATING' || createdAt === undefined) return undefined
  const stuck = createdAt + config.lifetime.stuck_after_seconds * 1_000
  return stuck <= Date.now() ? { reason: 'Stuck', since: stuck } : undefined
}
