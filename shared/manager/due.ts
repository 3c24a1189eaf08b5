import type { Config } from '../config/schema.ts'
import type { Instance } from './instances.ts'
import { endOf } from './lifetime.ts'

/** Why a sandbox should be gone: it is past its end, in ERROR, or has been CREATING for too long. */
export type Reason = 'Expired' | 'Error' | 'Stuck'

/** Whether a sandbox should be gone: why, and since when (milliseconds since 1970); undefined when it should not. */
export function due(instance: Instance, config: Config): { reason: Reason; since: number } | undefined {
  const { status, createdAt = '' } = instance
  const created = Date.parse(createdAt) || 0
  const end = endOf(instance, config)
  if (end !== undefined && end <= Date.now()) return { reason: 'Expired', since: end }
  if (status === 'ERROR') return { reason: 'Error', since: created }
  const stuck = created + config.lifetime.stuck_after_seconds * 1_000
  return status === 'CREATING' && created && stuck <= Date.now() ? { reason: 'Stuck', since: stuck } : undefined
}
