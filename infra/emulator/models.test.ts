import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actions as apigActions } from './apig/actions.ts'
import { caller as apigCaller, gatewayBody, routeBody, serviceBody, upstreamBody } from './apig/testing.ts'
import { startCloud } from './cloud.ts'
import { actions as ecsActions } from './ecs/actions.ts'
import { caller as ecsCaller, runParams } from './ecs/testing.ts'
import { type Model, models } from './models.ts'
import { actions as vefaasActions } from './vefaas/actions.ts'
import { deployFunction, finishedRelease, caller as vefaasCaller, zipOf } from './vefaas/testing.ts'

// SDKs of typed languages refuse a whole response if one field does not have the type in their models.
type Service = keyof typeof models
const results: { service: Service; action: string; metadata: Record<string, unknown>; result: unknown }[] = []

const cloud = await startCloud()
afterAll(() => cloud.close())
const ecs = recorded('ecs', ecsCaller(cloud.url))
const vefaas = recorded('vefaas', vefaasCaller(cloud.url))
const apig = recorded('apig', apigCaller(cloud.url))

/** Calls every action of every service, with all settings. */
beforeAll(async () => {
  await callEcs()
  await callApig(await callVefaas())
})

describe.each([
  ['ecs', ecsActions],
  ['vefaas', vefaasActions],
  ['apig', apigActions],
] as const)('%s', (service, actions) => {
  const ofService = () => results.filter((one) => one.service === service)

  it('is called with each action', () => {
    expect([...new Set(ofService().map(({ action }) => action))].sort()).toEqual([...actions.keys()].sort())
  })

  it('returns only fields of the models of the SDKs, with their types', () => {
    const problems = ofService().flatMap(({ action, result }) => problemsOf(result, models[service][action], action))
    expect([...new Set(problems)]).toEqual([])
  })

  it('has texts in its metadata, and a number for the code of an error', async () => {
    const texts = Object.fromEntries(
      ['RequestId', 'Action', 'Version', 'Service', 'Region'].map((name) => [name, expect.any(String)]),
    )
    for (const { metadata } of ofService()) expect(metadata).toEqual(texts)
    const call = { ecs: ecsCaller, vefaas: vefaasCaller, apig: apigCaller }[service](cloud.url)
    const [action = ''] = actions.keys()
    const { metadata } = await call(`${action}s`)
    expect(metadata.Error).toEqual({
      Code: 'InvalidActionOrVersion',
      CodeN: 100008,
      Message: expect.any(String),
    })
  })
})

it.each<[what: string, value: unknown, model: Model, problems: string[]]>([
  ['a fraction', { Cpu: 0.25 }, { Cpu: 'integer' }, ['x.Cpu is 0.25, not an integer']],
  ['more than an int32', [2 ** 31], ['integer'], ['x[] is 2147483648, not an integer']],
  ['a number as a text', { Port: '1' }, { Port: 'integer' }, ['x.Port is "1", not an integer']],
  ['an unknown field', { A: '', B: '' }, { A: 'string' }, ['x.B is not in the model']],
  ['null', { A: null, B: null }, { A: 'string', B: { C: 'string' } }, ['x.A is null, not a string']],
  ['an object for a list', { A: {} }, { A: ['string'] }, ['x.A is {}, not a list']],
])('%s is a problem', (_what, value, model, problems) => {
  expect(problemsOf(value, model, 'x')).toEqual(problems)
})

/** How a value differs from its model. Null can be an absent object or list. */
function problemsOf(value: unknown, model: Model | undefined, path: string): string[] {
  if (model === undefined) return [`${path} is not in the model`]
  const check = (isValid: boolean, kind: string) =>
    isValid ? [] : [`${path} is ${JSON.stringify(value)}, not ${kind}`]
  if (model === 'integer') return check(Number.isInteger(value) && Math.abs(value as number) < 2 ** 31, 'an integer')
  if (typeof model === 'string') return check(typeof value === model, `a ${model}`)
  if (value === null) return []
  if (isList(model)) {
    if (!Array.isArray(value)) return check(false, 'a list')
    return value.flatMap((item) => problemsOf(item, model[0], `${path}[]`))
  }
  if (typeof value !== 'object' || Array.isArray(value)) return check(false, 'an object')
  return Object.entries(value).flatMap(([name, field]) => problemsOf(field, model[name], `${path}.${name}`))
}

