import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { type Config, sections } from './schema.ts'

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
  const values = readFile(file, problems)
  const origins = new Map<string, string>()
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith(PREFIX) && value !== undefined) overlay(values, origins, name, value, problems)
  }

  const config: Record<string, Record<string, unknown>> = {}
  for (const [section, keys] of Object.entries(sections)) {
    const given = values.get(section) ?? new Map<string, unknown>()
    const checked: Record<string, unknown> = {}
    for (const [key, schema] of Object.entries<v.GenericSchema>(keys)) {
      const result = v.safeParse(schema, given.get(key), { abortEarly: true })
      const origin = origins.get(`${section}.${key}`) ?? file
      if (result.success) checked[key] = result.output
      else problems.push(`${section}.${key} ${result.issues[0].message} (${origin})`)
    }
    config[section] = checked
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'))
  return config as unknown as Config
}

/** Every secret of the configuration, for the log to hide. */
export function secretsOf(config: Config): string[] {
  const { volcengine, instance, windows, security } = config
  const { access_key, secret_key, session_token } = volcengine
  const { password, user_data } = instance
  const keys = Object.values(security.keys)
  return [access_key, secret_key, session_token, password, user_data, windows.agent_key, ...keys].filter(Boolean)
}

/** `ECS_MANAGER_CONFIG_FILE`, else `config.toml` beside the bundle, else in the working directory. */
export function configFile(env: Record<string, string | undefined>): string {
  if (env.ECS_MANAGER_CONFIG_FILE) return env.ECS_MANAGER_CONFIG_FILE
  const beside = join(import.meta.dirname, 'config.toml')
  return existsSync(beside) ? beside : join(process.cwd(), 'config.toml')
}

const PREFIX = 'ECS_MANAGER__'

type Values = Map<string, Map<string, unknown>>

function readFile(file: string, problems: string[]): Values {
  const values: Values = new Map()
  for (const [section, keys] of Object.entries(parseFile(file))) {
    if (!Object.hasOwn(sections, section)) {
      problems.push(`[${section}] is not a section; there are ${Object.keys(sections).join(', ')} (${file})`)
    } else if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
      problems.push(`${section} must be a section, written [${section}] (${file})`)
    } else {
      const known: object = sections[section as keyof typeof sections]
      for (const key of Object.keys(keys)) {
        if (!Object.hasOwn(known, key)) problems.push(`${section}.${key} is not a key; ${keysOf(section)} (${file})`)
      }
      values.set(section, new Map(Object.entries(keys)))
    }
  }
  return values
}

function parseFile(file: string): Record<string, unknown> {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`the configuration cannot be read: ${(error as NodeJS.ErrnoException).code} (${file})`)
  }
  try {
    return parse(content)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // Only the first line: the rest shows the place in the file, and a secret may stand there.
    const reason = error.message.split('\n', 1)[0]
    throw new ConfigError(`${reason} (${file}, line ${error.line}, column ${error.column})`)
  }
}

function overlay(values: Values, origins: Map<string, string>, name: string, value: string, problems: string[]) {
  const [section = '', key = '', ...rest] = name.slice(PREFIX.length).toLowerCase().split('__')
  const schema = schemaOf(section, key)
  if (schema === undefined || rest.length > 0) {
    const known = Object.hasOwn(sections, section)
      ? keysOf(section)
      : `sections are ${Object.keys(sections).join(', ')}`
    problems.push(`${name} sets nothing: it must be ${PREFIX}<SECTION>__<KEY>; ${known} (environment)`)
    return
  }
  const parsed = fromText(schema.wrapped.type, value)
  if (parsed === undefined) {
    problems.push(`${section}.${key} must be JSON (environment variable ${name})`)
    return
  }
  const keys = values.get(section) ?? new Map<string, unknown>()
  values.set(section, keys.set(key, parsed))
  origins.set(`${section}.${key}`, `environment variable ${name}`)
}

interface Optional extends v.GenericSchema {
  readonly wrapped: v.GenericSchema
}

function schemaOf(section: string, key: string): Optional | undefined {
  if (!Object.hasOwn(sections, section)) return undefined
  const keys = sections[section as keyof typeof sections] as Record<string, Optional>
  return Object.hasOwn(keys, key) ? keys[key] : undefined
}

// What cannot be a number is handed on as it is, for the check to name what would be right. Undefined: not JSON.
function fromText(type: string, value: string): unknown {
  if (type === 'number') return /^\s*-?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  if (type !== 'array' && type !== 'record') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

function keysOf(section: string): string {
  return `[${section}] has ${Object.keys(sections[section as keyof typeof sections]).join(', ')}`
}
