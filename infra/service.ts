import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Cron } from 'croner'
import * as v from 'valibot'
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml'

/** What serverless.yml says: the functions of the service, their settings, and the routes and timers that call them. */
export type Service = {
  name: string
  region: string
  functions: ServiceFunction[]
}

export type ServiceFunction = {
  name: string
  /** The folder below functions/, and below dist/. */
  folder: string
  runtime: 'node20/v1'
  memoryMb: number
  timeoutSeconds: number
  initializerSeconds: number
  maxConcurrency: number
  environment: Record<string, string>
  routes: ServiceRoute[]
  timers: ServiceTimer[]
}

/** One route of the API gateway, in the gateway's own words. */
export type ServiceRoute = {
  matchRule: MatchRule
  timeoutSeconds: number
}

export type MatchRule = {
  path: StringMatch
  /** Left out: any method. */
  method?: string[]
  header: KeyMatch[]
  queryString: KeyMatch[]
}

export type StringMatch = { matchType: 'Exact' | 'Prefix' | 'Regex'; matchContent: string }
export type KeyMatch = { key: string; value: StringMatch }

/** One timer of a function, in the words of veFaaS. */
export type ServiceTimer = {
  /** No other timer of the function has it. */
  name: string
  /** Five fields: minute, hour, day, month, weekday. */
  crontab: string
  /** What the function gets as `data` of the event; empty when there is nothing to say. */
  payload: string
  enabled: boolean
  /** Whether a call may begin while the one before is running. */
  enableConcurrency: boolean
  /** How often a call that failed is tried again. */
  retries: number
  description: string
}

/** serverless.yml cannot be used. The message has all problems, one a line, each with file, line and key. */
export class ServiceError extends Error {
  override name = 'ServiceError'
}

/** Reads and checks a serverless.yml. Throws ServiceError. */
export function readService(file: string): Service {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ServiceError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
  return parseService(text, basename(file))
}

