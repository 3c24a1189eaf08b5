import { Cron } from 'croner'
import type { ServiceConfig } from './config.ts'
import { type FunctionSpec, type Service, serviceOf } from './service.ts'

/**
 * What is wrong with a configuration that the schema lets pass: one sentence a problem, each beginning with where it
 * stands in serverless.yml. Empty when all is well.
 */
export function problemsOf(config: ServiceConfig): string[] {
  const service = serviceOf(config)
  return [
    ...gatewayProblems(config, service),
    ...service.functions.flatMap((one) => functionProblems(one)),
    ...clashes(service.functions),
    ...Object.entries(config.functions).flatMap(([key, { events = [] }]) =>
      events.flatMap((event, at) =>
        'apig' in event
          ? apigProblems(event.apig).map((problem) => `functions.${key}.events.${at}.apig: ${problem}`)
          : [],
      ),
    ),
  ]
}

function gatewayProblems(
  { provider: { gateway = {} }, stage }: ServiceConfig,
  { gateway: spec, mark }: Service,
): string[] {
  const { network, vpc, keyAuth, cors, id, name } = gateway
  const keys = Object.values(keyAuth?.consumers ?? {}).map(({ key }) => key)
  return [
    ...(id && name ? ['provider.gateway: give id or name, not both'] : []),
    ...(network !== undefined && network !== 'public' && !vpc && !id
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
    // The longest name that is made of it: a gateway's has 63 characters at most.
    ...(mark.prefix.length > 63 ? [`service: with the stage ${stage} it is longer than 63 characters`] : []),
  ]
}

function functionProblems({ key, name, instances, timers, kafkaTriggers }: FunctionSpec): string[] {
  const at = `functions.${key}`
  return [
    ...(/^[A-Za-z0-9_-]{4,64}$/.test(name)
      ? []
      : [`${at}: its name ${name} must have 4 to 64 letters, digits, - and _`]),
    ...(/^[A-Za-z0-9-]{2,63}$/.test(name)
      ? []
      : [`${at}: its name ${name} must be 2 to 63 letters, digits and - for the gateway`]),
    ...(instances.MinInstance > instances.MaxInstance
      ? [`${at}.minInstances: is more than maxInstances (${instances.MaxInstance})`]
      : []),
    ...timers.flatMap(({ Name, Crontab, Payload }) => [
      ...(crontabProblem(Crontab) ? [`${at}: timer ${Name}: crontab ${crontabProblem(Crontab)}`] : []),
      ...(/^[A-Za-z][A-Za-z0-9-]{3,63}$/.test(Name)
        ? []
        : [`${at}: timer ${Name}: give it a name of 4 to 64 letters, digits and -`]),
      // Unicode characters, not UTF-16 units.
      ...([...Payload].length > 1000 ? [`${at}: timer ${Name}: the payload has more than 1000 characters`] : []),
    ]),
    ...kafkaTriggers.flatMap(({ Name }) =>
      /^[A-Za-z][A-Za-z0-9_]{3,62}$/.test(Name)
        ? []
        : [`${at}: kafka ${Name}: give it a name of 4 to 63 letters, digits and _`],
    ),
  ]
}

function apigProblems(event: {
  action?: string
  version?: string
  path?: unknown
  header?: object
  query?: object
}): string[] {
  const { action, version, path, query = {} } = event
  const regexes = [path, ...Object.values(query), ...Object.values(event.header ?? {})].flatMap((match) => {
    const { regex } = (match ?? {}) as { regex?: string }
    return typeof match === 'object' && regex !== undefined && !isRegex(regex)
      ? [`${regex} is no regular expression`]
      : []
  })
  return [
    ...(version !== undefined && action === undefined ? ['version goes with action'] : []),
    ...(action !== undefined && ('Action' in query || 'Version' in query) ? ['action says what query.Action is'] : []),
    ...regexes,
  ]
}

/** What two of a kind have in common and must not: the name, the route, or the name of a function's triggers. */
function clashes(functions: FunctionSpec[]): string[] {
  const owners = new Map<string, string>()
  return functions.flatMap(({ key, name, routes, timers, kafkaTriggers }) => {
    const claims = [
      { claim: `name ${name}`, problem: `is called ${name} like` },
      ...routes.map(({ MatchRule }) => ({
        claim: JSON.stringify(MatchRule),
        problem: 'has a route exactly like one of',
      })),
      ...timers.map(({ Name }) => ({
        claim: `${key} timer ${Name}`,
        problem: `has two timers called ${Name}, give one another name:`,
      })),
      ...kafkaTriggers.map(({ Name }) => ({
        claim: `${key} kafka ${Name}`,
        problem: `has two kafka triggers called ${Name}:`,
      })),
    ]
    return claims.flatMap(({ claim, problem }) => {
      const owner = owners.get(claim)
      if (owner === undefined) owners.set(claim, key)
      return owner === undefined ? [] : [`functions.${key}: ${problem} ${owner}`]
    })
  })
}

const FIELDS = "must have five fields (minute, hour, day, month, weekday), such as '*/5 * * * *'"

/**
 * What is wrong with a crontab, if anything. Of the forms that cron libraries know beyond five fields of numbers, names and
 * `* , - /` (nicknames such as @hourly, L, W, # and ?), none is documented for veFaaS.
 */
function crontabProblem(crontab: string): string | undefined {
  if (!/^\S+( +\S+){4}$/.test(crontab) || !/^(\b[A-Z]{3}\b|[\d *,/-])+$/i.test(crontab)) return FIELDS
  try {
    return new Cron(crontab, { mode: '5-part' }).nextRun() ? undefined : 'is a time that never comes'
  } catch (error) {
    return `${FIELDS}: ${(error as Error).message.replace('CronPattern: ', '')}`
  }
}

function isRegex(source: string): boolean {
  try {
    return Boolean(new RegExp(source))
  } catch {
    return false
  }
}
