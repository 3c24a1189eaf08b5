import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { type ServiceConfig, withoutEmpty } from './config.ts'
import { problemsOf } from './rules.ts'
import { eventSchemas, functionSchema, providerSchema } from './schema.ts'
import { serviceOf } from './service.ts'

// The part of osls that checks serverless.yml and words the problems.
const ConfigSchemaHandler = createRequire(import.meta.url)('serverless/lib/classes/config-schema-handler')

const cache = mkdtempSync(join(tmpdir(), 'schema-test-'))
process.env.SLS_SCHEMA_CACHE_BASE_DIR = cache
afterAll(() => rmSync(cache, { recursive: true, force: true }))

type Map = Record<string, unknown>

const fileWith = (one: Map, provider: Map = {}): Map => ({
  service: 'shop',
  provider: { name: 'vefaas', runtime: 'node20/v1', region: 'cn-beijing', ...provider },
  functions: { one: { handler: 'index.handler', ...one } },
})
const withEvent = (event: unknown) => fileWith({ events: [event] })
const withGateway = (gateway: Map) => fileWith({}, { gateway })

/** Returns the problems that osls reports for a file. Like osls, converts between numbers and texts if that is lossless. */
async function problemsIn(file: Map): Promise<string[]> {
  const { provider } = file
  const osls = { service: { provider, configValidationMode: 'error' }, configurationInput: file }
  const handler = new ConfigSchemaHandler(osls)
  let problems: string[] = []
  handler.handleErrorMessages = (messages: string[]) => {
    problems = messages
  }
  handler.defineProvider('vefaas', structuredClone({ provider: providerSchema, function: functionSchema }))
  for (const [name, schema] of Object.entries(eventSchemas)) {
    handler.defineFunctionEvent('vefaas', name, structuredClone(schema))
  }
  await handler.validateConfig(file)
  return problems
}

const vpc = { id: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] }
const timer = { crontab: '* * * * *' }
const kafka = { instanceId: 'kafka-1', topic: 'orders', username: 'me', password: 'secret' }
const key = 'k'.repeat(16)

describe('accepts', () => {
  test.each<[string, Map]>([
    ['a function with only its handler', fileWith({})],
    [
      'every setting of a function',
      fileWith({
        description: 'Sells.',
        memorySize: 4096,
        timeout: 900,
        initializerTimeout: 1,
        exclusive: false,
        maxConcurrency: 1000,
        minInstances: 0,
        maxInstances: 1,
        environment: { _A1: '' },
        role: 'trn:iam::2100000000:role/shop',
        vpc: { ...vpc, internetAccess: false },
        log: { project: 'p-1', topic: 't-1' },
        project: 'default',
        tags: { team: 'blue' },
        package: { artifact: 'one.zip' },
        events: [{ apig: { path: '/' } }, { timer }, { kafka }],
      }),
    ],
    [
      'every setting of the provider',
      fileWith(
        {},
        {
          stage: 'prod',
          endpoint: 'https://open.volcengineapi.com',
          memorySize: 512,
          gateway: {
            name: 'shop-gateway',
            network: 'both',
            vpc: { id: 'vpc-1', subnetIds: ['subnet-1'] },
            cors: {
              origins: ['https://shop.example.com', '*'],
              methods: ['GET'],
              headers: ['X-A'],
              exposeHeaders: ['X-B'],
              credentials: false,
              maxAge: 0,
            },
            keyAuth: { header: 'X-API-Key', consumers: { web: { key } } },
          },
          stages: { local: { endpoint: 'http://127.0.0.1:18103', region: 'cn-shanghai', memorySize: 512 } },
        },
      ),
    ],
    ['the short form of a route', withEvent({ apig: { action: 'Sell', version: '2020-04-01' } })],
    [
      'the long form of a route',
      withEvent({
        apig: {
          path: { regex: '/v[0-9]+' },
          method: ['GET', 'PATCH'],
          query: { 'a b': { prefix: 'x' }, c: { exact: 'y' } },
          header: { 'X-A': 'z' },
          timeout: 60,
          example: { method: 'PATCH', query: { 'a b': 'xy', n: 1 }, header: { 'X-A': '$Z' }, body: { d: [1] } },
        },
      }),
    ],
    [
      'a timer with all settings',
      withEvent({
        timer: {
          ...timer,
          name: 'tidy',
          payload: { DryRun: true },
          enabled: false,
          enableConcurrency: true,
          retries: 10,
          description: '',
        },
      }),
    ],
    [
      'a kafka trigger with all settings',
      withEvent({
        kafka: {
          ...kafka,
          name: 'orders',
          mechanism: 'PLAIN',
          startingPosition: 'Earliest',
          batchSize: 1000,
          batchMilliseconds: 60_000,
          retries: 100,
          enabled: false,
          description: '',
        },
      }),
    ],
  ])('%s', async (_what, file) => {
    expect(await problemsIn(file)).toEqual([])
  })
})