/** The same for a text at hand; `file` is the name used in messages. Throws ServiceError. */
export function parseService(text: string, file = 'serverless.yml'): Service {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`
  if (document.errors.length > 0) {
    throw new ServiceError(document.errors.map((error) => `${at(error.pos[0])}: ${error.message}`).join('\n'))
  }

  const checked = v.safeParse(File, document.toJS())
  if (!checked.success) {
    const problems = checked.issues.map((issue) => {
      const path = issue.path?.map((item) => item.key as string | number) ?? []
      return `${at(offsetOf(document, path))}: ${path.join('.') || 'the file'}: ${issue.message}`
    })
    throw new ServiceError(problems.join('\n'))
  }

  const service = describe(checked.output)
  const clashes = clashesOf(service).map(
    ({ name, problem }) => `${at(offsetOf(document, ['functions', name]))}: functions.${name}: ${problem}`,
  )
  if (clashes.length > 0) throw new ServiceError(clashes.join('\n'))
  return service
}

const whole = (from: number, to: number, step = 1) => {
  const rule = `must be a whole number from ${from} to ${to}${step > 1 ? ` in steps of ${step}` : ''}`
  return v.pipe(
    v.number(rule),
    v.check((value) => value >= from && value <= to && value % step === 0, rule),
  )
}

const FIELDS = "of five fields (minute, hour, day, month, weekday), such as '*/5 * * * *'"

const text = (pattern: RegExp, rule: string) => v.pipe(v.string(rule), v.regex(pattern, rule))

/** An object that refuses keys it does not know, every one of them by name. */
function closed<Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries)
  return v.pipe(
    v.custom<Record<string, unknown>>(isPlainObject, `must be a map with the keys ${known.join(', ')}`),
    v.looseObject(entries, 'is missing'),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!isPlainObject(dataset.value)) return
      for (const [key, value] of Object.entries(dataset.value)) {
        if (known.includes(key)) continue
        addIssue({
          message: `unknown key; known here: ${known.join(', ')}`,
          path: [{ type: 'object', origin: 'key', input: dataset.value, key, value }],
        })
      }
    }),
  )
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const Settings = {
  memorySize: v.optional(whole(512, 4096, 512)),
  timeout: v.optional(whole(1, 900)),
  initializerTimeout: v.optional(whole(1, 900)),
  maxConcurrency: v.optional(whole(1, 1000)),
  environment: v.optional(
    v.record(
      text(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'a variable name is 1-63 letters, digits and _, not starting with a digit'),
      v.string('must be a string; put it into quotes'),
      'must be a map of strings',
    ),
  ),
}

const regex = v.pipe(v.string('must be a string'), v.check(isRegex, 'is not a regular expression'))

const Match = v.pipe(
  v.union(
    [
      v.pipe(v.string(), v.nonEmpty()),
      v.strictObject({ exact: v.string() }),
      v.strictObject({ prefix: v.string() }),
      v.strictObject({ regex }),
    ],
    'must be a text, or one of { exact: <text> }, { prefix: <text> }, { regex: <regular expression> }',
  ),
  v.transform((match): StringMatch => {
    if (typeof match === 'string') return { matchType: 'Exact', matchContent: match }
    if ('exact' in match) return { matchType: 'Exact', matchContent: match.exact }
    if ('prefix' in match) return { matchType: 'Prefix', matchContent: match.prefix }
    return { matchType: 'Regex', matchContent: match.regex }
  }),
)

const Method = v.picklist(
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  'must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS',
)

const Apig = v.pipe(
  closed({
    action: v.optional(text(/^[A-Za-z][A-Za-z0-9]*$/, 'must be a name of letters and digits')),
    version: v.optional(text(/^\d{4}-\d{2}-\d{2}$/, "must be a date in quotes, such as '2020-04-01'")),
    path: v.optional(Match),
    method: v.optional(
      v.union(
        [
          v.pipe(
            Method,
            v.transform((one) => [one]),
          ),
          v.pipe(v.array(Method), v.nonEmpty()),
        ],
        'must be a method or a list of methods: GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS',
      ),
    ),
    query: v.optional(v.record(v.string(), Match, 'must be a map of query keys')),
    header: v.optional(v.record(v.string(), Match, 'must be a map of header names')),
    timeout: v.optional(whole(1, 900)),
  }),
  v.check(
    ({ action, version }) => (action === undefined) === (version === undefined),
    'action and version go together: give both or neither',
  ),
  v.check(({ action, path }) => action !== undefined || path !== undefined, 'needs action and version, or path'),
  v.check(
    ({ action, path, method, query, header }) =>
      action === undefined || (path ?? method ?? query ?? header) === undefined,
    'the short form (action, version) takes no path, method, query or header: write query: { Action: ..., Version: ... }',
  ),
)

const Crontab = v.pipe(
  v.string(`must be a text ${FIELDS}`),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed && crontabProblem(dataset.value)
    if (problem) addIssue({ message: problem })
  }),
)

const payloadRule = 'must be a text, or a map that becomes JSON, of at most 1000 characters'

const Timer = closed({
  crontab: Crontab,
  name: v.optional(text(/^[A-Za-z][A-Za-z0-9-]{3,63}$/, 'must be 4-64 letters, digits and -, starting with a letter')),
  payload: v.optional(
    v.pipe(
      v.union([v.string(), v.custom<Record<string, unknown>>(isPlainObject)], payloadRule),
      v.transform((payload) => (typeof payload === 'string' ? payload : JSON.stringify(payload))),
      v.check((payload) => [...payload].length <= 1000, payloadRule), // Unicode characters, not UTF-16 units
    ),
    '',
  ),
  enabled: v.optional(v.boolean('must be true or false'), true),
  enableConcurrency: v.optional(v.boolean('must be true or false'), false),
  retries: v.optional(whole(0, 10), 0), // veFaaS shows 0 and 5 in its examples and names no limit
  description: v.optional(v.string('must be a text'), ''),
})

const EventItem = v.pipe(
  closed({ apig: v.optional(Apig), timer: v.optional(Timer) }),
  v.check((event) => Object.keys(event).length === 1, 'must be one event, apig: { ... } or timer: { ... }'),
)

const Handler = v.pipe(
  text(/^functions\/[a-z0-9-]+\/index\.handler$/, 'must be functions/<folder>/index.handler'),
  v.transform((handler) => handler.split('/')[1] as string),
)

const File = closed({
  service: text(/^[a-z][a-z0-9-]{1,30}$/, 'must be 2-31 lower-case letters, digits and -, starting with a letter'),
  provider: closed({
    name: v.literal('vefaas', 'must be vefaas'),
    runtime: v.literal('node20/v1', 'must be node20/v1'),
    region: text(/^[a-z]+(-[a-z0-9]+)+$/, 'must be a region such as cn-beijing'),
    ...Settings,
  }),
  functions: v.record(
    text(/^[a-z][a-z0-9-]{3,62}$/, 'a function name is 4-63 lower-case letters, digits and -, starting with a letter'),
    closed({
      handler: Handler,
      events: v.optional(v.array(EventItem, 'must be a list, each item such as apig: { ... } or timer: { ... }')),
      ...Settings,
    }),
    'must be a map of functions',
  ),
})

function describe({ service, provider, functions }: v.InferOutput<typeof File>): Service {
  return {
    name: service,
    region: provider.region,
    functions: Object.entries(functions).map(([name, own]) => {
      const timeoutSeconds = own.timeout ?? provider.timeout ?? 30
      const events = own.events ?? []
      return {
        name,
        folder: own.handler,
        runtime: provider.runtime,
        memoryMb: own.memorySize ?? provider.memorySize ?? 1024,
        timeoutSeconds,
        initializerSeconds: own.initializerTimeout ?? provider.initializerTimeout ?? 30,
        maxConcurrency: own.maxConcurrency ?? provider.maxConcurrency ?? 100,
        environment: { ...provider.environment, ...own.environment },
        routes: events.flatMap(({ apig }) =>
          apig ? { matchRule: matchRuleOf(apig), timeoutSeconds: apig.timeout ?? timeoutSeconds + 5 } : [],
        ),
        timers: events.flatMap(({ timer }) => (timer ? { ...timer, name: timer.name ?? name } : [])),
      }
    }),
  }
}

function matchRuleOf({ action, version, path, method, query, header }: v.InferOutput<typeof Apig>): MatchRule {
  const exact = (matchContent: string): StringMatch => ({ matchType: 'Exact', matchContent })
  const keys = (matches: Record<string, StringMatch> = {}) =>
    Object.entries(matches).map(([key, value]) => ({ key, value }))
  if (action !== undefined && version !== undefined) {
    return { path: exact('/'), header: [], queryString: keys({ Action: exact(action), Version: exact(version) }) }
  }
  return {
    path: path ?? exact('/'),
    ...(method && { method }),
    header: keys(header),
    queryString: keys(query),
  }
}

/** What two of a kind have in common and must not: the folder, the route, or the name of a function's timers. */
function clashesOf({ functions }: Service): { name: string; problem: string }[] {
  const owners = new Map<string, string>()
  const problems: { name: string; problem: string }[] = []
  for (const { name, folder, routes, timers } of functions) {
    const claims = [
      { claim: `folder ${folder}`, problem: 'the same folder as' },
      ...routes.map(({ matchRule }) => ({ claim: JSON.stringify(matchRule), problem: 'a route exactly like one of' })),
      ...timers.map((timer) => ({
        claim: `timer ${name} ${timer.name}`,
        problem: `a timer called ${timer.name} like another one of`,
      })),
    ]
    for (const { claim, problem } of claims) {
      const owner = owners.get(claim)
      if (owner === undefined) owners.set(claim, name)
      else problems.push({ name, problem: `${problem} ${owner}` })
    }
  }
  return problems
}

/** Where a key stands in the file; of a key that is not there, where its parent stands. */
function offsetOf(document: Document.Parsed, path: (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && isNode(item.key) && item.key.toJSON() === key)
      if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0]
    }
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/**
 * What is wrong with a crontab, if anything. Of the forms that cron libraries know beyond five fields of numbers, names and
 * `* , - /` (nicknames such as @hourly, L, W, # and ?), none is documented for veFaaS.
 */
function crontabProblem(crontab: string): string | undefined {
  if (!/^\S+( +\S+){4}$/.test(crontab) || !/^(\b[A-Z]{3}\b|[\d *,/-])+$/i.test(crontab)) return `must be ${FIELDS}`
  try {
    const next = new Cron(crontab, { mode: '5-part' }).nextRun()
    return next ? undefined : 'is a time that never comes'
  } catch (error) {
    return `must be ${FIELDS}: ${(error as Error).message.replace('CronPattern: ', '')}`
  }
}

function isRegex(source: string): boolean {
  try {
    return Boolean(new RegExp(source))
  } catch {
    return false
  }
}
