import { join, resolve } from 'node:path'
import { ConfigError, loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { emulatedSettings, settingsOf, type Variables, withoutCredentials } from './environment.ts'
import { LocalError } from './error.ts'
import { cloudUrl, fetchOwner, readRunOf } from './local-api-client.ts'
import type { LocalRun } from './run-file.ts'

/** The role of the functions. Through it, the emulated veFaaS gives them credentials for the ECS that they use. */
const ROLE = 'trn:iam::2100000000:role/ecs-manager'

/**
 * The settings of the stage `local`, as in `provider` of serverless.yml: functions use the emulated cloud, and have values
 * for the settings that only a real deployment can fill in. Empty in other stages.
 */
export async function stageSettings(stage: string, env: NodeJS.ProcessEnv): Promise<object> {
  if (stage !== 'local') return {}
  const endpoint = cloudUrl(env)
  const environment = localEnvironment(env, endpoint, await fetchRun(endpoint))
  // Private, because only this computer can reach its gateway.
  const gateway = { network: 'private', vpc: { id: 'vpc-emulated', subnetIds: ['subnet-emulated'] } }
  return { endpoint, environment, gateway, role: ROLE }
}

/**
 * Undefined if no `npm start` is running, or if its run cannot be read: packaging works without it, and the guard plugin
 * refuses all other commands.
 */
async function fetchRun(url: string): Promise<LocalRun | undefined> {
  try {
    const owner = await fetchOwner(url)
    return owner && readRunOf(owner, url)
  } catch (error) {
    if (error instanceof LocalError) return undefined
    throw error
  }
}

/**
 * The variables of every function in the stage `local`. Later sources win: defaults of the local cloud, the emulated cloud,
 * the ECS_MANAGER_ variables of the shell in which it was started, those of the caller, and the flags with which it was
 * started. So a deployment from another terminal changes no setting, unless its own variables do.
 */
export function localEnvironment(env: NodeJS.ProcessEnv, endpoint: string, run?: LocalRun): Variables {
  const settings = settingsFor(env, endpoint, run)
  return { ...settings, ...(run && generatedSettings(run, configFileOf(settings), settings)) }
}

/** The same without the settings that `npm start` generates. */
export function settingsFor(
  env: NodeJS.ProcessEnv,
  endpoint: string,
  run?: Pick<LocalRun, 'settings' | 'auth' | 'isReal'>,
): Variables {
  const isReal = run?.isReal ?? false
  // An empty variable of the caller counts as not set: it must not hide one of `npm start`.
  const callerVariables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const all = { ...run?.settings, ...callerVariables, ...(run?.auth && { ECS_MANAGER__SECURITY__AUTH: run.auth }) }
  const settings = withoutCredentials(settingsOf(all, isReal))
  const file = configFileOf(all)
  const defaults: Variables = {
    ECS_MANAGER__SECURITY__AUTH: 'gateway',
    // The local gateway names no consumer, so the rights of config.toml would refuse every call.
    ECS_MANAGER__SECURITY__CONSUMERS: '{}',
    ECS_MANAGER__LOG__FORMAT: 'text',
    ...(isReal ? {} : emulatedSettings(file, endpoint)),
  }
  return {
    ...settings,
    // An empty variable of the shell of `npm start` does not hide a default either.
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !settings[name])),
    ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // absolute: functions run elsewhere
  }
}

/**
 * The console as viewer, if none is configured, and the keys that `npm start` has created, beside the configured ones. The
 * key for people may do everything; the key of the bridge may only validate tokens.
 */
function generatedSettings({ key, bridgeKey, gateway }: LocalRun, file: string, env: Variables): Variables {
  const config = tryToLoad(file, env)
  if (config === undefined) return {}
  const hasViewer = config.terminal.vnc_url_template || 'ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE' in env
  const { keys } = config.security
  const allKeys = {
    ...(key && { local: key }),
    ...keys,
    ...(bridgeKey && { [freeName(keys)]: { key: bridgeKey, actions: ['ValidateVncToken'] } }),
  }
  return {
    ...(!hasViewer && { ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: `${gateway}/console#token={token}` }),
    ...(bridgeKey && { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(allKeys) }),
  }
}

/** Undefined if the configuration is invalid, which the check of the configuration reports later. */
function tryToLoad(file: string, env: Variables): Config | undefined {
  try {
    return loadConfig({ file, env })
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** The name of the bridge's key, which is the caller in the log when the console opens a desktop. Not a configured name. */
function freeName(keys: Config['security']['keys']): string {
  let name = 'console'
  while (Object.hasOwn(keys, name)) name += '-'
  return name
}

/** The absolute path of the functions' configuration file. */
export function configFileOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.ECS_MANAGER_CONFIG_FILE || join(import.meta.dirname, '../../config.toml'))
}
