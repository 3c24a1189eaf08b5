import { reloadConfiguration } from '../config/index.ts'
import type { Config } from '../config/schema.ts'

/**
 * Makes the initializer of a function, which veFaaS calls once before the first event: it loads and checks the
 * configuration and opens the connection to the cloud. AWS Lambda has no such step; there the first event does both.
 *
 * @param open  opens the connection; must not fail
 */
export function initializer(open: (config: Config) => void) {
  return async (): Promise<void> => {
    open(reloadConfiguration())
  }
}
