import { Cron } from 'croner'
import type { ApigConfig, FunctionConfig, Match, ServiceConfig } from './config.ts'
import { isLoopback } from './credentials.ts'
import { RECORD_VARIABLE } from './plan/deployment-record.ts'
import { type FunctionSpec, type GatewaySpec, type MatchRule, type ServiceSpec, serviceOf } from './service.ts'

/**
 * What is wrong with a configuration that the schema lets pass: one sentence a problem, each beginning with where it
 * stands in serverless.yml. Empty when all is well.
 */
export function problemsOf(config: ServiceConfig): string[] {
  const { provider, functions } = config
  const unclear = Object.entries(functions).flatMap(([key, { events = [] }]) =>
    missingValues(events, `functions.${key}.events`),
  )
  if (unclear.length > 0) return unclear

  const service = serviceOf(config)
  return [
    ...prefixProblems(service),
    ...endpointProblems(provider.endpoint),
    ...runtimeProblems(provider.runtime),
    ...settingsProblems('provider', provider),
    ...gatewayProblems(config, service.gateway),
    ...Object.entries(functions).flatMap(([key, one]) => [
      ...settingsProblems(`functions.${key}`, one),
      ...(one.events ?? []).flatMap((event, at) =>
        'apig' in event ? apigProblems(`functions.${key}.events.${at}.apig`, event.apig) : [],
      ),
    ]),
    ...service.functions.flatMap(functionProblems),
    ...duplicateProblems(service.functions),
  ]
}

/** A condition without a value is no condition: the route would match more than is meant. */
function missingValues(value: unknown, at: string): string[] {
  if (value === null || value === undefined) return [`${at}: has no value; give it one, or leave it out`]
  if (typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) => missingValues(item, `${at}.${key}`))
}

/** The names of gateway and gateway service are made of it, and those have 63 characters at most. */
function prefixProblems({ mark: { prefix } }: ServiceSpec): string[] {
  return prefix.length > 63 ? [`service: with the stage (${prefix}) it is longer than 63 characters`] : []
}

/** What is sent there are the variables of the functions, and often secrets. */
function endpointProblems(endpoint: string | undefined): string[] {
  if (endpoint === undefined) return []
  if (!URL.canParse(endpoint)) return ['provider.endpoint: is no URL, such as https://open.volcengineapi.com']
  const isOpen = endpoint.startsWith('http:') && !isLoopback(endpoint)
  return isOpen ? ['provider.endpoint: begins with https://, unless it is on this computer'] : []
}

/** What is deployed has a handler and no command that would start it. */
function runtimeProblems(runtime: string): string[] {
  if (!/^native/.test(runtime)) return []
  return [`provider.runtime: ${runtime} starts a server, and calls no handler; take one that does, such as node20/v1`]
}

/** Those that call an exported handler (veFaaS API reference, CreateFunction, and what official tools deploy with). */
const KNOWN_RUNTIMES = [
  'node20/v1',
  'node14/v1',
  'nodeprime14/v1',
  'python3.9/v1',
  'python3.10/v1',
  'python3.12/v1',
  'golang/v1',
]

/** What is probably not meant, like `problemsOf`. */
export function warningsOf({ provider: { runtime } }: ServiceConfig): string[] {
  if (KNOWN_RUNTIMES.includes(runtime)) return []
  return [
    `provider.runtime: ${runtime} is not known here (${KNOWN_RUNTIMES.join(', ')} are). The cloud decides; its action ListRuntimes tells which it has`,
  ]
}

function settingsProblems(
  at: string,
  { environment = {}, tags = {}, exclusive, maxConcurrency }: CheckedSettings,
): string[] {
  const reserved = Object.keys(environment).filter((name) => name === RECORD_VARIABLE || name.startsWith('_FAAS_'))
  return [
    ...reserved.map((name) => `${at}.environment.${name}: is set by veFaaS, or by a deployment itself`),
    ...Object.keys(tags)
      .filter((key) => /^serverless-(service|stage)$/.test(key))
      .map((key) => `${at}.tags.${key}: is set by a deployment itself`),
    ...(exclusive && maxConcurrency !== undefined
      ? [`${at}.maxConcurrency: has no meaning beside exclusive, which is one call at a time; leave one of them out`]
      : []),
  ]
}

type CheckedSettings = Pick<FunctionConfig, 'environment' | 'tags' | 'exclusive' | 'maxConcurrency'>

function gatewayProblems({ provider: { gateway = {} } }: ServiceConfig, spec: GatewaySpec): string[] {
  const { network = 'public', vpc, keyAuth, cors, id, name } = gateway
  const consumers = Object.entries(keyAuth?.consumers ?? {})
  const keys = consumers.map(([, { key }]) => key)
  const names = spec.keyAuth?.consumers.map((consumer) => consumer.name) ?? []
  return [
    ...(id && name ? ['provider.gateway: give id or name, not both'] : []),
    ...(network !== 'public' && !vpc && !id
      ? [
          'provider.gateway.vpc: a private network needs it (id and subnetIds), unless gateway.id names an existing gateway',
        ]
      : []),
    ...(spec.isServiceNamed && keyAuth
      ? ['provider.gateway.keyAuth: guards a whole gateway service, so leave service out: it gets one of its own']
      : []),
    ...(cors?.credentials && cors.origins.includes('*')
      ? ['provider.gateway.cors: credentials with origins "*" is what browsers refuse; name the origins']
      : []),
    ...(new Set(keys).size < keys.length ? ['provider.gateway.keyAuth.consumers: two of them have the same key'] : []),
    ...names
      .filter((consumer) => consumer.length > 63)
      .map((consumer) => `provider.gateway.keyAuth.consumers: ${consumer} is longer than 63 characters`),
  ]
}

