import { describe, expect, test } from 'vitest'
import type { ApigConfig, EventConfig, FunctionConfig, GatewayConfig, ProviderConfig, ServiceConfig } from './config.ts'
import { problemsOf, warningsOf } from './rules.ts'

type Functions = Record<string, Partial<FunctionConfig>>

function problemsWith(functions: Functions, provider: Partial<ProviderConfig> = {}, service = 'shop'): string[] {
  const named = Object.entries(functions).map(([key, one]) => [
    key,
    { name: `${service}-dev-${key}`, handler: 'index.handler', ...one },
  ])
  return problemsOf({
    service,
    stage: 'dev',
    region: 'cn-beijing',
    provider: { name: 'vefaas', runtime: 'node20/v1', region: 'cn-beijing', ...provider },
    functions: Object.fromEntries(named),
  })
}

const route = (settings: ApigConfig = {}): EventConfig => ({ apig: { path: '/', ...settings } })
const timer = (settings: object = {}): EventConfig => ({ timer: { crontab: '*/5 * * * *', ...settings } })
const kafka = (settings: object = {}): EventConfig => ({
  kafka: { instanceId: 'kafka-1', topic: 'orders', username: 'me', password: 'secret', ...settings },
})
const vpc = { id: 'vpc-1', subnetIds: ['subnet-1'] }
const key = 'k'.repeat(16)

describe('accept', () => {
  test.each<[string, Functions, Partial<ProviderConfig>?]>([
    ['no function', {}],
    ['a function without events', { one: {} }],
    [
      'a route and a timer',
      { one: { events: [route(), timer({ name: 'tidy' })] }, other: { events: [route({ path: '/a' })] } },
    ],
    ['the same path with another method', { one: { events: [route({ method: 'GET' }), route({ method: 'POST' })] } }],
    [
      'routes of two actions',
      { one: { events: [route({ action: 'A' })] }, other: { events: [route({ action: 'B' })] } },
    ],
    [
      'the same timer of two functions',
      { one: { events: [timer({ name: 'tidy' })] }, two: { events: [timer({ name: 'tidy' })] } },
    ],
    ['a payload of 1000 characters', { tidy: { events: [timer({ payload: '𝄞'.repeat(1000) })] } }],
    ['weekdays by name', { tidy: { events: [timer({ crontab: '0 8-18/2 1,15 JAN mon-FRI' })] } }],
    ['a private gateway in a VPC', {}, { gateway: { network: 'private', vpc } }],
    ['a private gateway that exists', {}, { gateway: { network: 'both', id: 'g-1' } }],
    ['an emulated cloud', {}, { endpoint: 'http://127.0.0.1:18103' }],
    [
      'exclusive for a function, although the provider sets maxConcurrency',
      { one: { exclusive: true } },
      { maxConcurrency: 10 },
    ],
    ['a function without routes whose name has an underscore', { one: { name: 'x_'.repeat(32) } }],
    ['a trigger of a function with a hyphen', { 'my-orders': { events: [kafka()] } }],
  ])('%s', (_what, functions, provider) => {
    expect(problemsWith(functions, provider)).toEqual([])
  })
})

describe('a runtime', () => {
  const configWith = (runtime: string): ServiceConfig => ({
    service: 'shop',
    stage: 'dev',
    region: 'cn-beijing',
    provider: { name: 'vefaas', runtime, region: 'cn-beijing' },
    functions: {},
  })

  test('that is not known is a warning, because the cloud decides', () => {
    expect(problemsOf(configWith('node22/v1'))).toEqual([])
    expect(warningsOf(configWith('node22/v1'))).toEqual([
      expect.stringMatching(
        /^provider\.runtime: node22\/v1 is not a known runtime .*node20\/v1.*The cloud accepts or refuses it.*ListRuntimes/,
      ),
    ])
  })

  test.each(['node20/v1', 'node14/v1', 'python3.12/v1', 'golang/v1'])('%s is known', (runtime) => {
    expect([...problemsOf(configWith(runtime)), ...warningsOf(configWith(runtime))]).toEqual([])
  })

  test.each(['native/v1', 'native-node20/v1', 'nativejava8/v1'])(
    '%s, which does not call a handler, is a problem',
    (runtime) => {
      expect(problemsOf(configWith(runtime))).toEqual([
        `provider.runtime: ${runtime} starts a server and does not call a handler; use a runtime that does, such as node20/v1`,
      ])
    },
  )
})