function isList(model: Model): model is readonly [Model] {
  return Array.isArray(model)
}

async function callEcs(): Promise<void> {
  const types = ['ecs.g3i.large', 'ecs.c3i.4xlarge', 'ecs.r3i.small']
  const ids: string[] = []
  for (const InstanceTypeId of types) {
    const { result } = await ecs('RunInstances', {
      ...{ ...runParams, InstanceTypeId, 'EipAddress.BandwidthMbps': 1, 'Tags.1.Key': 'a', 'Tags.1.Value': 'b' },
      ...{
        DeploymentSetId: 'ds-1',
        DeploymentSetGroupNumber: 1,
        'Placement.DedicatedHostId': 'dh-1',
        DeletionProtection: true,
      },
    })
    ids.push(...result.InstanceIds)
  }
  const [InstanceId = ''] = ids
  await ecs('RunInstances', { ...runParams, ImageId: 'image-windows', 'Volumes.1.Size': 40, 'Volumes.2.Size': 40 })
  await ecs('DescribeInstances')
  await ecs('DescribeInstances', { MaxResults: 1 })
  await ecs('ModifyInstanceAttribute', { InstanceId, DeletionProtection: false })
  const resource = { ResourceType: 'instance', 'ResourceIds.1': InstanceId }
  await ecs('TagResources', { ...resource, 'Tags.1.Key': 'c', 'Tags.1.Value': 'd' })
  await ecs('DescribeTags', { ResourceType: 'instance', MaxResults: 1 })
  await ecs('UntagResources', { ...resource, 'TagKeys.1': 'c' })
  await ecs('DescribeInstanceVncUrl', { InstanceId })
  await ecs('DescribeInstanceECSTerminalUrl', { InstanceId })
  for (const action of ['RebootInstance', 'StopInstance', 'StartInstance']) await ecs(action, { InstanceId })
  const both = { 'InstanceIds.1': InstanceId, 'InstanceIds.2': 'i-none' }
  for (const action of ['RebootInstances', 'StopInstances', 'StartInstances', 'DeleteInstances'])
    await ecs(action, both)
  const { result } = await ecs('RunInstances', runParams)
  await ecs('DeleteInstance', { InstanceId: result.InstanceIds[0] ?? '' })
}

