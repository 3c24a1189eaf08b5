import { createHash, randomBytes } from 'node:crypto'
import { loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { type Credentials, credentialSource } from '../../shared/manager/ecs/credentials.ts'
import { type Environment, withoutCredentials } from './environment.ts'
import { LocalError } from './error.ts'
import type { LocalRun } from './run.ts'
import { configFileOf, settingsFor } from './stage.ts'

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
  /** The key that the bridge to the desktops has to itself, where keys are needed. */
  bridgeKey: string | undefined
  /** Of the functions' role, for the real ECS. */
  credentials: Credentials | undefined
  /** What a deployment to the stage `local` has to know of this run. */
  run: Omit<LocalRun, 'gateway'>
}

/**
 * Checks the configuration before anything is started. Throws ConfigError, or LocalError where the real ECS is wanted and
 * there are no credentials.
 */
export function configure({ cloud = false, auth, settings = {} }: ConfigureOptions): Configured {
  const file = configFileOf(settings)
  const known = {
    settings: {
      ...withoutCredentials(settings),
      ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // a deployer may be elsewhere
    },
    isReal: cloud,
    ...(auth && { auth }),
  }
  const environment = settingsFor({}, 'http://127.0.0.1', known)
  const config = loadConfig({ file, env: cloud ? { ...settings, ...environment } : environment })
  const credentials = cloud ? credentialSource(config.volcengine, settings, []).current() : undefined
  if (cloud && credentials === undefined) {
    throw new LocalError('--cloud needs credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY')
  }

  const { auth: wantedAuth, keys } = config.security
  const needsKey = wantedAuth === 'key'
  const key = needsKey && Object.keys(keys).length === 0 ? newKey() : undefined
  const bridgeKey = needsKey ? newKey() : undefined
  const run = { ...known, ...(key && { key: hashed(key) }), ...(bridgeKey && { bridgeKey: hashed(bridgeKey) }) }
  return { config, key, bridgeKey, credentials, run }
}

const newKey = () => randomBytes(24).toString('base64url')

/** As the functions check it. A variable of theirs is shown to whoever asks the emulated veFaaS. */
const hashed = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`
