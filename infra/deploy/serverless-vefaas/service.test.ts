import { describe, expect, test } from 'vitest'
import { withoutEmpty } from './config.ts'
import { serviceWith } from './testing.ts'

const mark = '[serverless shop/test]'

test('absent settings have defaults', () => {
  const { functions, ...rest } = serviceWith({ one: {} })
  expect(functions).toEqual([
    {
      key: 'one',
      name: 'shop-test-one',
      upstream: 'shop-test-one',
      runtime: 'node20/v1',
      settings: {
        MemoryMB: 1024,
        RequestTimeout: 30,
        InitializerSec: 30,
        ExclusiveMode: false,
        MaxConcurrency: 100,
        Role: '',
        Description: '',
        VpcConfig: { EnableVpc: false },
        TlsConfig: { EnableLog: false },
      },
      environment: {},
      tags: [
        { Key: 'serverless-service', Value: 'shop' },
        { Key: 'serverless-stage', Value: 'test' },
      ],
      instances: { MinInstance: 0, MaxInstance: 10 },
      routes: [],
      timers: [],
      kafkaTriggers: [],
    },
  ])
  expect(rest).toMatchObject({ name: 'shop', stage: 'test', region: 'cn-beijing' })
  expect(rest.gateway).toEqual({
    isRequired: false,
    name: 'shop-test',
    isNamed: false,
    serviceName: 'shop-test',
    isServiceNamed: false,
    network: { EnablePublicNetwork: true, EnablePrivateNetwork: false },
  })
})

test('the settings of a function override those of the provider; variables and tags are merged', () => {
  const { functions } = serviceWith(
    {
      own: {
        memorySize: 2048,
        timeout: 60,
        initializerTimeout: 5,
        exclusive: true,
        minInstances: 1,
        maxInstances: 2,
        environment: { A: 'own', B: 'own' },
        role: 'trn:iam::1:role/own',
        vpc: { id: 'vpc-2', subnetIds: ['subnet-2'], securityGroupIds: ['sg-2'] },
        log: { project: 'p-2', topic: 't-2' },
        project: 'own',
        tags: { team: 'red' },
        description: 'Its own.',
      },
      plain: {},
    },
    {
      memorySize: 512,
      timeout: 10,
      initializerTimeout: 20,
      maxConcurrency: 7,
      minInstances: 3,
      maxInstances: 4,
      environment: { A: 'all', C: 'all' },
      role: 'trn:iam::1:role/all',
      vpc: { id: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], internetAccess: false },
      log: { project: 'p-1', topic: 't-1' },
      project: 'all',
      tags: { team: 'blue', cost: '1' },
    },
  )
  const [own, plain] = functions
  expect(own).toMatchObject({
    environment: { A: 'own', B: 'own', C: 'all' },
    instances: { MinInstance: 1, MaxInstance: 2 },
    tags: [{}, {}, { Key: 'team', Value: 'red' }, { Key: 'cost', Value: '1' }],
  })
  expect(own?.settings).toEqual({
    MemoryMB: 2048,
    RequestTimeout: 60,
    InitializerSec: 5,
    ExclusiveMode: true, // and no concurrency
    Role: 'trn:iam::1:role/own',
    Description: 'Its own.',
    ProjectName: 'own',
    VpcConfig: {
      EnableVpc: true,
      VpcId: 'vpc-2',
      SubnetIds: ['subnet-2'],
      SecurityGroupIds: ['sg-2'],
      EnableSharedInternetAccess: true,
    },
    TlsConfig: { EnableLog: true, TlsProjectId: 'p-2', TlsTopicId: 't-2' },
  })
  expect(plain).toMatchObject({
    environment: { A: 'all', C: 'all' },
    instances: { MinInstance: 3, MaxInstance: 4 },
  })
  expect(plain?.settings).toEqual({
    MemoryMB: 512,
    RequestTimeout: 10,
    InitializerSec: 20,
    ExclusiveMode: false,
    MaxConcurrency: 7,
    Role: 'trn:iam::1:role/all',
    Description: '',
    ProjectName: 'all',
    VpcConfig: {
      EnableVpc: true,
      VpcId: 'vpc-1',
      SubnetIds: ['subnet-1'],
      SecurityGroupIds: ['sg-1'],
      EnableSharedInternetAccess: false,
    },
    TlsConfig: { EnableLog: true, TlsProjectId: 'p-1', TlsTopicId: 't-1' },
  })
})

