import { join, resolve } from 'node:path'
import { ConfigError, loadConfig } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { type Environment, emulatedSettings, settingsOf, withoutCredentials } from './environment.ts'
import { LocalError } from './error.ts'
import { cloudUrl, ownerOf, runOf } from './owner.ts'
import type { LocalRun } from './run.ts'

/** The role whose credentials the emulated veFaaS gives its functions: those of the ECS that they use. */
const ROLE = 'trn:iam::2100000000:role/ecs-manager'

/**
 * What is different in the stage `local`, as serverless.yml would say it under `provider`: everything goes to the emulated
 * cloud, and the functions have the settings that only a real deployment can fill in. Nothing in other stages.
 */
export async function stageSettings(stage: string, env: NodeJS.ProcessEnv): Promise<object> {
  if (stage !== 'local') return {}
  const endpoint = cloudUrl(env)
  const environment = localEnvironment(env, endpoint, await runAt(endpoint))
  // Nobody reaches its gateway but from this computer.
  const gateway = { network: 'private', vpc: { id: 'vpc-emulated', subnetIds: ['subnet-emulated'] } }
  return { endpoint, environment, gateway, role: ROLE }
}

/** Undefined where no `npm start` runs, and where it cannot be read: packaging works without, and the rest is refused. */
async function runAt(url: string): Promise<LocalRun | undefined> {
  try {
    const owner = await ownerOf(url)
    return owner && runOf(url, owner)
  } catch (error) {
    if (error instanceof LocalError) return undefined
    throw error
  }
}

/**
 * The variables of every function in the stage `local`. Of what is set more than once the later wins: defaults of the
 * local cloud, the emulated cloud, the ECS_MANAGER_ variables of the shell in which it was started, those of the caller,
 * and the flags with which it was started. So a deployment from another terminal changes nothing, unless it says so.
 */
export function localEnvironment(env: NodeJS.ProcessEnv, endpoint: string, run?: LocalRun): Environment {
  const environment = settingsFor(env, endpoint, run)
  return { ...environment, ...(run && madeFor(run, configFileOf(environment), environment)) }
}

/** The same without what `npm start` makes. */
export function settingsFor(
  env: NodeJS.ProcessEnv,
  endpoint: string,
  run?: Pick<LocalRun, 'settings' | 'auth' | 'isReal'>,
): Environment {
  const isReal = run?.isReal ?? false
  // An empty variable of the caller counts as not set: it must not hide one of `npm start`.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const all = { ...run?.settings, ...given, ...(run?.auth && { ECS_MANAGER__SECURITY__AUTH: run.auth }) }
  const settings = withoutCredentials(settingsOf(all, isReal))
  const file = configFileOf(all)
  const defaults: Environment = {
    ECS_MANAGER__SECURITY__AUTH: 'gateway',
    ECS_MANAGER__LOG__FORMAT: 'text',
    ...(isReal ? {} : emulatedSettings(file, endpoint)),
  }
  return {
    ...settings,
    // An empty variable of its shell does not hide a default either.
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !settings[name])),
    ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // absolute: functions run elsewhere
  }
}

/** What `npm start` makes: the console as viewer where the configuration names none, and its keys beside those that it has. */
function madeFor({ key, bridgeKey, gateway }: LocalRun, file: string, env: Environment): Environment {
  const config = usable(file, env)
  if (config === undefined) return {}
  const isOpenedElsewhere = config.terminal.vnc_url_template || 'ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE' in env
  const { keys } = config.security
  const all = { ...(key && { local: key }), ...keys, ...(bridgeKey && { [freeName(keys)]: bridgeKey }) }
  return {
    ...(!isOpenedElsewhere && { ECS_MANAGER__TERMINAL__VNC_URL_TEMPLATE: `${gateway}/console#token={token}` }),
    ...(bridgeKey && { ECS_MANAGER__SECURITY__KEYS: JSON.stringify(all) }),
  }
}

/** Undefined where the check of the configuration will say what is wrong. */
function usable(file: string, env: Environment): Config | undefined {
  try {
    return loadConfig({ file, env })
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** The caller in the log when a desktop is opened in the console; a configured key of that name stays what it is. */
function freeName(keys: Config['security']['keys']): string {
  let name = 'console'
  while (Object.hasOwn(keys, name)) name += '-'
  return name
}

/** The configuration of the functions, as an absolute path. */
export function configFileOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.ECS_MANAGER_CONFIG_FILE || join(import.meta.dirname, '../../config.toml'))
}