test('converts between numbers and texts', async () => {
  const file = fileWith({ timeout: '30', environment: { RETRIES: 3 } })
  expect(await problemsIn(file)).toEqual([])
  expect(file.functions).toEqual({
    one: { handler: 'index.handler', timeout: 30, environment: { RETRIES: '3' } },
  })
})

/** The message begins with the place. */
const atFunction = (where: string, problem: string) => `at 'functions.one${where}': ${problem}`
const atProvider = (where: string, problem: string) => `at 'provider${where}': ${problem}`
const atEvent = (where: string, problem: string) => atFunction(`.events.0${where}`, problem)

const boolean = 'must be boolean'
const integer = 'must be integer'
const object = 'must be object'
const string = 'must be string'
const pattern = (text: string) => `must match pattern "${text}"`
const needs = (name: string) => `must have required property '${name}'`
const unknown = "unrecognized property 'colour'"
const atLeast = (min: number) => `must be >= ${min}`
const atMost = (max: number) => `must be <= ${max}`
const one = (...values: string[]) => `must be equal to one of the allowed values [${values.join(', ')}]`
const notEmpty = 'must NOT have fewer than 1 characters'
const noItems = 'must NOT have fewer than 1 items'
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
const id = '^[A-Za-z0-9_-]{1,64}$'

/** Settings of functions and of the provider: the key, an invalid value, and the problem. */
const settings: [key: string, value: unknown, where: string, problem: string][] = [
  ['memorySize', 'much', '', integer],
  ['memorySize', 600, '', 'must be multiple of 512'],
  ['memorySize', 0, '', atLeast(512)],
  ['memorySize', 4608, '', atMost(4096)],
  ['timeout', 'soon', '', integer],
  ['timeout', 1.5, '', integer],
  ['timeout', 0, '', atLeast(1)],
  ['timeout', 901, '', atMost(900)],
  ['initializerTimeout', [], '', integer],
  ['initializerTimeout', 0, '', atLeast(1)],
  ['initializerTimeout', 901, '', atMost(900)],
  ['exclusive', 'yes', '', boolean],
  ['maxConcurrency', {}, '', integer],
  ['maxConcurrency', 0, '', atLeast(1)],
  ['maxConcurrency', 1001, '', atMost(1000)],
  ['minInstances', 'one', '', integer],
  ['minInstances', -1, '', atLeast(0)],
  ['minInstances', 10_001, '', atMost(10_000)],
  ['maxInstances', 'ten', '', integer],
  ['maxInstances', 0, '', atLeast(1)],
  ['maxInstances', 10_001, '', atMost(10_000)],
  ['environment', 'A=1', '', object],
  ['environment', ['A', 'B'], '', object],
  ['environment', { A: {} }, '.A', string],
  ['environment', { '1A': '' }, '', "unrecognized property '1A'"],
  ['environment', { ['A'.repeat(64)]: '' }, '', `unrecognized property '${'A'.repeat(64)}'`],
  ['role', 'shop', '', pattern('^trn:iam::[^:]+:role/.+$')],
  ['vpc', 'vpc-1', '', object],
  ['vpc', { ...vpc, colour: 'red' }, '', unknown],
  ['vpc', { ...vpc, id: undefined }, '', needs('id')],
  ['vpc', { ...vpc, subnetIds: undefined }, '', needs('subnetIds')],
  ['vpc', { ...vpc, securityGroupIds: undefined }, '', needs('securityGroupIds')],
  ['vpc', { ...vpc, id: 'vpc 1' }, '.id', pattern(id)],
  ['vpc', { ...vpc, subnetIds: [] }, '.subnetIds', noItems],
  ['vpc', { ...vpc, subnetIds: 'a,b' }, '.subnetIds.0', pattern(id)],
  ['vpc', { ...vpc, securityGroupIds: ['sg 1'] }, '.securityGroupIds.0', pattern(id)],
  ['vpc', { ...vpc, internetAccess: 'no' }, '.internetAccess', boolean],
  ['log', 'topic-1', '', object],
  ['log', { project: 'p' }, '', needs('topic')],
  ['log', { topic: 't' }, '', needs('project')],
  ['log', { project: 'p', topic: '' }, '.topic', pattern(id)],
  ['log', { project: 'p', topic: 't', colour: 1 }, '', unknown],
  ['project', '', '', notEmpty],
  ['project', {}, '', string],
  ['tags', 'blue', '', object],
  ['tags', { team: '' }, '.team', notEmpty],
  ['tags', { team: {} }, '.team', string],
  ['tags', { team: 'x'.repeat(257) }, '.team', 'must NOT have more than 256 characters'],
  ['tags', { ['x'.repeat(129)]: 'y' }, '', `unrecognized property '${'x'.repeat(129)}'`],
]

