import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { type Config, isTable, type Setting, sections } from './schema.ts'

/** A configuration that cannot be used. The message names every problem, one a line, and holds no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

interface Source {
  /** Path of the TOML file. */
  file: string
  env: Record<string, string | undefined>
}

let current: Config | undefined

/**
 * The configuration of this process, loaded and checked at the first call.
 * @throws {ConfigError} at every call until it can be used
 */
export function configuration(): Config {
  current ??= loadConfig({ file: configFile(process.env), env: process.env })
  return current
}

/** As `configuration`, but read again: what an initializer does. */
export function reloadConfiguration(): Config {
  current = undefined
  return configuration()
}

/**
 * Reads the file, lays the environment over it (`ECS_MANAGER__<SECTION>__<KEY>`; lists and tables as JSON; an empty one
 * counts as not set where empty is no value) and checks every value.
 * @throws {ConfigError} naming all problems at once
 */
export function loadConfig({ file, env }: Source): Config {
  const found = [...fromFile(file), ...fromEnvironment(env)]
  const values = new Map(found.map((value) => [`${value.section}.${value.key}`, value]))
  const problems = found
    .filter(({ section, key }) => settingOf(section, key) === undefined)
    .map(
      ({ section, key, origin }) =>
        `${section}.${key} is no setting (${origin}). Known: ${namesOf(section).join(', ')}`,
    )
  const config: Record<string, Record<string, unknown>> = {}
  for (const [section, settings] of Object.entries<Settings>(sections)) {
    config[section] = {}
    for (const [key, { fallback, isGood, message }] of Object.entries(settings)) {
      const { value, origin } = values.get(`${section}.${key}`) ?? { value: fallback, origin: file }
      if (!isGood(value)) problems.push(`${section}.${key} ${message} (${origin})`)
      config[section][key] = value
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config as unknown as Config
}

/** Every secret of the configuration, for the log to hide. */
export function secretsOf({ volcengine, instance, windows, security }: Config): string[] {
  return [
    volcengine.access_key,
    volcengine.secret_key,
    volcengine.session_token,
    instance.password,
    instance.user_data,
    // As it goes over the wire.
    Buffer.from(instance.user_data).toString('base64'),
    windows.agent_key,
    ...Object.values(security.keys),
  ]
}

/** `ECS_MANAGER_CONFIG_FILE`, else `config.toml` beside the bundle, else in the working directory. */
export function configFile(env: Record<string, string | undefined>): string {
  const beside = join(import.meta.dirname, 'config.toml')
  return env.ECS_MANAGER_CONFIG_FILE || (existsSync(beside) ? beside : join(process.cwd(), 'config.toml'))
}

interface Value {
  section: string
  key: string
  value: unknown
  /** Where it was found, for messages. */
  origin: string
}

type Settings = Readonly<Record<string, Setting<unknown>>>

function fromFile(file: string): Value[] {
  return Object.entries(parseFile(file)).flatMap(([section, keys]) => {
    const isSection = Object.hasOwn(sections, section) && isTable(keys)
    return Object.entries(isSection ? keys : { '': keys }).map(([key, value]) => ({
      section,
      key,
      value,
      origin: file,
    }))
  })
}

function parseFile(file: string) {
  try {
    return parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // Only the first line: what follows it shows the place in the file, and a secret may stand there.
    const reason = (error as Error).message.split('\n', 1)[0]
    const place = error instanceof TomlError ? `, line ${error.line}, column ${error.column}` : ''
    throw new ConfigError(`${reason} (${file}${place})`)
  }
}

const PREFIX = 'ECS_MANAGER__'

function fromEnvironment(env: Source['env']): Value[] {
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith(PREFIX) || text === undefined) return []
    const [section = '', key = ''] = name
      .slice(PREFIX.length)
      .toLowerCase()
      .split(/__(.*)/)
    const setting = settingOf(section, key)
    // An empty variable counts as not set, unless empty is a value of the setting.
    if (text === '' && setting && !setting.isGood('')) return []
    const value = setting?.isText ? text : parsed(text)
    return [{ section, key, value, origin: `environment variable ${name}` }]
  })
}

// What cannot be parsed stays the text that it is, and the check says what would be right.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function settingOf(section: string, key: string): Setting<unknown> | undefined {
  const settings = Object.hasOwn(sections, section) ? (sections as Record<string, Settings>)[section] : undefined
  return settings && Object.hasOwn(settings, key) ? settings[key] : undefined
}

function namesOf(section: string): string[] {
  return Object.keys(Object.hasOwn(sections, section) ? sections[section as keyof typeof sections] : sections)
}