function functionProblems({ key, name, upstream, instances, routes, timers, kafkaTriggers }: FunctionSpec): string[] {
  const at = `functions.${key}`
  return [
    ...(/^[A-Za-z0-9_-]{4,64}$/.test(name)
      ? []
      : [`${at}: its name ${name} must have 4 to 64 letters, digits, - and _; give it another one with name`]),
    ...(routes.length === 0 || upstream.length <= 63
      ? []
      : [
          `${at}: to have routes, ${upstream} must not be longer than 63 characters; call the function or the stage something shorter`,
        ]),
    ...(instances.MinInstance > instances.MaxInstance
      ? [`${at}.minInstances: is more than maxInstances (${instances.MaxInstance})`]
      : []),
    ...timers.flatMap(({ Name, Crontab, Payload }) => [
      ...crontabProblems(Crontab).map((problem) => `${at}: timer ${Name}: crontab ${problem}`),
      ...(/^[A-Za-z][A-Za-z0-9-]{3,63}$/.test(Name)
        ? []
        : [`${at}: timer ${Name}: give it a name of 4 to 64 letters, digits and -, a letter first`]),
      // Unicode characters, not UTF-16 units.
      ...([...Payload].length > 1000 ? [`${at}: timer ${Name}: the payload has more than 1000 characters`] : []),
    ]),
    ...kafkaTriggers.flatMap(({ Name }) =>
      /^[A-Za-z][A-Za-z0-9_]{3,62}$/.test(Name)
        ? []
        : [`${at}: kafka ${Name}: give it a name of 4 to 63 letters, digits and _, a letter first`],
    ),
  ]
}

function apigProblems(at: string, { action, version, path, query = {}, header = {} }: ApigConfig): string[] {
  const matches = [
    ...(path === undefined ? [] : [['path', path] as const]),
    ...Object.entries(query).map(([key, match]) => [`query.${key}`, match] as const),
    ...Object.entries(header).map(([key, match]) => [`header.${key}`, match] as const),
  ]
  const twice = ['Action', 'Version'].filter((key) => key in query)
  return [
    ...(action === undefined && path === undefined ? [`${at}: needs action (with version), or path`] : []),
    ...(version !== undefined && action === undefined ? [`${at}.version: goes with action`] : []),
    ...(action !== undefined && twice.length > 0
      ? twice.map((key) => `${at}.query.${key}: stands beside action, which says the same; leave one of them out`)
      : []),
    ...(path !== undefined && !isPath(path) ? [`${at}.path: begins with /`] : []),
    ...matches.flatMap(([key, match]) =>
      typeof match === 'object' && match.regex !== undefined && !isRegex(match.regex)
        ? [`${at}.${key}: ${match.regex} is no regular expression`]
        : [],
    ),
  ]
}

function isPath(match: Match): boolean {
  const text = typeof match === 'string' ? match : (match.exact ?? match.prefix)
  return text === undefined || text.startsWith('/')
}

/** What two of a kind have in common and must not: the name, the route, or the name of a function's triggers. */
function duplicateProblems(functions: FunctionSpec[]): string[] {
  const owners = new Map<string, string>()
  return functions.flatMap(({ key, name, upstream, routes, timers, kafkaTriggers }) => {
    const claims: [claim: string, problem: (owner: string) => string][] = [
      [`name ${name}`, (owner) => `is called ${name} like ${owner}`],
      [`upstream ${upstream}`, (owner) => `is the same as ${owner} to the gateway, which takes _ for -`],
      ...routes.map(({ MatchRule }): (typeof claims)[number] => [
        JSON.stringify(normalizedRule(MatchRule)),
        (owner) => `has a route exactly like one of ${owner}`,
      ]),
      ...timers.map(({ Name }): (typeof claims)[number] => [
        `timer ${key} ${Name}`,
        () => `has two timers called ${Name}; give one of them another name`,
      ]),
      ...kafkaTriggers.map(({ Name }): (typeof claims)[number] => [
        `kafka ${key} ${Name}`,
        () => `has two kafka triggers called ${Name}; give one of them another name`,
      ]),
    ]
    return claims.flatMap(([claim, problem]) => {
      const owner = owners.get(claim)
      if (owner === undefined) owners.set(claim, key)
      return owner === undefined ? [] : [`functions.${key}: ${problem(owner)}`]
    })
  })
}

function normalizedRule({ Path, Method = [], Header = [], QueryString = [] }: MatchRule): unknown[] {
  const sorted = (matches: object[]) => matches.map((match) => JSON.stringify(match)).sort()
  return [Path, [...Method].sort(), sorted(Header), sorted(QueryString)]
}

const CRONTAB_FORM = "must have five fields (minute, hour, day, month, weekday), such as '*/5 * * * *'"

/**
 * What is wrong with a crontab, if anything. Of the forms that cron libraries know beyond five fields of numbers, names and
 * `* , - /` (nicknames such as @hourly, L, W, # and ?), none is documented for veFaaS.
 */
function crontabProblems(crontab: string): string[] {
  if (!/^\S+( +\S+){4}$/.test(crontab) || !/^(\b[A-Z]{3}\b|[\d *,/-])+$/i.test(crontab)) return [CRONTAB_FORM]
  try {
    return new Cron(crontab, { mode: '5-part' }).nextRun() ? [] : ['is a time that never comes']
  } catch (error) {
    return [`${CRONTAB_FORM}: ${(error as Error).message.replace('CronPattern: ', '')}`]
  }
}

function isRegex(source: string): boolean {
  try {
    return Boolean(new RegExp(source))
  } catch {
    return false
  }
}
