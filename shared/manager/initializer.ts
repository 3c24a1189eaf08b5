import { reloadConfiguration } from '../config/index.ts'
import { clientFor } from './ecs/call.ts'

/**
 * Prepares an instance of a function: loads and checks the configuration and starts to connect to the cloud. veFaaS calls
 * it once before the first event. AWS Lambda has no such step; there the first event does both.
 * @throws {ConfigError} if the configuration is invalid
 */
export async function initializer(): Promise<void> {
  clientFor(reloadConfiguration()).open()
}