test.each(settings)('reports %s: %j of a function, the provider and a stage', async (key, value, where, problem) => {
  expect(await problemsIn(fileWith({ [key]: value }))).toEqual([atFunction(`.${key}${where}`, problem)])
  expect(await problemsIn(fileWith({}, { [key]: value }))).toEqual([atProvider(`.${key}${where}`, problem)])
  const stages = { prod: { [key]: value } }
  expect(await problemsIn(fileWith({}, { stages }))).toEqual([atProvider(`.stages.prod.${key}${where}`, problem)])
})

describe('reports, for a function,', () => {
  test.each<[string, Map, string]>([
    ['an unknown key', fileWith({ colour: 'red' }), atFunction('', unknown)],
    ['a key of the provider', fileWith({ runtime: 'node20/v1' }), atFunction('', "unrecognized property 'runtime'")],
    ['no handler', fileWith({ handler: undefined }), atFunction('', needs('handler'))],
    [
      'a handler without an export',
      fileWith({ handler: 'index' }),
      atFunction('.handler', pattern('^[\\w./-]+\\.\\w+$')),
    ],
    [
      'a description that is too long',
      fileWith({ description: 'x'.repeat(1001) }),
      atFunction('.description', 'must NOT have more than 1000 characters'),
    ],
    ['a description that is a map', fileWith({ description: {} }), atFunction('.description', string)],
    ['a package that is a text', fileWith({ package: 'one.zip' }), atFunction('.package', object)],
    ['an unknown key of package', fileWith({ package: { colour: '' } }), atFunction('.package', unknown)],
    ['an empty artifact', fileWith({ package: { artifact: '' } }), atFunction('.package.artifact', notEmpty)],
    ['a name with a space', fileWith({ name: 'a b' }), atFunction('.name', pattern('^[a-zA-Z0-9-_]+$'))],
    ['events that are a map', fileWith({ events: { timer } }), atFunction('.events', 'must be array')],
  ])('%s', async (_what, file, problem) => {
    expect(await problemsIn(file)).toEqual([problem])
  })
})