describe('a route', () => {
  const routesOf = (...apig: object[]) =>
    serviceWith({ one: { timeout: 40, events: apig.map((event) => ({ apig: event })) } }).functions[0]?.routes
  const exact = (MatchContent: string) => ({ MatchType: 'Exact', MatchContent })

  test('of an action matches its name and version in the query of /, and any method', () => {
    expect(routesOf({ action: 'Sell', version: '2020-04-01' })).toEqual([
      {
        name: 'shop-test-one',
        MatchRule: {
          Path: exact('/'),
          QueryString: [
            { Key: 'Action', Value: exact('Sell') },
            { Key: 'Version', Value: exact('2020-04-01') },
          ],
        },
        AdvancedSetting: {
          TimeoutSetting: { Enable: true, Timeout: 45 }, // the function's, and 5 more
          HeaderOperations: [{ Operation: 'remove', Key: 'X-Faas-Event-Type' }],
        },
        example: {},
      },
    ])
  })

  test('can have conditions besides the action', () => {
    expect(routesOf({ action: 'Sell', path: '/api', query: { A: '1' }, timeout: 3 })).toMatchObject([
      {
        MatchRule: {
          Path: exact('/api'),
          QueryString: [
            { Key: 'Action', Value: exact('Sell') },
            { Key: 'A', Value: exact('1') },
          ],
        },
        AdvancedSetting: { TimeoutSetting: { Timeout: 3 } },
      },
    ])
  })

  test('can be written in full, and each has its own name', () => {
    const routes = routesOf(
      { path: '/' },
      { path: { exact: '/a' }, method: 'GET' },
      { path: { prefix: '/b' }, method: ['PUT', 'POST'] },
      { path: { regex: '/c+' }, query: { q: { regex: 'x*' } }, header: { 'X-A': { prefix: 'a' }, 'X-B': 'b' } },
    )
    expect(routes?.map(({ name, MatchRule }) => [name, MatchRule])).toEqual([
      ['shop-test-one', { Path: exact('/') }],
      ['shop-test-one-2', { Path: exact('/a'), Method: ['GET'] }],
      ['shop-test-one-3', { Path: { MatchType: 'Prefix', MatchContent: '/b' }, Method: ['PUT', 'POST'] }],
      [
        'shop-test-one-4',
        {
          Path: { MatchType: 'Regex', MatchContent: '/c+' },
          Header: [
            { Key: 'X-A', Value: { MatchType: 'Prefix', MatchContent: 'a' } },
            { Key: 'X-B', Value: exact('b') },
          ],
          QueryString: [{ Key: 'q', Value: { MatchType: 'Regex', MatchContent: 'x*' } }],
        },
      ],
    ])
  })

  test('has the CORS policy of the gateway', () => {
    const policyFor = (cors: object) =>
      serviceWith({ one: { events: [{ apig: { path: '/' } }] } }, { gateway: { cors: { origins: ['*'], ...cors } } })
        .functions[0]?.routes[0]?.AdvancedSetting.CorsPolicySetting
    expect(policyFor({})).toEqual({
      Enable: true,
      AllowOrigins: [{ MatchType: 'Exact', Value: '*' }],
      AllowMethods: ['GET', 'POST'],
      AllowHeaders: ['Authorization', 'Content-Type', 'X-API-Key', 'X-Request-ID'],
      ExposeHeaders: ['X-Request-ID', 'Retry-After'],
      AllowCredentials: false,
      MaxAge: 600,
    })
    const own = { origins: ['https://a.com'], methods: ['PUT'], headers: ['A'], exposeHeaders: ['B'] }
    expect(policyFor({ ...own, credentials: true, maxAge: 1 })).toEqual({
      Enable: true,
      AllowOrigins: [{ MatchType: 'Exact', Value: 'https://a.com' }],
      AllowMethods: ['PUT'],
      AllowHeaders: ['A'],
      ExposeHeaders: ['B'],
      AllowCredentials: true,
      MaxAge: 1,
    })
  })
})

