import type { Config } from '../config/schema.ts'
import { clientFor } from './ecs/call.ts'

/** Opens a connection to the cloud before the first call. Never fails: the first call reports the problem. */
export function openConnection(config: Config): void {
  clientFor(config).open()
}
