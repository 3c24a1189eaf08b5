import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import type { FunctionOptions } from '../emulator/vefaas/runtime/index.ts'
import type { Service, ServiceFunction } from '../service.ts'
import { type Environment, emulatedSettings } from './environment.ts'
import { LocalError } from './error.ts'

export const project = join(import.meta.dirname, '../..')

export type ConfigureOptions = {
  /** Use the real cloud instead of an emulated ECS. */
  cloud?: boolean
  /** What security.auth is; left out: `gateway`, unless `settings` say otherwise. */
  auth?: 'key' | 'gateway'
  /** Variables of the functions, over all others. */
  settings?: Environment
}

export type Configured = {
  config: Config
  /** The key made for this run, where one is needed and none is configured. */
  key: string | undefined
  /** How the emulated veFaaS is to run a function; `ecsUrl` is where the emulated ECS is. */
  deploymentOf: (one: ServiceFunction, ecsUrl?: string) => FunctionOptions
}

/**
 * Makes the environment of the functions and checks the configuration that each of them will see. Of the variables, the
 * later wins: defaults of the local cloud, the function's own in serverless.yml, the emulated cloud, the caller's.
 * Throws ConfigError, or LocalError where the real cloud is wanted and there are no credentials.
 */
export function configure(
  { cloud = false, auth, settings = {} }: ConfigureOptions,
  { functions }: Service,
): Configured {
  const file = resolve(settings.ECS_MANAGER_CONFIG_FILE || join(project, 'config.toml'))
  const environmentOf = (own: Environment, ecsUrl = 'http://127.0.0.1'): Environment => ({
    ECS_MANAGER__SECURITY__AUTH: 'gateway',
    ECS_MANAGER__LOG__FORMAT: 'text',
    ...own,
    ...(cloud ? {} : emulatedSettings(file, own, ecsUrl)),
    ...settings,
    ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // absolute: functions run elsewhere
    ...(auth && { ECS_MANAGER__SECURITY__AUTH: auth }),
  })

  for (const { environment } of functions) loadConfig({ file, env: environmentOf(environment) })
  const config = loadConfig({ file, env: environmentOf({}) })
  const { access_key, secret_key } = config.volcengine
  const hasPair = (settings.VOLCENGINE_ACCESS_KEY && settings.VOLCENGINE_SECRET_KEY) || (access_key && secret_key)
  if (cloud && !hasPair) {
    throw new LocalError('--cloud needs credentials: set VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY')
  }

  const needsKey = config.security.auth === 'key' && Object.keys(config.security.keys).length === 0
  const key = needsKey ? randomBytes(24).toString('base64url') : undefined
  const keys: Environment = key ? { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ local: key }) } : {}
  return {
    config,
    key,
    deploymentOf: ({ folder, environment, ...limits }, ecsUrl) => ({
      ...limits,
      codeDirectory: join(project, 'dist', folder),
      environment: { ...environmentOf(environment, ecsUrl), ...keys },
    }),
  }
}