/** Returns the id of a function that was released. */
async function callVefaas(): Promise<string> {
  const code = "exports.handler = async () => ({ statusCode: 200, body: '' })"
  const tags = [{ Key: 'a', Value: 'b' }]
  const FunctionId = await deployFunction(vefaas, code, {
    ...{ Description: 'all', Command: './run.sh', Port: 8000, MemoryMB: 512, CpuMilli: 250, CpuStrategy: 'always' },
    ...{ Envs: tags, Tags: tags, Role: 'trn:iam::2100000000:role/some', EnableApmplus: true, InstanceType: 'gpu' },
    VpcConfig: { EnableVpc: true, VpcId: 'vpc-1', SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] },
    TlsConfig: { EnableLog: true, TlsProjectId: 'p', TlsTopicId: 't' },
    TosMountConfig: {
      EnableTos: true,
      Credentials: { AccessKeyId: 'AK', SecretAccessKey: 'SK' },
      MountPoints: [{ BucketName: 'b', LocalMountPath: '/mnt' }],
    },
    NasStorage: {
      EnableNas: true,
      NasConfigs: [{ FileSystemId: 'f', RemotePath: '/', LocalMountPath: '/nas', Uid: 1000, Gid: 1000 }],
    },
    AsyncTaskConfig: { EnableAsyncTask: true, MaxRetry: 1, DestinationConfig: { OnSuccess: { Destination: '' } } },
  })
  const of = { FunctionId }
  for (const MemoryMB of [1024, 1536, 2048, 2560, 3072, 3584, 4096]) {
    await vefaas('UpdateFunction', { Id: FunctionId, MemoryMB })
  }
  await vefaas('GetFunction', { Id: FunctionId })
  await vefaas('ListFunctions')
  await vefaas('Release', { ...of, RevisionNumber: 0, TargetTrafficWeight: 50 })
  await finishedRelease(vefaas, FunctionId)
  await vefaas('UpdateRelease', { ...of, TargetTrafficWeight: 60 })
  await vefaas('AbortRelease', of)
  await vefaas('ListReleaseRecords', of)
  await vefaas('GetRevision', { ...of, RevisionNumber: 1 })
  await vefaas('ListRevisions', of)
  await vefaas('UpdateFunctionResource', { ...of, MinInstance: 1, MaxInstance: 2 })
  await vefaas('GetFunctionResource', of)
  const [instance] = (await vefaas('ListFunctionInstances', of)).result.Items
  await vefaas('GetFunctionInstanceLogs', { ...of, Name: instance?.InstanceName })

  const timer = {
    ...of,
    Id: (await vefaas('CreateTimer', { ...of, Name: 'some-timer', Crontab: '0 0 1 1 *' })).result.Id,
  }
  await vefaas('UpdateTimer', { ...timer, Retries: 2 })
  await vefaas('GetTimer', timer)
  const KafkaCredentials = { Mechanism: 'PLAIN', Username: 'u', Password: 'p' }
  const kafka = { ...of, Name: 'some_trigger', MqInstanceId: 'k', TopicName: 't', KafkaCredentials }
  const trigger = { ...of, Id: (await vefaas('CreateKafkaTrigger', kafka)).result.Id }
  await vefaas('UpdateKafkaTrigger', { ...trigger, BatchSize: 10 })
  await vefaas('GetKafkaTrigger', trigger)
  await vefaas('ListTriggers', of)
  await vefaas('DeleteTimer', timer)
  await vefaas('DeleteKafkaTrigger', trigger)

  const { Id } = (await vefaas('CreateFunction', { Name: 'uploaded', Runtime: 'node20/v1' })).result
  const body = Buffer.from(zipOf(code), 'base64')
  const address = { FunctionId: Id, ContentLength: body.length }
  const { UploadAddress } = (await vefaas('GetCodeUploadAddress', address)).result
  const headers = { 'Content-Type': 'application/zip' }
  expect((await fetch(UploadAddress, { method: 'PUT', headers, body })).status).toBe(200)
  await vefaas('CodeUploadCallback', { FunctionId: Id }, { version: '2021-03-03' })
  await vefaas('GenTempTosObjectUrl', {}, { version: '2021-03-03' })
  await vefaas('DeleteFunction', { Id })
  return FunctionId
}