describe('reports, for the provider,', () => {
  test.each<[string, Map, string]>([
    ['an unknown key', fileWith({}, { colour: 'red' }), atProvider('', unknown)],
    ['no runtime', fileWith({}, { runtime: undefined }), atProvider('', needs('runtime'))],
    [
      'an invalid runtime',
      fileWith({}, { runtime: 'nodejs20.x' }),
      atProvider('.runtime', pattern('^[a-z][a-z0-9.-]*/v\\d+$')),
    ],
    ['no region', fileWith({}, { region: undefined }), atProvider('', needs('region'))],
    ['an invalid region', fileWith({}, { region: 'Beijing' }), atProvider('.region', pattern('^[a-z]+(-[a-z0-9]+)+$'))],
    [
      'a stage with a space',
      fileWith({}, { stage: 'my stage' }),
      atProvider('.stage', pattern('^[a-z][a-z0-9-]{0,15}$')),
    ],
    [
      'an endpoint without https://',
      fileWith({}, { endpoint: 'open.volcengineapi.com' }),
      atProvider('.endpoint', pattern('^https?://[^/?#\\s]+$')),
    ],
    [
      'an endpoint with a path',
      fileWith({}, { endpoint: 'https://open.volcengineapi.com/' }),
      atProvider('.endpoint', pattern('^https?://[^/?#\\s]+$')),
    ],
    ['stages that are a list', fileWith({}, { stages: ['a', 'b'] }), atProvider('.stages', object)],
    ['a stage that is a text', fileWith({}, { stages: { prod: 'x' } }), atProvider('.stages.prod', object)],
    [
      'an unknown key of a stage',
      fileWith({}, { stages: { prod: { colour: 1 } } }),
      atProvider('.stages.prod', unknown),
    ],
    [
      'an unknown key in a map of a stage',
      fileWith({}, { stages: { prod: { gateway: { colour: 1 } } } }),
      atProvider('.stages.prod.gateway', unknown),
    ],
    [
      'a stage with a stage',
      fileWith({}, { stages: { prod: { stage: 'dev' } } }),
      atProvider('.stages.prod', "unrecognized property 'stage'"),
    ],
    [
      'a stage with an invalid name',
      fileWith({}, { stages: { 'my stage': {} } }),
      atProvider('.stages', "unrecognized property 'my stage'"),
    ],
  ])('%s', async (_what, file, problem) => {
    expect(await problemsIn(file)).toEqual([problem])
  })
})

