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
  /** The key that the bridge to the desktops has to itself, where keys are needed. */
  bridgeKey: string | undefined
  /** What a deployment to the stage `local` has to have in its environment, for these addresses of this computer. */
  environmentFor: (urls: { cloud: string; gateway: string }) => Environment
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

  const { auth: wantedAuth, keys } = config.security
  const needsKey = wantedAuth === 'key'
  const key = needsKey && Object.keys(keys).length === 0 ? newKey() : undefined
  const bridgeKey = needsKey ? newKey() : undefined
  const made: Environment = bridgeKey
    ? {
        ECS_MANAGER__SECURITY__KEYS: JSON.stringify({
          ...keys,
          ...(key && { local: key }),
          [freeName(keys)]: bridgeKey,
        }),
      }
    : {}
  const environmentFor = (urls: { cloud: string; gateway: string }): Environment => ({
    // Where the configuration names no viewer, the console is one.
    ...(!config.terminal.vnc_url_template && {
      ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: `${urls.gateway}/console#token={token}`,
    }),
    ...wanted,
    ...made,
    [CLOUD_URL]: urls.cloud,
  })
  return { config, key, bridgeKey, environmentFor }
}

/** The caller in the log when a desktop is opened in the console; a configured key of that name stays what it is. */
function freeName(keys: Config['security']['keys']): string {
  let name = 'console'
  while (Object.hasOwn(keys, name)) name += '-'
  return name
}

const newKey = () => randomBytes(24).toString('base64url')
