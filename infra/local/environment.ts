import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'

export type Environment = Record<string, string>

/** The key pair the emulated ECS knows. Not secret: it opens nothing but a process on this computer. */
export const ACCESS_KEY = 'AKLOCAL'
export const SECRET_KEY = 'local-secret'

/** What the password agents of emulated Windows machines ask for. No secret either. */
const AGENT_KEY = 'local-agent-key'

/** Where calls to the cloud go, and with whose credentials: what only `--cloud` may take from the user. */
const CLOUD_ACCESS = ['ENDPOINT', 'ACCESS_KEY', 'SECRET_KEY', 'SESSION_TOKEN'].map(
  (key) => `ECS_MANAGER__VOLCENGINE__${key}`,
)

/** What signs calls to the cloud. Functions have it from their role, never from a variable, which the API would show. */
const CREDENTIAL = /^(VOLCENGINE_|ECS_MANAGER__VOLCENGINE__(ACCESS_KEY|SECRET_KEY|SESSION_TOKEN)$)/

/** What only the local cloud itself reads. */
const OWN = 'ECS_MANAGER_LOCAL_'

/**
 * What is taken of the user's own environment: the settings of this service and, with the real cloud, credentials.
 * With the emulated cloud the address and the credentials of a real one are left out, so that nothing set for a
 * deployment in the same shell can make a local try reach it.
 */
export function settingsOf(environment: NodeJS.ProcessEnv, cloud: boolean): Environment {
  const wanted = (name: string) =>
    !name.startsWith(OWN) &&
    (cloud
      ? /^(ECS_MANAGER_|VOLCENGINE_(ACCESS_KEY|SECRET_KEY|SESSION_TOKEN)$)/.test(name)
      : name.startsWith('ECS_MANAGER_') && !CLOUD_ACCESS.includes(name))
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && wanted(name) ? [[name, value]] : [],
    ),
  )
}

/** The same without credentials. */
export function withoutCredentials(settings: Environment): Environment {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !CREDENTIAL.test(name)))
}

/**
 * What makes functions use the emulated cloud at `url`, and values for the settings that it needs and that `configFile` leaves
 * empty. Its keys come from the role of the functions.
 */
export function emulatedSettings(configFile: string, url: string): Environment {
  const sections = sectionsOf(configFile)
  const given = (section: string, key: string) => sections[section]?.[key] ?? ''

  const settings: Environment = { ECS_MANAGER__VOLCENGINE__ENDPOINT: url }
  const needed = [
    ['instance', 'image_id', 'image-emulated-linux'],
    ['instance', 'windows_image_id', 'image-emulated-windows'],
    ['instance', 'zone', `${given('volcengine', 'region') || 'cn-beijing'}-a`],
    ['network', 'subnet_id', 'subnet-emulated'],
    ['network', 'security_group_ids', '["sg-emulated"]'],
    ['windows', 'agent_key', AGENT_KEY],
  ] as const
  for (const [section, key, emulated] of needed) {
    const isEmpty = given(section, key).length === 0 // a text or a list
    if (isEmpty) settings[`ECS_MANAGER__${section}__${key}`.toUpperCase()] = emulated
  }
  return settings
}

/** The sections of a config.toml; none when it cannot be read, which the check of the configuration then reports. */
function sectionsOf(configFile: string): Record<string, Record<string, string | unknown[]>> {
  try {
    return parse(readFileSync(configFile, 'utf8')) as Record<string, Record<string, string | unknown[]>>
  } catch {
    return {}
  }
}
