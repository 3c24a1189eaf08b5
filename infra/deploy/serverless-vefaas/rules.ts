import { Cron } from 'croner'
import type { ApigConfig, FunctionConfig, GatewayConfig, Match, ServiceConfig } from './config.ts'
import { isLoopback } from './credentials.ts'
import { RECORD_VARIABLE } from './plan/deployment-record.ts'
import { type FunctionSpec, type GatewaySpec, type MatchRule, type ServiceSpec, serviceOf } from './service.ts'

/**
 * Returns the problems of a configuration that the schema cannot find: one sentence each, which begins with the place
 * in serverless.yml. Empty if the configuration is valid.
 */
export function problemsOf(config: ServiceConfig): string[] {
  const { provider, functions } = config
  const missing: string[] = []
  for (const [key, { events = [] }] of Object.entries(functions)) {
    missing.push(...missingValues(events, `functions.${key}.events`))
  }
  if (missing.length > 0) return missing

  const service = serviceOf(config)
  const problems = [
    ...prefixProblems(service),
    ...endpointProblems(provider.endpoint),
    ...runtimeProblems(provider.runtime),
    ...settingsProblems('provider', provider),
    ...gatewayProblems(provider.gateway, service.gateway),
  ]
  for (const [key, { events = [], ...settings }] of Object.entries(functions)) {
    problems.push(...settingsProblems(`functions.${key}`, settings))
    for (const [index, event] of events.entries()) {
      if ('apig' in event) problems.push(...apigProblems(`functions.${key}.events.${index}.apig`, event.apig))
    }
  }
  for (const spec of service.functions) problems.push(...functionProblems(spec))
  problems.push(...duplicateProblems(service.functions))
  return problems
}

/** Without its value, a condition would not apply, and the route would match too much. */
function missingValues(value: unknown, at: string): string[] {
  if (value === null || value === undefined) return [`${at}: has no value; set one, or remove the key`]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) => missingValues(item, `${at}.${key}`))
}

/** The prefix is the name of the gateway and of the gateway service, which has at most 63 characters. */
function prefixProblems({ mark: { prefix } }: ServiceSpec): string[] {
  return prefix.length > 63 ? [`service: its name with the stage (${prefix}) is longer than 63 characters`] : []
}

/** The endpoint receives the variables of the functions, which are often secrets. */
function endpointProblems(endpoint: string | undefined): string[] {
  if (endpoint === undefined) return []
  if (!URL.canParse(endpoint)) return ['provider.endpoint: is not a URL such as https://open.volcengineapi.com']
  const isPlaintext = endpoint.startsWith('http:') && !isLoopback(endpoint)
  return isPlaintext ? ['provider.endpoint: must begin with https://, unless it is on this computer'] : []
}

/** A native runtime runs a start command, and serverless.yml has none. */
function runtimeProblems(runtime: string): string[] {
  if (!runtime.startsWith('native')) return []
  return [
    `provider.runtime: ${runtime} starts a server and does not call a handler; use a runtime that does, such as node20/v1`,
  ]
}

/** The runtimes that call an exported handler (veFaaS API reference, CreateFunction, and the official tools). */
const KNOWN_RUNTIMES = [
  'node20/v1',
  'node14/v1',
  'nodeprime14/v1',
  'python3.9/v1',
  'python3.10/v1',
  'python3.12/v1',
  'golang/v1',
]

/** Returns what is probably a mistake, in the form of `problemsOf`. */
export function warningsOf({ provider: { runtime } }: ServiceConfig): string[] {
  if (KNOWN_RUNTIMES.includes(runtime)) return []
  return [
    `provider.runtime: ${runtime} is not a known runtime (known: ${KNOWN_RUNTIMES.join(', ')}). The cloud accepts or refuses it; its action ListRuntimes lists the runtimes that it has`,
  ]
}

type CheckedSettings = Pick<FunctionConfig, 'environment' | 'tags' | 'exclusive' | 'maxConcurrency'>

