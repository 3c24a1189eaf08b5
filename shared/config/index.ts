import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { type Config, type Setting, sections } from './schema.ts'

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
 * Reads the file, lays the environment over it (`ECS_MANAGER__<SECTION>__<KEY>`; lists and tables as JSON) and checks
 * every value.
 * @throws {ConfigError} naming all problems at once
 */
export function loadConfig({ file, env }: Source): Config {
  const problems: string[] = []
  const values = [...fromFile(file, problems), ...fromEnvironment(env, problems)]
  const config: Record<string, Record<string, unknown>> = {}
  for (const [section, keys] of Object.entries<Section>(sections)) {
    config[section] = {}
    for (const [key, { fallback, isGood, message }] of Object.entries(keys)) {
      const found = values.findLast((value) => value.section === section && value.key === key)
      const value = found ? found.value : fallback
      if (!isGood(value)) problems.push(`${section}.${key} ${message} (${found?.origin ?? file})`)
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

interface Section {
  [key: string]: Setting<unknown>
}

function fromFile(file: string, problems: string[]): Value[] {
  return Object.entries(parseFile(file)).flatMap(([section, keys]) => {
    const known = sectionOf(section)
    if (known === undefined || typeof keys !== 'object') {
      problems.push(`[${section}] is not a section; there are ${Object.keys(sections).join(', ')} (${file})`)
      return []
    }
    return Object.entries(keys).map(([key, value]) => {
      if (!Object.hasOwn(known, key)) problems.push(`${section}.${key} is not a key; ${keysOf(section)} (${file})`)
      return { section, key, value, origin: file }
    })
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

function fromEnvironment(env: Source['env'], problems: string[]): Value[] {
  return Object.entries(env).flatMap(([name, text]) => {
    if (!name.startsWith(PREFIX) || text === undefined) return []
    const [section = '', key = ''] = name
      .slice(PREFIX.length)
      .toLowerCase()
      .split(/__(.*)/)
    const known = sectionOf(section)
    if (known !== undefined && Object.hasOwn(known, key)) {
      const value = known[key]?.isText ? text : parsed(text)
      return [{ section, key, value, origin: `environment variable ${name}` }]
    }
    problems.push(`environment variable ${name} is none of ours: ${PREFIX}<SECTION>__<KEY>; ${keysOf(section)}`)
    return []
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

function sectionOf(name: string): Section | undefined {
  return Object.hasOwn(sections, name) ? (sections as Record<string, Section>)[name] : undefined
}

function keysOf(section: string): string {
  const known = sectionOf(section)
  return known === undefined ? `sections are ${Object.keys(sections)}` : `[${section}] has ${Object.keys(known)}`
}
