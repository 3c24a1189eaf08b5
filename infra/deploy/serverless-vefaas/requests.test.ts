import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import type { EventConfig, KafkaConfig } from './config.ts'
import { artifactFrom, codeThatAnswers, deployService, removeService, serviceWith, testClient } from './testing.ts'

/**
 * Compares the requests of a deployment with the references of the two APIs: each field that may be sent, by its path
 * (`[]` for the items of a list), with its allowed values. The test fails for a field that is not in the table, and for a
 * field of `must` that is not sent.
 */
type Table = Record<string, Field>
type Field = { required?: true; is: (value: unknown) => boolean }

const of = (is: Field['is']): Field => ({ is })
const text = of((value) => typeof value === 'string')
const flag = of((value) => typeof value === 'boolean')
const integer = (from: number, to: number, step = 1) =>
  of((value) => Number.isInteger(value) && Number(value) >= from && Number(value) <= to && Number(value) % step === 0)
const like = (pattern: RegExp) => of((value) => typeof value === 'string' && pattern.test(value))
const one = (...values: unknown[]) => of((value) => values.includes(value))
const must = (field: Field): Field => ({ ...field, required: true })
const under = (path: string, table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([name, field]) => [`${path}.${name}`, field]))

const id = must(like(/^[a-z0-9-]{8,}$/))
const PAGES: Table = { PageNumber: integer(1, 1e6), PageSize: integer(1, 100) }

// veFaaS API, version 2024-06-06: CreateFunction and UpdateFunction.
const SETTINGS: Table = {
  SourceType: one('zip', 'tos'),
  Source: text,
  MemoryMB: integer(512, 4096, 512),
  RequestTimeout: integer(1, 900),
  InitializerSec: integer(1, 900),
  ExclusiveMode: flag,
  MaxConcurrency: integer(1, 1000),
  Role: like(/^(trn:iam::\d+:role\/.+)?$/),
  Description: of((value) => typeof value === 'string' && value.length <= 1000),
  ProjectName: text,
  'Envs[].Key': like(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/),
  'Envs[].Value': text,
  'Tags[].Key': text,
  'Tags[].Value': text,
  'VpcConfig.EnableVpc': flag,
  'VpcConfig.VpcId': text,
  'VpcConfig.SubnetIds[]': text,
  'VpcConfig.SecurityGroupIds[]': text,
  'VpcConfig.EnableSharedInternetAccess': flag,
  'TlsConfig.EnableLog': flag,
  'TlsConfig.TlsProjectId': text,
  'TlsConfig.TlsTopicId': text,
}
const TIMER: Table = {
  Crontab: like(/^\S+( \S+){4}$/),
  Payload: of((value) => typeof value === 'string' && value.length <= 1000),
  Enabled: flag,
  EnableConcurrency: flag,
  Retries: integer(0, 10),
  Description: text,
}
const ofFunction: Table = { FunctionId: id }

const VEFAAS: Record<string, Table> = {
  ListFunctions: PAGES,
  CreateFunction: { Name: must(like(/^[A-Za-z0-9_-]{4,64}$/)), Runtime: must(one('node20/v1')), ...SETTINGS },
  UpdateFunction: { Id: id, ...SETTINGS },
  DeleteFunction: { Id: id },
  GenTempTosObjectUrl: {},
  GetReleaseStatus: ofFunction,
  GetRevision: { ...ofFunction, RevisionNumber: must(integer(1, 1e6)) },
  Release: {
    ...ofFunction,
    RevisionNumber: must(integer(0, 1e6)),
    TargetTrafficWeight: integer(0, 100),
    RollingStep: integer(1, 100),
  },
  GetFunctionResource: ofFunction,
  UpdateFunctionResource: { ...ofFunction, MinInstance: integer(0, 10_000), MaxInstance: integer(1, 10_000) },
  ListTriggers: ofFunction,
  CreateTimer: {
    ...ofFunction,
    Name: must(like(/^[A-Za-z][A-Za-z0-9-]{3,63}$/)),
    ...TIMER,
    Crontab: must(TIMER.Crontab as Field),
  },
  UpdateTimer: { ...ofFunction, Id: id, ...TIMER },
  GetTimer: { ...ofFunction, Id: id },
  DeleteTimer: { ...ofFunction, Id: id },
  CreateKafkaTrigger: {
    ...ofFunction,
    Name: must(like(/^[A-Za-z][A-Za-z0-9_]{3,62}$/)),
    MqInstanceId: must(text),
    TopicName: must(text),
    'KafkaCredentials.Mechanism': must(one('PLAIN', 'SCRAM-SHA-256')),
    'KafkaCredentials.Username': must(text),
    'KafkaCredentials.Password': must(text),
    StartingPosition: one('Latest', 'Earliest'),
    BatchSize: integer(1, 1000),
    BatchFlushDurationMilliseconds: integer(1000, 60_000),
    MaximumRetryAttempts: integer(0, 100),
    Enabled: flag,
    Description: text,
  },
  UpdateKafkaTrigger: {
    ...ofFunction,
    Id: id,
    Description: text,
    Enabled: flag,
    MaximumRetryAttempts: integer(0, 100),
  },
  GetKafkaTrigger: { ...ofFunction, Id: id },
  DeleteKafkaTrigger: { ...ofFunction, Id: id },
}

