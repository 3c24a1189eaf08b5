import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'

/** Environment variables. */
export type Variables = Record<string, string>

/** The key pair of the emulated ECS. Not secret: it only gives access to a process on this computer. */
export const ACCESS_KEY = 'AKLOCAL'
export const SECRET_KEY = 'local-secret'

/** The key of the password agents in emulated Windows machines. Not secret either. */
const AGENT_KEY = 'local-agent-key'

/** The address of the cloud and the credentials for it. Only `--cloud` uses those of the user. */
const CLOUD_ACCESS = ['ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY', 'SESSION_TOKEN'].map(
  (key) => `ECS_MANAGER__VOLCENGINE__${key}`,
)

/** Credentials for calls to the cloud. Functions get them from their role and never from a variable, which the API shows. */
const CREDENTIAL = /^(VOLCENGINE_|ECS_MANAGER__VOLCENGINE__(ACCESS_KEY|SECRET_KEY|SESSION_TOKEN)$)/

/** The prefix of variables that only the local cloud reads. */
const LOCAL_PREFIX = 'ECS_MANAGER_LOCAL_'

/**
 * The variables of the user's environment that the service uses: its settings and, with the real cloud, credentials. With
 * the emulated cloud, the address and credentials of a real cloud are left out, so that variables that are set for a
 * deployment in the same shell can never lead a local run to the real cloud.
 */
export function settingsOf(environment: NodeJS.ProcessEnv, cloud: boolean): Variables {
  const isSetting = (name: string) => {
    if (name.startsWith(LOCAL_PREFIX)) return false
    if (cloud) return /^(ECS_MANAGER_|VOLCENGINE_(ACCESS_KEY|SECRET_KEY|SESSION_TOKEN)$)/.test(name)
    return name.startsWith('ECS_MANAGER_') && !CLOUD_ACCESS.includes(name)
  }
  const settings: Variables = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && isSetting(name)) settings[name] = value
  }
  return settings
}

export function withoutCredentials(settings: Variables): Variables {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !CREDENTIAL.test(name)))
}

/**
 * The variables with which functions use the emulated cloud at `url`: its address, and values for the required settings that
 * are empty in `configFile`. Its credentials come from the role of the functions.
 */
export function emulatedSettings(configFile: string, url: string): Variables {
  const sections = sectionsOf(configFile)
  const configured = (section: string, key: string) => sections[section]?.[key] ?? ''

  const settings: Variables = { ECS_MANAGER__VOLCENGINE__ENDPOINT: url }
  const required = [
    ['instance', 'image_id', 'image-emulated-linux'],
    ['instance', 'windows_image_id', 'image-emulated-windows'],
    ['instance', 'zone', `${configured('volcengine', 'region') || 'cn-beijing'}-a`],
    ['network', 'subnet_id', 'subnet-emulated'],
    ['network', 'security_group_ids', '["sg-emulated"]'],
    ['windows', 'agent_key', AGENT_KEY],
  ] as const
  for (const [section, key, emulated] of required) {
    const isEmpty = configured(section, key).length === 0 // a text or a list
    if (isEmpty) settings[`ECS_MANAGER__${section}__${key}`.toUpperCase()] = emulated
  }
  return settings
}

/** The sections of a config.toml; none if it cannot be read, which the check of the configuration reports. */
function sectionsOf(configFile: string): Record<string, Record<string, string | unknown[]>> {
  try {
    return parse(readFileSync(configFile, 'utf8')) as Record<string, Record<string, string | unknown[]>>
  } catch {
    return {}
  }
}