function settingsProblems(at: string, settings: CheckedSettings): string[] {
  const { environment = {}, tags = {}, exclusive, maxConcurrency } = settings
  const problems: string[] = []
  for (const name of Object.keys(environment)) {
    const isReserved = name === RECORD_VARIABLE || name.startsWith('_FAAS_')
    if (isReserved) problems.push(`${at}.environment.${name}: is reserved: veFaaS or the deployment sets it`)
  }
  for (const key of Object.keys(tags)) {
    const isReserved = key === 'serverless-service' || key === 'serverless-stage'
    if (isReserved) problems.push(`${at}.tags.${key}: is reserved: the deployment sets it`)
  }
  if (exclusive && maxConcurrency !== undefined) {
    problems.push(
      `${at}.maxConcurrency: has no effect with exclusive, which is one call at a time; remove one of the two`,
    )
  }
  return problems
}

function gatewayProblems(gateway: GatewayConfig = {}, spec: GatewaySpec): string[] {
  const { network = 'public', vpc, keyAuth, cors, id, name } = gateway
  const at = 'provider.gateway'
  const problems: string[] = []
  if (id && name) problems.push(`${at}: set id or name, not both`)
  if (network !== 'public' && !vpc && !id) {
    problems.push(
      `${at}.vpc: is required for a private network (id and subnetIds), unless gateway.id names an existing gateway`,
    )
  }
  if (spec.isServiceNamed && keyAuth) {
    problems.push(`${at}.keyAuth: protects a whole gateway service; remove service, so that it gets its own`)
  }
  if (cors?.credentials && cors.origins.includes('*')) {
    problems.push(`${at}.cors: browsers refuse credentials with origins "*"; list the origins`)
  }
  const keys = Object.values(keyAuth?.consumers ?? {}).map(({ key }) => key)
  if (new Set(keys).size < keys.length) problems.push(`${at}.keyAuth.consumers: two consumers have the same key`)
  for (const consumer of spec.keyAuth?.consumers ?? []) {
    if (consumer.name.length > 63) {
      problems.push(`${at}.keyAuth.consumers: ${consumer.name} is longer than 63 characters`)
    }
  }
  return problems
}

function functionProblems(spec: FunctionSpec): string[] {
  const { key, name, upstream, instances, routes, timers, kafkaTriggers } = spec
  const at = `functions.${key}`
  const problems: string[] = []
  if (!/^[A-Za-z0-9_-]{4,64}$/.test(name)) {
    problems.push(`${at}: its name ${name} must have 4 to 64 letters, digits, - and _; set another one with name`)
  }
  if (routes.length > 0 && upstream.length > 63) {
    problems.push(
      `${at}: its upstream ${upstream} must not be longer than 63 characters; shorten the key of the function, or the stage`,
    )
  }
  if (instances.MinInstance > instances.MaxInstance) {
    problems.push(`${at}.minInstances: is more than maxInstances (${instances.MaxInstance})`)
  }
  for (const { Name, Crontab, Payload } of timers) {
    const crontabProblem = problemOfCrontab(Crontab)
    if (crontabProblem !== undefined) problems.push(`${at}: timer ${Name}: crontab ${crontabProblem}`)
    if (!/^[A-Za-z][A-Za-z0-9-]{3,63}$/.test(Name)) {
      problems.push(`${at}: timer ${Name}: set a name of 4 to 64 letters, digits and -, which begins with a letter`)
    }
    // Code points: `length` would count UTF-16 units.
    if (Array.from(Payload).length > 1000) {
      problems.push(`${at}: timer ${Name}: the payload has more than 1000 characters`)
    }
  }
  for (const { Name } of kafkaTriggers) {
    if (!/^[A-Za-z][A-Za-z0-9_]{3,62}$/.test(Name)) {
      problems.push(`${at}: kafka ${Name}: set a name of 4 to 63 letters, digits and _, which begins with a letter`)
    }
  }
  return problems
}