// APIG API, version 2021-03-03; routes and plugins 2022-11-12.
const NETWORK: Table = { EnablePublicNetwork: flag, EnablePrivateNetwork: flag }
const comment = of((value) => typeof value === 'string' && value.length <= 253)
const matchType = one('Exact', 'Prefix', 'Regex')
const MATCH: Table = { MatchType: matchType, MatchContent: text }
const ROUTE: Table = {
  Name: must(like(/^.{2,255}$/)),
  Enable: must(one(true)),
  'MatchRule.Path.MatchType': must(matchType),
  'MatchRule.Path.MatchContent': must(text),
  'MatchRule.Method[]': one('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'CONNECT'),
  'MatchRule.Header[].Key': text,
  ...under('MatchRule.Header[].Value', MATCH),
  'MatchRule.QueryString[].Key': text,
  ...under('MatchRule.QueryString[].Value', MATCH),
  'UpstreamList[].UpstreamId': must(text),
  'UpstreamList[].Weight': must(integer(0, 10_000)),
  'AdvancedSetting.TimeoutSetting.Enable': must(one(true)),
  'AdvancedSetting.TimeoutSetting.Timeout': must(integer(1, 905)),
  'AdvancedSetting.CorsPolicySetting.Enable': flag,
  'AdvancedSetting.CorsPolicySetting.AllowOrigins[].MatchType': matchType,
  'AdvancedSetting.CorsPolicySetting.AllowOrigins[].Value': text,
  'AdvancedSetting.CorsPolicySetting.AllowMethods[]': text,
  'AdvancedSetting.CorsPolicySetting.AllowHeaders[]': text,
  'AdvancedSetting.CorsPolicySetting.ExposeHeaders[]': text,
  'AdvancedSetting.CorsPolicySetting.AllowCredentials': flag,
  'AdvancedSetting.CorsPolicySetting.MaxAge': integer(0, 86_400),
  'AdvancedSetting.HeaderOperations[].Operation': must(one('remove')),
  'AdvancedSetting.HeaderOperations[].Key': must(one('X-Faas-Event-Type')),
}
const UPSTREAM: Table = {
  Name: must(like(/^[A-Za-z0-9][A-Za-z0-9-]{1,62}$/)),
  SourceType: must(one('VeFaas')),
  'UpstreamSpec.VeFaas.FunctionId': must(text),
  Protocol: one('HTTP'),
  Comments: comment,
}
const keyAuth = must(one('key-auth'))
const BINDING: Table = { PluginConfig: must(text), Enable: must(flag), Description: comment }
const PLUGIN: Table = { GatewayId: id, PluginName: must(one('wasm-key-auth')) }

const APIG: Record<string, Table> = {
  ListGateways: { 'Filter.Name': text, ...PAGES },
  GetGateway: { Id: id },
  CreateGateway: {
    Name: must(like(/^[A-Za-z0-9][A-Za-z0-9-]{1,62}$/)),
    Region: must(text),
    Type: one('serverless'),
    'ResourceSpec.Replicas': integer(2, 100),
    'ResourceSpec.InstanceSpecCode': one('1c2g'),
    'ResourceSpec.CLBSpecCode': one('small_1'),
    'ResourceSpec.PublicNetworkBillingType': one('traffic'),
    ...under('ResourceSpec.NetworkType', NETWORK),
    'NetworkSpec.VpcId': text,
    'NetworkSpec.SubnetIds[]': text,
    ProjectName: text,
    Comments: comment,
  },
  DeleteGateway: { Id: id },
  ListGatewayServices: { GatewayId: id, ...PAGES },
  GetGatewayService: { Id: id },
  CreateGatewayService: {
    GatewayId: id,
    ServiceName: must(like(/^[A-Za-z0-9][A-Za-z0-9-]{1,127}$/)),
    'Protocol[]': must(one('HTTP', 'HTTPS')),
    'AuthSpec.Enable': must(one(false)),
    ...under('ServiceNetworkSpec', NETWORK),
    Comments: comment,
  },
  DeleteGatewayService: { Id: id },
  ListUpstreams: { GatewayId: id, ...PAGES },
  CreateUpstream: { GatewayId: id, ...UPSTREAM },
  UpdateUpstream: { Id: id, ...UPSTREAM },
  DeleteUpstream: { Id: id },
  ListRoutes: { GatewayId: text, ServiceId: text, ...PAGES },
  CreateRoute: { ServiceId: id, ...ROUTE },
  UpdateRoute: { Id: id, ...ROUTE },
  DeleteRoute: { Id: id },
  ListConsumers: { 'Filter.GatewayId': id, ...PAGES },
  CreateConsumer: { GatewayId: id, Name: must(like(/^.{2,63}$/)), Comments: comment },
  DeleteConsumer: { Id: id },
  ListConsumerCredentials: { ConsumerId: id, CredentialType: keyAuth, ...PAGES },
  CheckConsumerCredentialExist: { GatewayId: id, CredentialType: keyAuth, 'KeyAuthCredential.APIKey': must(text) },
  CreateConsumerCredential: { ConsumerId: id, CredentialType: keyAuth, 'KeyAuthCredential.APIKey': must(text) },
  DeleteConsumerCredential: { ConsumerId: id, CredentialType: keyAuth, Id: id },
  GetPlugin: PLUGIN,
  CreatePlugin: { ...PLUGIN, PluginConfig: text, Enable: must(flag) },
  ListPluginBindings: PAGES,
  CreatePluginBinding: {
    PluginName: must(one('wasm-key-auth')),
    Scope: must(one('SERVICE')),
    Target: id,
    ...BINDING,
  },
  UpdatePluginBinding: { Id: id, ...BINDING },
  DeletePluginBinding: { Id: id },
}

const tables = { vefaas: VEFAAS, apig: APIG }
const cloud = await startCloud({ vefaas: { loadsCode: false } })
afterAll(() => cloud.close())

const vpc = { id: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] }
const everything = {
  role: 'trn:iam::2100000000:role/shop',
  vpc,
  log: { project: 'p-1', topic: 't-1' },
  project: 'default',
  tags: { team: 'shop' },
  description: 'sells',
  environment: { A: '1' },
}
const kafka = { instanceId: 'k-1', topic: 'sold', username: 'u', password: 'p' }
const cors = { origins: ['https://shop.example'], credentials: true }

