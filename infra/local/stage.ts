import { join, resolve } from 'node:path'
import { type Environment, emulatedSettings, settingsOf } from './environment.ts'

/** Where the emulated cloud is, for a deployment to the stage `local`. */
export const CLOUD_URL = 'ECS_MANAGER_LOCAL_CLOUD'

/** Set where the functions are to use the real ECS all the same. */
export const REAL_ECS = 'ECS_MANAGER_LOCAL_REAL_ECS'

/** The role whose credentials the emulated veFaaS gives its functions: those of the emulated ECS. */
const ROLE = 'trn:iam::2100000000:role/ecs-manager'

/**
 * What is different in the stage `local`, as serverless.yml would say it under `provider`: everything goes to the emulated
 * cloud, and the functions have the settings that only a real deployment can fill in. Nothing in other stages.
 */
export function stageSettings(stage: string, env: NodeJS.ProcessEnv): object {
  if (stage !== 'local') return {}
  const endpoint = env[CLOUD_URL] || 'http://127.0.0.1:18103'
  const environment = localEnvironment(env, endpoint)
  // Nobody reaches its gateway but from this computer.
  const gateway = { network: 'private', vpc: { id: 'vpc-emulated', subnetIds: ['subnet-emulated'] } }
  return { endpoint, environment, gateway, ...(env[REAL_ECS] ? {} : { role: ROLE }) }
}

/**
 * The variables of every function in the stage `local`. Of what is set more than once the later wins: defaults of the
 * local cloud, the emulated cloud, the caller's own ECS_MANAGER_ variables.
 */
export function localEnvironment(env: NodeJS.ProcessEnv, endpoint: string): Environment {
  const isReal = Boolean(env[REAL_ECS])
  const settings = settingsOf(env, isReal)
  const file = configFileOf(env)
  return {
    ECS_MANAGER__SECURITY__AUTH: 'gateway',
    ECS_MANAGER__LOG__FORMAT: 'text',
    ...(isReal ? {} : emulatedSettings(file, endpoint)),
    ...settings,
    ...(settings.ECS_MANAGER_CONFIG_FILE && { ECS_MANAGER_CONFIG_FILE: file }), // absolute: functions run elsewhere
  }
}

/** The configuration of the functions, as an absolute path. */
export function configFileOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.ECS_MANAGER_CONFIG_FILE || join(import.meta.dirname, '../../config.toml'))
}