function apigProblems(at: string, event: ApigConfig): string[] {
  const { action, version, path, method, query = {}, header = {}, example } = event
  const problems: string[] = []
  if (action === undefined && path === undefined) problems.push(`${at}: must have action (with version) or path`)
  if (version !== undefined && action === undefined) problems.push(`${at}.version: requires action`)
  for (const key of ['Action', 'Version']) {
    if (action !== undefined && key in query) {
      problems.push(`${at}.query.${key}: action sets the same condition; remove one of the two`)
    }
  }
  if (path !== undefined && !isPath(path)) problems.push(`${at}.path: must begin with /`)
  if (path !== undefined) problems.push(...regexProblems(`${at}.path`, path))
  if (method !== undefined && example?.method !== undefined && ![method].flat().includes(example.method)) {
    problems.push(`${at}.example.method: the route does not accept ${example.method}`)
  }
  for (const [key, match] of Object.entries(query)) problems.push(...regexProblems(`${at}.query.${key}`, match))
  for (const [key, match] of Object.entries(header)) problems.push(...regexProblems(`${at}.header.${key}`, match))
  return problems
}

function isPath(match: Match): boolean {
  const text = typeof match === 'string' ? match : (match.exact ?? match.prefix)
  return text === undefined || text.startsWith('/')
}

function regexProblems(at: string, match: Match): string[] {
  if (typeof match === 'string' || match.regex === undefined) return []
  try {
    new RegExp(match.regex)
    return []
  } catch {
    return [`${at}: ${match.regex} is not a regular expression`]
  }
}

/** Functions must differ in name, upstream and routes, and the triggers of one function in their names. */
function duplicateProblems(functions: FunctionSpec[]): string[] {
  const problems: string[] = []
  const owners = new Map<string, string>()
  /** Returns the key of the function that has it already. */
  const ownerBefore = (key: string, item: string): string | undefined => {
    const owner = owners.get(item)
    if (owner === undefined) owners.set(item, key)
    return owner
  }
  for (const { key, name, upstream, routes, timers, kafkaTriggers } of functions) {
    const at = `functions.${key}`
    const nameOwner = ownerBefore(key, `name ${name}`)
    if (nameOwner !== undefined) problems.push(`${at}: has the same name as ${nameOwner}: ${name}`)
    const upstreamOwner = ownerBefore(key, `upstream ${upstream}`)
    if (upstreamOwner !== undefined) {
      problems.push(`${at}: has the same upstream as ${upstreamOwner}, because the gateway does not allow _ in names`)
    }
    for (const { MatchRule } of routes) {
      const routeOwner = ownerBefore(key, `route ${JSON.stringify(normalizedRule(MatchRule))}`)
      if (routeOwner !== undefined) problems.push(`${at}: has a route with the conditions of a route of ${routeOwner}`)
    }
    for (const { Name } of timers) {
      const isDuplicate = ownerBefore(key, `timer ${key} ${Name}`) !== undefined
      if (isDuplicate) problems.push(`${at}: has two timers called ${Name}; rename one of them`)
    }
    for (const { Name } of kafkaTriggers) {
      const isDuplicate = ownerBefore(key, `kafka ${key} ${Name}`) !== undefined
      if (isDuplicate) problems.push(`${at}: has two kafka triggers called ${Name}; rename one of them`)
    }
  }
  return problems
}

/** The order of methods, headers and query parameters does not matter. */
function normalizedRule({ Path, Method = [], Header = [], QueryString = [] }: MatchRule): unknown[] {
  const sorted = (matches: object[]) => matches.map((match) => JSON.stringify(match)).sort()
  return [Path, [...Method].sort(), sorted(Header), sorted(QueryString)]
}

const CRONTAB_FORM = "must have five fields (minute, hour, day, month, weekday), such as '*/5 * * * *'"

/**
 * Allows five fields of numbers, names and `* , - /`. The other forms that cron libraries know (nicknames such as
 * @hourly, L, W, # and ?) are not documented for veFaaS.
 */
function problemOfCrontab(crontab: string): string | undefined {
  if (!/^\S+( +\S+){4}$/.test(crontab) || !/^(\b[A-Z]{3}\b|[\d *,/-])+$/i.test(crontab)) return CRONTAB_FORM
  try {
    return new Cron(crontab, { mode: '5-part' }).nextRun() ? undefined : 'never matches a time'
  } catch (error) {
    return `${CRONTAB_FORM}: ${(error as Error).message.replace('CronPattern: ', '')}`
  }
}
