import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import * as v from 'valibot'
import { isTable, keysOf } from './callers.ts'
import { type Config, ConfigSchema } from './schema.ts'

/** The configuration is invalid. The message lists all problems, one per line, and contains no values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

interface Source {
  /** Path of the TOML file. */
  file: string
  env: Record<string, string | undefined>
}

const SECTIONS = Object.keys(ConfigSchema.entries)

let current: Config | undefined

/**
 * Returns the configuration of this process. The first call loads and checks it.
 * @throws {ConfigError} as long as it is invalid
 */
export function configuration(): Config {
  current ??= loadConfig({ file: configFile(process.env), env: process.env })
  return current
}

/** Like `configuration`, but loads it again. For initializers. */
export function reloadConfiguration(): Config {
  current = undefined
  return configuration()
}

/**
 * Reads the file, applies the environment (`ECS_MANAGER__<SECTION>__<KEY>`; lists and tables as JSON) and checks every
 * value. An empty variable counts as not set, unless an empty text is valid for the key.
 * @throws {ConfigError} with all problems
 */
export function loadConfig({ file, env }: Source): Config {
  const problems: string[] = []
  const origins = new Map<string, string>()
  const input = new Map(SECTIONS.map((section) => [section, new Map<string, unknown>()]))
  // The environment comes last, so it wins.
  for (const { section, key, value, origin } of [...fromFile(file), ...fromEnvironment(env)]) {
    origins.set(`${section}.${key}`, origin)
    if (settingOf(section, key)) input.get(section)?.set(key, value)
    else problems.push(`${section}.${key} is not a setting (${origin}). Known: ${namesOf(section).join(', ')}`)
  }
  const sections = [...input].map(([section, values]) => [section, Object.fromEntries(values)])
  const result = v.safeParse(ConfigSchema, Object.fromEntries(sections))
  for (const { path = [], message } of result.issues ?? []) {
    const [section, key] = path
    problems.push(`${nameOf(path)} ${message} (${origins.get(`${section?.key}.${key?.key}`) ?? file})`)
  }
  if (result.success && problems.length === 0) return result.output
  // A value with several invalid parts, such as a list, has the same message for each of them.
  throw new ConfigError([...new Set(problems)].join('\n'))
}

/** `<section>.<key>`, and in a table the names below it. The items of a list have no names. */
function nameOf(path: readonly v.IssuePathItem[]): string {
  const list = path.findIndex(({ type }) => type === 'array')
  return (list < 0 ? path : path.slice(0, list)).map(({ key }) => key).join('.')
}

/** Returns every secret of the configuration, so that the log can hide it. */
export function secretsOf({ volcengine, instance, terminal, windows, security }: Config): string[] {
  return [
    volcengine.access_key,
    volcengine.secret_key,
    volcengine.session_token,
    instance.password,
    instance.user_data,
    // The form in which it is sent to ECS.
    Buffer.from(instance.user_data).toString('base64'),
    terminal.vnc_password,
    windows.agent_key,
    ...keysOf(security.keys),
  ]
}

/** Path of the file: `ECS_MANAGER_CONFIG_FILE`, else `config.toml` beside the bundle, else in the working directory. */
export function configFile(env: Record<string, string | undefined>): string {
  const beside = join(import.meta.dirname, 'config.toml')
  return env.ECS_MANAGER_CONFIG_FILE || (existsSync(beside) ? beside : join(process.cwd(), 'config.toml'))
}

interface Value {
  section: string
  key: string
  value: unknown
  /** The file or the variable that it comes from, for messages. */
  origin: string
}

function fromFile(file: string): Value[] {
  return Object.entries(parseFile(file)).flatMap(([section, keys]) => {
    const isSection = Object.hasOwn(ConfigSchema.entries, section) && isTable(keys)
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
    // Only the first line: the others quote the file, which may contain secrets.
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
    if (text === '' && setting && !v.is(setting, '')) return []
    const value = setting && isText(setting) ? text : parsed(text)
    return [{ section, key, value, origin: `environment variable ${name}` }]
  })
}

// Invalid JSON stays a text, and the check then says which value would be right.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

type Setting = v.OptionalSchema<v.GenericSchema, unknown>

/** The schema of a key; undefined for an unknown key. */
function settingOf(section: string, key: string): Setting | undefined {
  const settings = sectionOf(section)
  return settings && Object.hasOwn(settings, key) ? settings[key] : undefined
}

function sectionOf(name: string): Readonly<Record<string, Setting>> | undefined {
  const sections: Readonly<Record<string, { entries: Readonly<Record<string, Setting>> }>> = ConfigSchema.entries
  return Object.hasOwn(sections, name) ? sections[name]?.entries : undefined
}

/** Whether a variable contains the value itself and not JSON. */
const isText = ({ wrapped }: Setting) => wrapped.type === 'string' || wrapped.type === 'picklist'

/** The keys of a section; the names of all sections if there is no such section. */
const namesOf = (section: string) => Object.keys(sectionOf(section) ?? ConfigSchema.entries)
