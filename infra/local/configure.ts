import { createHash, randomBytes } from 'node:crypto'
import { loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { type Credentials, credentialSource } from '../../shared/manager/ecs/credentials.ts'
import { type Variables, withoutCredentials } from './environment.ts'
import { LocalError } from './error.ts'
import type { LocalRun } from './run-file.ts'
import { configFileOf, settingsFor } from './stage.ts'

export type LocalConfigurationOptions = {
  /** Use the real ECS instead of the emulated one. */
  cloud?: boolean
  /** Give emulated Linux machines real desktops. */
  desktops?: boolean
  /** The value of security.auth; default: that of `settings`, otherwise `gateway`. */
  auth?: 'key' | 'gateway'
  /** Environment variables: settings of the functions and, for the real ECS, credentials. */
  settings?: Variables
}

export type LocalConfiguration = {
  /** The configuration of every function. */
  config: Config
  /** The key for this run; undefined if none is needed, or if keys are configured. */
  key: string | undefined
  /** The key of the bridge to the desktops, if keys are needed. */
  bridgeKey: string | undefined
  /** The credentials of the functions' role, for the real ECS. */
  credentials: Credentials | undefined
  /** What a deployment to the stage `local` needs to know about this run. */
  run: Omit<LocalRun, 'gateway'>
}

/**
 * Checks the configuration before anything starts.
 * @throws {ConfigError}
 * @throws {LocalError} if the real ECS is used without credentials
 */
export function configureLocal(options: LocalConfigurationOptions): LocalConfiguration {
  const { cloud = false, desktops = false, auth, settings = {} } = options
  const file = configFileOf(settings)
  const given = {
    settings: {
      ...(!cloud && { ECS_MANAGER__TERMINAL__DESKTOPS: `${desktops}` }),
      ...withoutCredentials(settings),
      // An absolute path, because a deployment may run in another folder.
      ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }),
    },
    isReal: cloud,
    ...(auth && { auth }),
  }
  const variables = settingsFor({}, 'http://127.0.0.1', given)
  const config = loadConfig({ file, env: cloud ? { ...settings, ...variables } : variables })
  const credentials = cloud ? credentialSource(config.volcengine, settings, []).current() : undefined
  if (cloud && credentials === undefined) {
    throw new LocalError('--cloud needs credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY')
  }

  const { auth: effectiveAuth, keys } = config.security
  const needsKey = effectiveAuth === 'key'
  const key = needsKey && Object.keys(keys).length === 0 ? newKey() : undefined
  const bridgeKey = needsKey ? newKey() : undefined
  const run = { ...given, ...(key && { key: hashKey(key) }), ...(bridgeKey && { bridgeKey: hashKey(bridgeKey) }) }
  return { config, key, bridgeKey, credentials, run }
}

const newKey = () => randomBytes(24).toString('base64url')

/** The format of security.keys. A hash, because the emulated veFaaS shows the variables of functions to every caller. */
const hashKey = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`