describe('report, for a function,', () => {
  const crontab = "crontab must have five fields (minute, hour, day, month, weekday), such as '*/5 * * * *'"
  const withEvents = (...events: EventConfig[]): Functions => ({ tidy: { events } })
  test.each<[string, Functions, string]>([
    [
      'a name that is too long',
      { one: { name: 'x'.repeat(65) } },
      `functions.one: its name ${'x'.repeat(65)} must have 4 to 64 letters, digits, - and _; set another one with name`,
    ],
    [
      'an upstream whose name is too long',
      { ['x'.repeat(60)]: { name: 'short', events: [route()] } },
      `functions.${'x'.repeat(60)}: its upstream shop-dev-${'x'.repeat(60)} must not be longer than 63 characters; shorten the key of the function, or the stage`,
    ],
    [
      'two keys that give the same upstream',
      { 'one-two': {}, one_two: {} },
      'functions.one_two: has the same upstream as one-two, because the gateway does not allow _ in names',
    ],
    [
      'a minimum of instances above the maximum',
      { one: { minInstances: 11 } },
      'functions.one.minInstances: is more than maxInstances (10)',
    ],
    [
      'concurrency together with exclusive',
      { one: { exclusive: true, maxConcurrency: 5 } },
      'functions.one.maxConcurrency: has no effect with exclusive, which is one call at a time; remove one of the two',
    ],
    [
      'a variable of the platform',
      { one: { environment: { _FAAS_FUNC_ID: 'x' } } },
      'functions.one.environment._FAAS_FUNC_ID: is reserved: veFaaS or the deployment sets it',
    ],
    [
      'the variable of deployments',
      { one: { environment: { SERVERLESS_DEPLOYMENT: 'x' } } },
      'functions.one.environment.SERVERLESS_DEPLOYMENT: is reserved: veFaaS or the deployment sets it',
    ],
    [
      'a tag of deployments',
      { one: { tags: { 'serverless-stage': 'prod' } } },
      'functions.one.tags.serverless-stage: is reserved: the deployment sets it',
    ],

    [
      'a route without action and path',
      { one: { events: [{ apig: {} }] } },
      'functions.one.events.0.apig: must have action (with version) or path',
    ],
    [
      'a version without action',
      { one: { events: [route({ version: '2020-04-01' })] } },
      'functions.one.events.0.apig.version: requires action',
    ],
    [
      'an action that is set twice',
      { one: { events: [route({ action: 'A', query: { Action: 'B' } })] } },
      'functions.one.events.0.apig.query.Action: action sets the same condition; remove one of the two',
    ],
    [
      'a path without slash',
      { one: { events: [route({ path: 'a' })] } },
      'functions.one.events.0.apig.path: must begin with /',
    ],
    [
      'a prefix without slash',
      { one: { events: [route({ path: { prefix: 'a' } })] } },
      'functions.one.events.0.apig.path: must begin with /',
    ],
    [
      'a broken expression for the path',
      { one: { events: [route({ path: { regex: '(' } })] } },
      'functions.one.events.0.apig.path: ( is not a regular expression',
    ],
    [
      'a broken expression for a value of the query',
      { one: { events: [route(), route({ query: { A: { regex: '[' } } })] } },
      'functions.one.events.1.apig.query.A: [ is not a regular expression',
    ],
    [
      'a broken expression for a header',
      { one: { events: [route({ header: { 'X-A': { regex: '*' } } })] } },
      'functions.one.events.0.apig.header.X-A: * is not a regular expression',
    ],
    [
      'an example with a method that the route does not accept',
      { one: { events: [route({ method: 'GET', example: { method: 'POST' } })] } },
      'functions.one.events.0.apig.example.method: the route does not accept POST',
    ],
    [
      'a condition without a value',
      { one: { events: [route({ query: { Action: null as never } })] } },
      'functions.one.events.0.apig.query.Action: has no value; set one, or remove the key',
    ],
    [
      'a route twice',
      { one: { events: [route(), route()] } },
      'functions.one: has a route with the conditions of a route of one',
    ],
    [
      'the same route of another function, written in another order',
      {
        one: { events: [route({ method: ['GET', 'POST'], query: { A: '1', B: '2' } })] },
        other: { events: [route({ method: ['POST', 'GET'], query: { B: '2', A: { exact: '1' } } })] },
      },
      'functions.other: has a route with the conditions of a route of one',
    ],
    [
      'a name twice',
      { one: { name: 'shop' }, other: { name: 'shop' } },
      'functions.other: has the same name as one: shop',
    ],

    ['a crontab with four fields', withEvents(timer({ crontab: '* * * *' })), `functions.tidy: timer tidy: ${crontab}`],
    [
      'a crontab with six fields',
      withEvents(timer({ crontab: '0 * * * * *' })),
      `functions.tidy: timer tidy: ${crontab}`,
    ],
    [
      'a crontab that is a nickname',
      withEvents(timer({ crontab: '@hourly' })),
      `functions.tidy: timer tidy: ${crontab}`,
    ],
    [
      'a crontab with the last day',
      withEvents(timer({ crontab: '0 0 L * *' })),
      `functions.tidy: timer tidy: ${crontab}`,
    ],
    [
      'a crontab with minute 60',
      withEvents(timer({ crontab: '60 * * * *' })),
      `functions.tidy: timer tidy: ${crontab}: Invalid value for minute: 60`,
    ],
    [
      'a crontab with February 30',
      withEvents(timer({ crontab: '0 0 30 2 *' })),
      'functions.tidy: timer tidy: crontab never matches a time',
    ],
    [
      'a timer whose name is too short',
      { one: { events: [timer()] } },
      'functions.one: timer one: set a name of 4 to 64 letters, digits and -, which begins with a letter',
    ],
    [
      'a payload of 1001 characters',
      withEvents(timer({ payload: '𝄞'.repeat(1001) })),
      'functions.tidy: timer tidy: the payload has more than 1000 characters',
    ],
    [
      'a map whose JSON has more than 1000 characters',
      withEvents(timer({ payload: { a: 'x'.repeat(1000) } })),
      'functions.tidy: timer tidy: the payload has more than 1000 characters',
    ],
    [
      'two timers of one name',
      withEvents(timer(), timer({ crontab: '1 * * * *' })),
      'functions.tidy: has two timers called tidy; rename one of them',
    ],
    [
      'a kafka trigger whose name is too short',
      { one: { events: [kafka()] } },
      'functions.one: kafka one: set a name of 4 to 63 letters, digits and _, which begins with a letter',
    ],
    [
      'two kafka triggers of one name',
      withEvents(kafka(), kafka({ topic: 'other' })),
      'functions.tidy: has two kafka triggers called tidy; rename one of them',
    ],
  ])('%s', (_what, functions, problem) => {
    expect(problemsWith(functions)).toEqual([problem])
  })
})