describe('a trigger', () => {
  const functionWith = (event: object) => serviceWith({ 'my-orders': { events: [event as never] } }).functions[0]

  test.each<[string, object, object]>([
    [
      'with only its crontab',
      { crontab: '0 * * * *' },
      {
        Name: 'my-orders',
        Crontab: '0 * * * *',
        Payload: '',
        Enabled: true,
        EnableConcurrency: false,
        Retries: 0,
        Description: mark,
      },
    ],
    [
      'with all settings',
      {
        crontab: '1 * * * *',
        name: 'tidy',
        payload: { DryRun: true },
        enabled: false,
        enableConcurrency: true,
        retries: 2,
        description: 'Tidies.',
      },
      {
        Name: 'tidy',
        Crontab: '1 * * * *',
        Payload: '{"DryRun":true}',
        Enabled: false,
        EnableConcurrency: true,
        Retries: 2,
        Description: `Tidies. ${mark}`,
      },
    ],
    ['with a text', { crontab: '1 * * * *', payload: '{"a": 1}' }, expect.objectContaining({ Payload: '{"a": 1}' })],
  ])('by time %s', (_what, timer, spec) => {
    expect(functionWith({ timer })?.timers).toEqual([spec])
  })

  const needed = { instanceId: 'kafka-1', topic: 'orders', username: 'me', password: 'secret' }
  test.each<[string, object, object]>([
    [
      'with only the required settings',
      needed,
      {
        Name: 'my_orders',
        MqInstanceId: 'kafka-1',
        TopicName: 'orders',
        KafkaCredentials: { Mechanism: 'SCRAM-SHA-256', Username: 'me', Password: 'secret' },
        StartingPosition: 'Latest',
        BatchSize: 100,
        BatchFlushDurationMilliseconds: 1_000,
        MaximumRetryAttempts: 3,
        Enabled: true,
        Description: mark,
      },
    ],
    [
      'with all settings',
      {
        ...needed,
        name: 'sales',
        mechanism: 'PLAIN',
        startingPosition: 'Earliest',
        batchSize: 1,
        batchMilliseconds: 2_000,
        retries: 0,
        enabled: false,
        description: 'Sells.',
      },
      {
        Name: 'sales',
        MqInstanceId: 'kafka-1',
        TopicName: 'orders',
        KafkaCredentials: { Mechanism: 'PLAIN', Username: 'me', Password: 'secret' },
        StartingPosition: 'Earliest',
        BatchSize: 1,
        BatchFlushDurationMilliseconds: 2_000,
        MaximumRetryAttempts: 0,
        Enabled: false,
        Description: `Sells. ${mark}`,
      },
    ],
  ])('by message %s', (_what, kafka, spec) => {
    expect(functionWith({ kafka })?.kafkaTriggers).toEqual([spec])
  })
})

describe('the gateway', () => {
  const gatewayWith = (gateway: object, project?: string) =>
    serviceWith({ one: { events: [{ apig: { path: '/' } }] } }, { gateway, ...(project && { project }) }).gateway

  test.each<[string, object, object]>([
    ['is required if there are routes', {}, { isRequired: true, name: 'shop-test', isNamed: false }],
    ['can be set by id', { id: 'g-1' }, { id: 'g-1', isNamed: true }],
    ['can be set by name', { name: 'shared' }, { name: 'shared', isNamed: true }],
    ['can have a named gateway service', { service: 'shared' }, { serviceName: 'shared', isServiceNamed: true }],
    [
      'can be private',
      { network: 'private', vpc: { id: 'vpc-1', subnetIds: ['subnet-1'] } },
      {
        network: { EnablePublicNetwork: false, EnablePrivateNetwork: true },
        vpc: { VpcId: 'vpc-1', SubnetIds: ['subnet-1'] },
      },
    ],
    ['can be both', { network: 'both' }, { network: { EnablePublicNetwork: true, EnablePrivateNetwork: true } }],
    [
      'can require keys in Authorization',
      { keyAuth: { consumers: { web: { key: 'k-1' }, app: { key: 'k-2' } } } },
      {
        keyAuth: {
          header: 'Authorization',
          consumers: [
            { name: 'shop-test-web', key: 'k-1' },
            { name: 'shop-test-app', key: 'k-2' },
          ],
        },
      },
    ],
    [
      'can require keys in another header',
      { keyAuth: { header: 'X-API-Key', consumers: {} } },
      { keyAuth: { header: 'X-API-Key', consumers: [] } },
    ],
  ])('%s', (_what, gateway, spec) => {
    expect(gatewayWith(gateway)).toMatchObject(spec)
  })

  test('is in the project of the provider', () => {
    expect(gatewayWith({}, 'blue').projectName).toBe('blue')
    expect(gatewayWith({})).not.toHaveProperty('projectName')
  })
})

test('a key without a value is removed, except in events, where the rules report it', () => {
  const events = [{ apig: { path: '/', query: { Action: null } } }]
  const file = {
    provider: { role: null, gateway: null, environment: { A: null, B: '' } },
    functions: { one: { vpc: null, events } },
  }
  expect(withoutEmpty(file)).toEqual({ provider: { environment: { B: '' } }, functions: { one: { events } } })
})