describe('reports, for the gateway,', () => {
  const name = pattern('^[A-Za-z0-9][A-Za-z0-9-]{1,62}$')
  const token = pattern("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
  const origin = pattern('^(\\*|https?://[^/?#\\s]+$)'.replace('$)', ')$'))
  const withCors = (cors: Map) => withGateway({ cors: { origins: ['*'], ...cors } })
  const withKeyAuth = (keyAuth: unknown) => withGateway({ keyAuth })
  test.each<[string, Map, string, string]>([
    ['a text', fileWith({}, { gateway: 'shop' }), '', object],
    ['an unknown key', withGateway({ colour: 'red' }), '', unknown],
    ['an empty id', withGateway({ id: '' }), '.id', notEmpty],
    ['a name with an underscore', withGateway({ name: 'my_gateway' }), '.name', name],
    ['a name that is too long', withGateway({ name: 'x'.repeat(64) }), '.name', name],
    [
      'a service with a space',
      withGateway({ service: 'a b' }),
      '.service',
      pattern('^[A-Za-z0-9][A-Za-z0-9-]{1,127}$'),
    ],
    ['an unknown network', withGateway({ network: 'open' }), '.network', one('public', 'private', 'both')],
    ['a VPC without subnets', withGateway({ vpc: { id: 'vpc-1' } }), '.vpc', needs('subnetIds')],
    ['a VPC with no subnet', withGateway({ vpc: { id: 'vpc-1', subnetIds: [] } }), '.vpc.subnetIds', noItems],
    ['a VPC of functions', withGateway({ vpc }), '.vpc', "unrecognized property 'securityGroupIds'"],
    ['CORS that is a switch', withGateway({ cors: true }), '.cors', object],
    ['CORS without origins', withGateway({ cors: {} }), '.cors', needs('origins')],
    ['CORS with no origin', withGateway({ cors: { origins: [] } }), '.cors.origins', noItems],
    ['an origin with a slash', withCors({ origins: ['https://a.com/'] }), '.cors.origins.0', origin],
    ['an origin without https://', withCors({ origins: ['a.com'] }), '.cors.origins.0', origin],
    ['an unknown method of CORS', withCors({ methods: ['FETCH'] }), '.cors.methods.0', one(...methods)],
    ['a header of CORS with a colon', withCors({ headers: ['A:'] }), '.cors.headers.0', token],
    ['an exposed header with a space', withCors({ exposeHeaders: ['A B'] }), '.cors.exposeHeaders.0', token],
    ['credentials that are a text', withCors({ credentials: 'all' }), '.cors.credentials', boolean],
    ['an age below 0', withCors({ maxAge: -1 }), '.cors.maxAge', atLeast(0)],
    ['an age above a day', withCors({ maxAge: 86_401 }), '.cors.maxAge', atMost(86_400)],
    ['an unknown key of CORS', withCors({ colour: 1 }), '.cors', unknown],
    ['key-auth that is a switch', withKeyAuth(true), '.keyAuth', object],
    ['key-auth without consumers', withKeyAuth({}), '.keyAuth', needs('consumers')],
    [
      'key-auth with no consumer',
      withKeyAuth({ consumers: {} }),
      '.keyAuth.consumers',
      'must NOT have fewer than 1 properties',
    ],
    ['a consumer that is a text', withKeyAuth({ consumers: { web: key } }), '.keyAuth.consumers.web', object],
    ['a consumer without a key', withKeyAuth({ consumers: { web: {} } }), '.keyAuth.consumers.web', needs('key')],
    [
      'a key that can be guessed',
      withKeyAuth({ consumers: { web: { key: 'k'.repeat(15) } } }),
      '.keyAuth.consumers.web.key',
      pattern('^[!-~]{16,256}$'),
    ],
    [
      'a key with a space',
      withKeyAuth({ consumers: { web: { key: `${key} ${key}` } } }),
      '.keyAuth.consumers.web.key',
      pattern('^[!-~]{16,256}$'),
    ],
    [
      'an unknown key of a consumer',
      withKeyAuth({ consumers: { web: { key, colour: 1 } } }),
      '.keyAuth.consumers.web',
      unknown,
    ],
    [
      'a consumer with an invalid name',
      withKeyAuth({ consumers: { 'the web': { key } } }),
      '.keyAuth.consumers',
      "unrecognized property 'the web'",
    ],
    [
      'a header of keys with a colon',
      withKeyAuth({ header: 'A:', consumers: { web: { key } } }),
      '.keyAuth.header',
      token,
    ],
    ['an unknown key of key-auth', withKeyAuth({ consumers: { web: { key } }, colour: 1 }), '.keyAuth', unknown],
  ])('%s', async (_what, file, where, problem) => {
    expect(await problemsIn(file)).toEqual([atProvider(`.gateway${where}`, problem)])
  })
})

describe('reports, for an event,', () => {
  const apig = (settings: Map) => ({ apig: { path: '/', ...settings } })
  const withTimer = (settings: Map) => ({ timer: { ...timer, ...settings } })
  const withKafka = (settings: Map) => ({ kafka: { ...kafka, ...settings } })
  test.each<[string, unknown, string, string]>([
    ['an unknown kind', { http: { path: '/' } }, '', 'unsupported function event'],
    ['no kind', {}, '', 'unsupported function event'],
    ['a text', 'apig', '', object],
    ['two kinds at once', { ...apig({}), timer }, '', "unrecognized property 'timer'"],

    ['a route that is a text', { apig: 'GET /' }, '.apig', object],
    ['an unknown key of a route', apig({ colour: 1 }), '.apig', unknown],
    ['an action with a hyphen', apig({ action: 'do-this' }), '.apig.action', pattern('^[A-Za-z][A-Za-z0-9]*$')],
    ['a version that is not a date', apig({ version: 20200401 }), '.apig.version', pattern('^\\d{4}-\\d{2}-\\d{2}$')],
    ['a version that YAML takes for a date', apig({ version: new Date(0) }), '.apig.version', string],
    ['an empty path', apig({ path: '' }), '.apig.path', notEmpty],
    ['an unknown kind of match', apig({ path: { like: '/' } }), '.apig.path', "unrecognized property 'like'"],
    [
      'two matches in one',
      apig({ path: { exact: '/', prefix: '/' } }),
      '.apig.path',
      'must NOT have more than 1 properties',
    ],
    ['an empty match', apig({ path: {} }), '.apig.path', 'must NOT have fewer than 1 properties'],
    ['an unknown method', apig({ method: 'FETCH' }), '.apig.method.0', one(...methods)],
    ['an unknown one of methods', apig({ method: ['GET', 'FETCH'] }), '.apig.method.1', one(...methods)],
    ['no method', apig({ method: [] }), '.apig.method', 'unsupported array format'],
    ['a query that is a text', apig({ query: 'A=1' }), '.apig.query', object],
    ['a query with a list', apig({ query: { A: ['1', '2'] } }), '.apig.query.A', 'unsupported configuration format'],
    ['an empty value of a query', apig({ query: { A: '' } }), '.apig.query.A', notEmpty],
    ['a header that is a text', apig({ header: 'A: 1' }), '.apig.header', object],
    ['a header with a colon', apig({ header: { 'A:': '1' } }), '.apig.header', "unrecognized property 'A:'"],
    ['a timeout of 0', apig({ timeout: 0 }), '.apig.timeout', atLeast(1)],
    ['a timeout above 900', apig({ timeout: 901 }), '.apig.timeout', atMost(900)],

    ['a timer that is a text', { timer: '* * * * *' }, '.timer', object],
    ['a timer without crontab', { timer: {} }, '.timer', needs('crontab')],
    ['an unknown key of a timer', withTimer({ colour: 1 }), '.timer', unknown],
    ['an empty crontab', { timer: { crontab: '' } }, '.timer.crontab', notEmpty],
    ['a name that is too short', withTimer({ name: 'abc' }), '.timer.name', pattern('^[A-Za-z][A-Za-z0-9-]{3,63}$')],
    ['a payload that is a list', withTimer({ payload: [1, 2] }), '.timer.payload', 'unsupported configuration format'],
    ['a switch that is a text', withTimer({ enabled: 'no' }), '.timer.enabled', boolean],
    ['another switch that is a text', withTimer({ enableConcurrency: 'no' }), '.timer.enableConcurrency', boolean],
    ['retries below 0', withTimer({ retries: -1 }), '.timer.retries', atLeast(0)],
    ['more than ten retries', withTimer({ retries: 11 }), '.timer.retries', atMost(10)],
    ['a description that is a map', withTimer({ description: {} }), '.timer.description', string],

    ['a kafka trigger that is a text', { kafka: 'orders' }, '.kafka', object],
    ['no instance', withKafka({ instanceId: undefined }), '.kafka', needs('instanceId')],
    ['no topic', withKafka({ topic: undefined }), '.kafka', needs('topic')],
    ['no user', withKafka({ username: undefined }), '.kafka', needs('username')],
    ['no password', withKafka({ password: undefined }), '.kafka', needs('password')],
    ['an unknown key of a kafka trigger', withKafka({ colour: 1 }), '.kafka', unknown],
    ['an instance with a space', withKafka({ instanceId: 'a b' }), '.kafka.instanceId', pattern(id)],
    ['an empty topic', withKafka({ topic: '' }), '.kafka.topic', notEmpty],
    ['an empty user', withKafka({ username: '' }), '.kafka.username', notEmpty],
    ['an empty password', withKafka({ password: '' }), '.kafka.password', notEmpty],
    ['a name with a hyphen', withKafka({ name: 'my-orders' }), '.kafka.name', pattern('^[A-Za-z][A-Za-z0-9_]{3,62}$')],
    ['an unknown mechanism', withKafka({ mechanism: 'MD5' }), '.kafka.mechanism', one('PLAIN', 'SCRAM-SHA-256')],
    ['an unknown start', withKafka({ startingPosition: 'Now' }), '.kafka.startingPosition', one('Latest', 'Earliest')],
    ['no batch', withKafka({ batchSize: 0 }), '.kafka.batchSize', atLeast(1)],
    ['too large a batch', withKafka({ batchSize: 1001 }), '.kafka.batchSize', atMost(1000)],
    ['too little time', withKafka({ batchMilliseconds: 999 }), '.kafka.batchMilliseconds', atLeast(1000)],
    ['too much time', withKafka({ batchMilliseconds: 60_001 }), '.kafka.batchMilliseconds', atMost(60_000)],
    ['too many retries', withKafka({ retries: 101 }), '.kafka.retries', atMost(100)],
    ['a switch of a kafka trigger', withKafka({ enabled: 'no' }), '.kafka.enabled', boolean],
  ])('%s', async (_what, event, where, problem) => {
    expect(await problemsIn(withEvent(event))).toEqual([atEvent(where, problem)])
  })
})

test('reports all problems together', async () => {
  const file = fileWith(
    { timeout: 0, events: [{ timer: { rate: 5 } }] },
    { colour: 'red', gateway: { network: 'open' } },
  )
  expect(await problemsIn(file)).toEqual([
    atEvent('.timer', needs('crontab')),
    atEvent('.timer', "unrecognized property 'rate'"),
    atFunction('.timeout', atLeast(1)),
    atProvider('', unknown),
    atProvider('.gateway.network', one('public', 'private', 'both')),
  ])
})

describe('a configuration that the schema accepts', () => {
  test('has problems that name their place, or can be converted to the terms of the cloud', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async (file) => {
        expect(await problemsIn(file)).toEqual([])
        const { service, provider, functions } = withoutEmpty(file) as never as ServiceConfig
        const named = Object.entries(functions).map(([key, one]) => [key, { ...one, name: `shop-dev-${key}` }])
        const config = {
          service,
          stage: 'dev',
          region: provider.region,
          provider,
          functions: Object.fromEntries(named),
        }
        const problems = problemsOf(config)
        for (const problem of problems) expect(problem).toMatch(/^(service|provider|functions)[^:]*: ./)
        if (problems.length === 0) expect(JSON.stringify(serviceOf(config))).not.toMatch(/null|undefined/)
      }),
      { numRuns: 300 },
    )
  })
})

