import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Service } from '@volcengine/openapi'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from '../infra/emulator/ecs/index.ts'

// VolcEngine's own Node SDK, unchanged: its HTTP client and its signature against the emulator.
const ecs = await startEcs()
const service = new Service({
  serviceName: 'ecs',
  host: `127.0.0.1:${ecs.port}`,
  protocol: 'http:',
  region: 'cn-beijing',
  defaultVersion: '2020-04-01',
  accessKeyId: 'AKLOCAL',
  secretKey: 'local-secret',
})

type Params = Record<string, string | number | boolean>
interface Result {
  InstanceIds: string[]
  Instances: { InstanceId: string; Status: string; Tags: object[]; Description: string }[]
  OperationDetails: object[]
  TagResources: object[]
  NextToken: string
  TotalCount: number
  EcsTerminalUrl: string
  VncUrl: string
}

async function call(Action: string, params: Params = {}): Promise<Result> {
  const { ResponseMetadata, Result } = await service.createAPI<Params, Result>(Action)(params)
  if (ResponseMetadata.Error || !Result) throw new Error(ResponseMetadata.Error?.Code)
  expect(ResponseMetadata).toMatchObject({ Action, Version: '2020-04-01', Service: 'ecs', Region: 'cn-beijing' })
  return Result
}

const launch = {
  ZoneId: 'cn-beijing-a',
  ImageId: 'image-ubuntu2204',
  InstanceName: 'sandbox-沙箱',
  InstanceTypeId: 'ecs.g3i.large',
  'NetworkInterfaces.1.SubnetId': 'subnet-local',
  'NetworkInterfaces.1.SecurityGroupIds.1': 'sg-local',
  'Volumes.1.Size': 40,
  Password: "Local!*'()~+/&=1",
  Description: "Quelle idée ! *'()~+/&=% 中文 😀",
  'Tags.1.Key': 'managed by',
  'Tags.1.Value': 'a+b/c=d@e 中文',
}
const status = async () => (await call('DescribeInstances')).Instances[0]?.Status
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('the Service of @volcengine/openapi', () => {
  it('drives one instance through its life', async () => {
    const { InstanceIds } = await call('RunInstances', { ...launch, ClientToken: 'once' })
    expect(await call('RunInstances', { ...launch, ClientToken: 'once' })).toEqual({ InstanceIds })
    const [InstanceId = ''] = InstanceIds
    const { Instances, TotalCount } = await call('DescribeInstances', { 'InstanceIds.1': InstanceId, MaxResults: 100 })
    expect(TotalCount).toBe(1)
    expect(Instances[0]).toMatchObject({
      Description: launch.Description,
      Tags: [{ Key: 'managed by', Value: 'a+b/c=d@e 中文' }],
    })

    expect((await call('DescribeInstanceECSTerminalUrl', { InstanceId })).EcsTerminalUrl).toMatch(/^wss:/)
    expect((await call('DescribeInstanceVncUrl', { InstanceId })).VncUrl).toMatch(/^wss:/)
    expect(await call('RebootInstance', { InstanceId })).toEqual({})
    expect(await call('ModifyInstanceAttribute', { InstanceId, InstanceName: 'renamed', Description: '' })).toEqual({})
    expect(await call('StopInstance', { InstanceId, StoppedMode: 'KeepCharging' })).toEqual({})
    expect(await status()).toBe('STOPPED')
    expect(await call('StartInstance', { InstanceId })).toEqual({})
    expect(await status()).toBe('RUNNING')
    expect(await call('DeleteInstance', { InstanceId })).toEqual({})
    expect(await status()).toBeUndefined()
  })

  it('drives several at once', async () => {
    const { InstanceIds } = await call('RunInstances', { ...launch, Count: 2 })
    const ids = Object.fromEntries(InstanceIds.map((id, index) => [`InstanceIds.${index + 1}`, id]))
    const details = InstanceIds.map((InstanceId) => ({ InstanceId }))
    for (const action of ['RebootInstances', 'StopInstances', 'StartInstances', 'DeleteInstances']) {
      expect(await call(action, ids)).toEqual({ OperationDetails: details })
    }
  })

  it('tags, reads tags and untags', async () => {
    const { InstanceIds } = await call('RunInstances', launch)
    const which = { ResourceType: 'instance', 'ResourceIds.1': InstanceIds[0] ?? '' }
    await call('TagResources', { ...which, 'Tags.1.Key': 'owner', 'Tags.1.Value': '' })
    await call('UntagResources', { ...which, 'TagKeys.1': 'managed by' })
    const { TagResources, NextToken } = await call('DescribeTags', { ...which, 'TagFilters.1.Key': 'owner' })
    expect(TagResources).toEqual([
      { ResourceType: 'instance', ResourceId: InstanceIds[0], TagKey: 'owner', TagValue: '' },
    ])
    expect(NextToken).toBe('')
  })

  it('reads page after page', async () => {
    ecs.seed(25, { tags: { 'managed by': 'a+b' } })
    const filter = { 'TagFilters.1.Key': 'managed by', 'TagFilters.1.Values.1': 'a+b' }
    const ids: string[] = []
    let NextToken = ''
    do {
      const page = await call('DescribeInstances', { ...filter, NextToken })
      ids.push(...page.Instances.map(({ InstanceId }) => InstanceId))
      NextToken = page.NextToken
    } while (NextToken !== '')
    expect(ids).toEqual(ecs.instances().map(({ InstanceId }) => InstanceId))
  })

  it('is told what is wrong', async () => {
    await expect(call('DeleteInstance', { InstanceId: 'i-unknown' })).rejects.toThrow('InvalidInstance.NotFound')
    await expect(call('RunInstances', { ...launch, Password: 'short' })).rejects.toThrow('InvalidPassword.Malformed')
    ecs.faults.add({ Kind: 'Throttle', Times: 1 })
    await expect(call('DescribeInstances')).rejects.toThrow('FlowLimitExceeded')
  })

  it('may post a form', async () => {
    const post = service.createUrlEncodeAPI('RunInstances')
    const { ResponseMetadata } = await post(launch)
    expect(ResponseMetadata.Error).toBeUndefined()
    expect(ecs.instances()[0]?.Description).toBe(launch.Description)
  })
})

// Its own manifest names versions that nobody keeps; package.json overrides them.
describe('the packages below @volcengine/openapi', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8'))
  const installed = Object.entries<{ version: string }>(lock.packages)

  it.each([
    ['axios', 1],
    ['form-data', 4],
    ['protobufjs', 8],
    ['uuid', 14],
  ])('%s has a kept version wherever it is installed', (name, major) => {
    const found = installed.filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(found.map(([, { version }]) => Number.parseInt(version, 10))).toEqual([major])
  })

  it('do their work for the rest of it', async () => {
    const sdk = createRequire(import.meta.url)
    const { getLogSize } = sdk('@volcengine/openapi/lib/services/tls/producer/utils.js')
    // In Protocol Buffers a field is its tag, the length of a text or message, and the value: Time, Contents, Key, Value.
    expect(await getLogSize({ Time: 1, Contents: [{ Key: 'a', Value: 'bcd' }] })).toBe(2 + 2 + 3 + 5)
    expect(service.signSts2().AccessKeyId).toMatch(/^AKTP\w{30,}$/)
  })
})