beforeAll(async () => {
  const client = testClient(cloud.url)
  const keyAuth = (key: string, name = 'web') => ({ consumers: { [name]: { key } } })
  const large = artifactFrom(`exports.handler = async () => ({ statusCode: 200, body: '' }) // ${noise(13_000_000)}`)
  // Deploy everything, change everything, and remove everything.
  const sells = (path: string, batch: Partial<KafkaConfig>): EventConfig[] => [
    { apig: { path: { prefix: path }, method: ['GET', 'PATCH'], query: { a: { regex: 'b+' } }, header: { X: 'y' } } },
    { timer: { crontab: '*/5 * * * *', name: 'often', payload: { path } } },
    { kafka: { ...kafka, ...batch } },
  ]
  const gateway = { network: 'both', vpc } as const
  const hold = { exclusive: true, events: [{ apig: { action: 'Hold', version: '2020-01-01' } }] }
  const first = { gateway: { ...gateway, cors, keyAuth: keyAuth('a-key-for-tests-1') }, project: 'default' }
  const second = { gateway: { ...gateway, cors: { ...cors, maxAge: 60 }, keyAuth: keyAuth('a-key-for-tests-2') } }
  const changed = { ...everything, memorySize: 2048, environment: { B: '2' } }
  // The first response of each Create action is lost, so that the deployment looks for the resource.
  for (const service of [cloud.vefaas, cloud.apig]) {
    for (const Action of Object.keys(tables[service.name as 'vefaas' | 'apig']).filter((name) =>
      name.startsWith('Create'),
    )) {
      service.faults.addUnchecked([{ Kind: 'CutAfter', Action, Times: 1 }])
    }
  }
  await deployService(client, serviceWith({ sell: { ...everything, events: sells('/a', {}) }, hold }, first))
  await deployService(
    client,
    serviceWith({ sell: { ...changed, events: sells('/b', { retries: 9 }) }, hold: { minInstances: 1 } }, second),
    (key) => (key === 'hold' ? large : codeThatAnswers('changed')),
  )
  const events = [{ apig: { path: '/sell' } }]
  const third = serviceWith(
    { sell: { events } },
    { gateway: { network: 'both', vpc, keyAuth: keyAuth('a-key-for-tests-3', 'other') } },
  )
  await deployService(client, third)
  // Somebody deletes the function of an upstream.
  const sell = (cloud.vefaas.functions() as { Id: string; Name: string }[]).find(
    ({ Name }) => Name === 'shop-test-sell',
  )
  await client.call('vefaas', 'DeleteFunction', { Id: sell?.Id })
  await deployService(
    client,
    serviceWith({ sell: { events: [...events, { timer: { crontab: '0 * * * *', name: 'often' } }] } }, { gateway }),
  )
  await removeService(client, third)
})