type Schema = {
  type?: string
  enum?: readonly string[]
  anyOf?: readonly Schema[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  multipleOf?: number
  items?: Schema
  minItems?: number
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: readonly string[]
  minProperties?: number
  maxProperties?: number
}

/** Valid values that are unlikely to be generated. */
const USUAL: Record<string, string[]> = {
  path: ['/', '/a'],
  crontab: ['*/5 * * * *'],
  endpoint: ['https://open.volcengineapi.com'],
  network: ['public'],
}

/** Generates values that satisfy a schema. An optional key may also be null, as osls passes it. */
function satisfying(schema: Schema): fc.Arbitrary<unknown> {
  const { anyOf, pattern, minLength = 0, maxLength = 12, minimum = 0, maximum = 9, multipleOf = 1 } = schema
  if (anyOf) return fc.oneof(...anyOf.map(satisfying))
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { size: '-1' })
  if (schema.type === 'string') return fc.string({ minLength, maxLength })
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'integer') {
    const steps = { min: Math.ceil(minimum / multipleOf), max: Math.floor(maximum / multipleOf) }
    return fc.integer(steps).map((steps) => steps * multipleOf)
  }
  if (schema.type === 'array') {
    return fc.array(satisfying(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 3 })
  }
  return satisfyingMap(schema)
}