async function callApig(functionId: string): Promise<void> {
  const GatewayId: string = (
    await apig('CreateGateway', {
      ...gatewayBody,
      NetworkSpec: { VpcId: 'vpc-1', SubnetIds: ['subnet-1'] },
      ResourceSpec: { Replicas: 2, PublicNetworkBandwidth: 1, NetworkType: { EnablePublicNetwork: true } },
      LogSpec: { Enable: true, ProjectId: 'p', TopicId: 't' },
      MonitorSpec: { Enable: true, WorkspaceID: 'w' },
      Tags: [{ Key: 'a', Value: 'b' }],
    })
  ).result.Id
  await apig('UpdateGateway', { Id: GatewayId, Comments: 'new' })
  await apig('GetGateway', { Id: GatewayId })
  await apig('ListGateways')
  await apig('CheckGatewayExist', { Name: gatewayBody.Name })

  const ServiceId: string = (await apig('CreateGatewayService', { ...serviceBody, GatewayId, Tags: [] })).result.Id
  await apig('UpdateGatewayService', { Id: ServiceId, Protocol: ['HTTP'] })
  await apig('GetGatewayService', { Id: ServiceId })
  await apig('ListGatewayServices')
  await apig('CheckGatewayServiceExist', { GatewayId, Name: serviceBody.ServiceName })

  const { GatewayId: _, ...upstream } = {
    ...upstreamBody(GatewayId, functionId),
    CircuitBreakingSettings: { Enable: true, ConsecutiveErrors: 1 },
    ConnectionPoolSettings: { Enable: true, MaxConnections: 1 },
    LoadBalancerSettings: { LbPolicy: 'SimpleLB', SimpleLB: 'ROUND_ROBIN', WarmupDuration: 1 },
    TlsSettings: { TlsMode: 'DISABLE' },
  }
  const UpstreamId: string = (
    await apig('CreateUpstream', { ...upstream, GatewayId, ResourceType: 'Console', Tags: [{ Key: 'a', Value: 'b' }] })
  ).result.Id
  await apig('UpdateUpstream', { ...upstream, Id: UpstreamId })
  await apig('GetUpstream', { Id: UpstreamId })
  await apig('ListUpstreams')
  await apig('CheckUpstreamExist', { GatewayId, Name: upstream.Name })
  await apig('CheckUpstreamSpecExist', { GatewayId, UpstreamSpec: upstream.UpstreamSpec })

  const matches = [{ Key: 'a', Value: { MatchType: 'Exact', MatchContent: 'b' } }]
  const { ServiceId: __, ...route } = {
    ...routeBody(ServiceId, UpstreamId),
    Scene: 'Upstream',
    MatchRule: {
      Path: { MatchType: 'Exact', MatchContent: '/' },
      Method: ['GET'],
      Header: matches,
      QueryString: matches,
    },
    AdvancedSetting: {
      TimeoutSetting: { Enable: true, Timeout: 60 },
      CorsPolicySetting: {
        Enable: true,
        AllowOrigins: [{ MatchType: 'Exact', Value: '*' }],
        AllowMethods: ['GET'],
        MaxAge: 1,
      },
      HeaderOperations: [{ Operation: 'remove', Key: 'x' }],
    },
  }
  const routeId: string = (
    await apig('CreateRoute', { ...route, ServiceId, ResourceType: 'Console', Tags: [{ Key: 'a', Value: 'b' }] })
  ).result.Id
  await apig('UpdateRoute', { ...route, Id: routeId })
  await apig('GetRoute', { Id: routeId })
  await apig('ListRoutes')
  await apig('CheckRouteExist', { ServiceId, Name: route.Name })

  const consumerId: string = (await apig('CreateConsumer', { GatewayId, Name: 'ann' })).result.Id
  await apig('UpdateConsumer', { Id: consumerId, Comments: 'new' })
  await apig('GetConsumer', { Id: consumerId })
  await apig('ListConsumers')
  await apig('CheckConsumerExist', { GatewayId, Name: 'ann' })
  const credentials = [
    { CredentialType: 'key-auth', KeyAuthCredential: { APIKey: 'key' } },
    { CredentialType: 'hmac-auth', HmacAuthCredential: { AccessKey: 'ak', SecretKey: 'sk' } },
  ]
  for (const credential of credentials) {
    const of = { ConsumerId: consumerId, CredentialType: credential.CredentialType }
    const { Id } = (await apig('CreateConsumerCredential', { ...credential, ConsumerId: consumerId })).result
    await apig('CheckConsumerCredentialExist', { ...credential, GatewayId })
    await apig('ListConsumerCredentials', of)
    await apig('DeleteConsumerCredential', { ...of, Id })
  }

  const plugin = { GatewayId, PluginName: 'wasm-key-auth' }
  await apig('CreatePlugin', { ...plugin, Enable: true })
  await apig('UpdatePlugin', { ...plugin, Enable: true })
  await apig('GetPlugin', plugin)
  const PluginConfig = JSON.stringify({ KeySources: [{ Header: 'X-Key' }], AllowedConsumers: [] })
  const binding = { PluginName: plugin.PluginName, Scope: 'ROUTE', Target: routeId, PluginConfig, Enable: true }
  const { Id } = (await apig('CreatePluginBinding', binding)).result
  await apig('UpdatePluginBinding', { Id, PluginConfig, Enable: true })
  await apig('GetPluginBinding', { Id })
  await apig('ListPluginBindings')

  await apig('DeletePluginBinding', { Id })
  await apig('DeletePlugin', plugin)
  await apig('DeleteConsumer', { Id: consumerId })
  await apig('DeleteRoute', { Id: routeId })
  await apig('DeleteUpstream', { Id: UpstreamId })
  await apig('DeleteGatewayService', { Id: ServiceId })
  await apig('DeleteGateway', { Id: GatewayId })
}

interface Reply {
  outcome: string
  message: string
  metadata: Record<string, unknown>
  result: unknown
}

/** Returns a function that makes calls, which must succeed, and records their results for the tests. */
function recorded<Call extends (action: string, ...more: never[]) => Promise<Reply>>(
  service: Service,
  call: Call,
): Call {
  return (async (action: string, ...more: never[]) => {
    const reply = await call(action, ...more)
    if (reply.outcome !== '200') throw new Error(`${action}: ${reply.outcome} ${reply.message}`)
    results.push({ service, action, metadata: reply.metadata, result: reply.result })
    return reply
  }) as Call
}