describe.each(['vefaas', 'apig'] as const)('%s', (service) => {
  test('receives only what is in its reference', () => {
    const wrong = cloud[service].calls.flatMap(({ action, body = {} }) => {
      const table = tables[service][action]
      if (table === undefined) return [`${action} is not in the table`]
      const fields = fieldsOf(body)
      return [
        ...fields.filter(([path]) => !(path in table)).map(([path]) => `${action}: ${path} is not in the table`),
        ...fields
          .filter(([path, value]) => path in table && !table[path]?.is(value))
          .map(([path, value]) => `${action}: ${path} is ${value}`),
        ...Object.entries(table)
          .filter(([path, { required }]) => required && !fields.some(([sent]) => sent === path))
          .map(([path]) => `${action}: ${path} is missing`),
      ]
    })
    expect([...new Set(wrong)]).toEqual([])
  })

  test('receives every action and every field of the table', () => {
    const sent = new Set(
      cloud[service].calls.flatMap(({ action, body = {} }) => [
        action,
        ...fieldsOf(body).map(([path]) => `${action} ${path}`),
      ]),
    )
    const known = Object.entries(tables[service]).flatMap(([action, table]) => [
      action,
      ...Object.keys(table).map((path) => `${action} ${path}`),
    ])
    expect(known.filter((one) => !sent.has(one))).toEqual([])
  })
})

/** Returns every value of a body with its path; an empty list has none. */
function fieldsOf(value: unknown, path = ''): [path: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`))
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([key, item]) => fieldsOf(item, path ? `${path}.${key}` : key))
}

/** Returns a text that a zip cannot compress, the same each time. */
function noise(length: number): string {
  let state = 1
  const characters = Array.from({ length: 65_536 }, () => {
    state = (state * 48_271) % 2_147_483_647
    return String.fromCharCode(33 + (state % 90))
  })
  const block = characters.join('')
  return Array.from({ length: Math.ceil(length / block.length) }, (_, at) => `${at}${block.slice(at % 999)}`).join('')
}
