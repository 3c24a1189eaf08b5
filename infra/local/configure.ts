import { randomBytes } from 'node:crypto'
import { loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import type { Environment } from './environment.ts'
import { LocalError } from './error.ts'
import { CLOUD_URL, configFileOf, localEnvironment, REAL_ECS } from './stage.ts'

export type ConfigureOptions = {
  /** Use the real ECS instead of the emulated one. */
  cloud?: boolean
  /** What security.auth is; left out: `gateway`, unless `settings` say otherwise. */
  auth?: 'key' | 'gateway'
  /** Settings of the functions and, for the real ECS, credentials, as variables. */
  settings?: Environment
}

export type Configured = {
  /** As each function will see it. */
  config: Config
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** What a deployment to the stage `local` has to have in its environment, for the emulated cloud at `url`. */
  environmentFor: (url: string) => Environment
}

/**
 * Checks the configuration before anything is started. Throws ConfigError, or LocalError where the real ECS is wanted and
 * there are no credentials.
 */
export function configure({ cloud = false, auth, settings = {} }: ConfigureOptions): Configured {
  const wanted: Environment = {
    ...settings,
    ...(auth && { ECS_MANAGER__SECURITY__AUTH: auth }),
    ...(cloud && { [REAL_ECS]: 'yes' }),
  }
  const config = loadConfig({ file: configFileOf(wanted), env: localEnvironment(wanted, 'http://127.0.0.1') })
  const { access_key, secret_key } = config.volcengine
  const hasPair = (settings.VOLCENGINE_ACCESS_KEY && settings.VOLCENGINE_SECRET_KEY) || (access_key && secret_key)
  if (cloud && !hasPair) {
    throw new LocalError('--cloud needs credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY')
  }

  const needsKey = config.security.auth === 'key' && Object.keys(config.security.keys).length === 0
  const key = needsKey ? randomBytes(24).toString('base64url') : undefined
  const keys: Environment = key ? { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ local: key }) } : {}
  return { config, key, environmentFor: (url) => ({ ...wanted, ...keys, [CLOUD_URL]: url }) }
}