describe('report, for the provider,', () => {
  const gateway = (settings: GatewayConfig) => ({ gateway: settings })
  test.each<[string, Partial<ProviderConfig>, string]>([
    ['a gateway by id and name', gateway({ id: 'g-1', name: 'shop' }), 'provider.gateway: set id or name, not both'],
    [
      'a private gateway without VPC',
      gateway({ network: 'private' }),
      'provider.gateway.vpc: is required for a private network (id and subnetIds), unless gateway.id names an existing gateway',
    ],
    [
      'key-auth for a gateway service that others may use',
      gateway({ service: 'shared', keyAuth: { consumers: { web: { key } } } }),
      'provider.gateway.keyAuth: protects a whole gateway service; remove service, so that it gets its own',
    ],
    [
      'CORS credentials for every origin',
      gateway({ cors: { origins: ['*'], credentials: true } }),
      'provider.gateway.cors: browsers refuse credentials with origins "*"; list the origins',
    ],
    [
      'one key for two consumers',
      gateway({ keyAuth: { consumers: { web: { key }, app: { key } } } }),
      'provider.gateway.keyAuth.consumers: two consumers have the same key',
    ],
    [
      'an endpoint without TLS',
      { endpoint: 'http://open.volcengineapi.com' },
      'provider.endpoint: must begin with https://, unless it is on this computer',
    ],
    [
      'an endpoint that only looks like a loopback address',
      { endpoint: 'http://127.0.0.1.example.com' },
      'provider.endpoint: must begin with https://, unless it is on this computer',
    ],
    [
      'an endpoint that is not a URL',
      { endpoint: 'https://:80' },
      'provider.endpoint: is not a URL such as https://open.volcengineapi.com',
    ],
    [
      'a variable of the platform for all functions',
      { environment: { _FAAS_X: '' } },
      'provider.environment._FAAS_X: is reserved: veFaaS or the deployment sets it',
    ],
  ])('%s', (_what, provider, problem) => {
    expect(problemsWith({}, provider)).toEqual([problem])
  })

  test('names that are too long', () => {
    const service = 's'.repeat(60)
    expect(problemsWith({}, {}, service)).toEqual([
      `service: its name with the stage (${service}-dev) is longer than 63 characters`,
    ])
    const consumer = `${'s'.repeat(58)}-dev-web`
    expect(problemsWith({}, gateway({ keyAuth: { consumers: { web: { key } } } }), 's'.repeat(58))).toEqual([
      `provider.gateway.keyAuth.consumers: ${consumer} is longer than 63 characters`,
    ])
  })
})

test('report all problems, without a key', () => {
  const secret = 'never-to-be-shown'
  const problems = problemsWith(
    { one: { minInstances: 11, events: [route({ path: 'a' })] } },
    { gateway: { id: 'g', name: 'shop', keyAuth: { consumers: { web: { key: secret }, app: { key: secret } } } } },
  )
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'provider.gateway',
    'provider.gateway.keyAuth.consumers',
    'functions.one.events.0.apig.path',
    'functions.one.minInstances',
  ])
  expect(problems.join()).not.toContain(secret)
})
