import type { Config } from '../config/schema.ts'
import { clientFor } from './ecs/call.ts'

/** Opens the connection to the cloud ahead of the first call. Never fails: the first call will say what is wrong. */
export function openConnection(config: Config): void {
  clientFor(config).open()
}