function satisfyingMap(schema: Schema): fc.Arbitrary<Map> {
  const { properties, patternProperties = {}, required = [], minProperties = 0, maxProperties } = schema
  if (properties === undefined) {
    const [[keys, values] = ['.', { type: 'string' }]] = Object.entries(patternProperties)
    const names = fc.stringMatching(new RegExp(keys), { size: '-1' }).filter((name) => name !== '__proto__')
    return fc.dictionary(names, satisfying(values), { minKeys: minProperties, maxKeys: 3, noNullPrototype: true })
  }
  if (maxProperties === 1) {
    const alternatives = Object.entries(properties).map(([key, value]) =>
      satisfying(value).map((it) => ({ [key]: it })),
    )
    return fc.oneof(...alternatives)
  }
  const values = Object.entries(properties).map(([key, value]) => {
    const usual = USUAL[key]
    const any = satisfying(value)
    const own = usual
      ? fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: any })
      : any
    return [key, required.includes(key) ? own : fc.option(own, { freq: 2 })]
  })
  return fc.record(Object.fromEntries(values), { requiredKeys: [...required], noNullPrototype: true })
}

const anyEvent = fc.oneof(
  ...Object.entries(eventSchemas).map(([name, schema]) => satisfying(schema).map((event) => ({ [name]: event }))),
)
const anyFile: fc.Arbitrary<Map> = fc.record(
  {
    service: fc.constant('shop'),
    provider: satisfyingMap(providerSchema).map((provider) => ({ ...provider, name: 'vefaas' })),
    functions: fc.dictionary(
      fc.stringMatching(/^[a-zA-Z0-9-_]+$/, { size: '-1' }).filter((name) => name !== '__proto__'),
      fc
        .record(
          { own: satisfyingMap(functionSchema), events: fc.array(anyEvent, { maxLength: 3 }) },
          { noNullPrototype: true },
        )
        .map(({ own, events }) => ({ ...own, events })),
      { maxKeys: 3, noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
)
