import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { startEcs } from '../../infra/emulator/ecs/index.ts'
import {
  callFor,
  configFor,
  errorOf,
  refusalOf,
  type Settings,
  type TestCallOptions,
} from '../../tests/support/manager.ts'
import { answerWith, enveloped, startStub } from '../../tests/support/stub-cloud.ts'
import { callerOfKey } from '../config/callers.ts'
import { type CreateRequest, createSandbox } from './create-sandbox.ts'
import { renewSandbox } from './renew-sandbox.ts'

const ecs = await startEcs()
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const ALL_OVERRIDES = [
  'InstanceName',
  'InstanceType',
  'ZoneId',
  'ImageId',
  'UserData',
  'TagKey',
  'TagValue',
  'ProjectName',
  'SubnetId',
  'SecurityGroupIds',
  'Password',
]

interface Case extends TestCallOptions {
  settings?: Settings
  request?: Partial<CreateRequest>
}

function create({ settings = {}, request = {}, ...options }: Case = {}) {
  return createSandbox(callFor(configFor(ecs.url, settings), options), { OsType: 'Linux', ...request })
}

const runs = () => ecs.calls.filter(({ action }) => action === 'RunInstances')

/** The parameters of the last RunInstances, without what differs from call to call. */
function sent(): Record<string, string> {
  const { ClientToken, ...params } = runs().at(-1)?.params ?? {}
  expect(ClientToken).toMatch(/^[!-~]{1,64}$/)
  const own = Object.keys(params).filter(
    (name) => /^Tags\.\d+\.Key$/.test(name) && params[name]?.startsWith('ecs-manager:'),
  )
  for (const name of own) {
    delete params[name]
    delete params[name.replace(/Key$/, 'Value')]
  }
  return params
}

const usual = {
  ZoneId: 'cn-beijing-a',
  ImageId: 'image-linux',
  InstanceName: 'sandbox-desktop',
  InstanceTypeId: 'ecs.g3i.large',
  InstanceChargeType: 'PostPaid',
  SpotStrategy: 'NoSpot',
  'NetworkInterfaces.1.SubnetId': 'subnet-a',
  'NetworkInterfaces.1.SecurityGroupIds.1': 'sg-a',
  'Volumes.1.VolumeType': 'ESSD_PL0',
  'Volumes.1.Size': '40',
  KeepImageCredential: 'true',
  'Tags.1.Key': 'managed-by',
  'Tags.1.Value': 'ecs-manager',
}
const { KeepImageCredential: _, ...withoutCredential } = usual

const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the machine is made as configured', () => {
  it.each<[string, Settings, Partial<CreateRequest>, Record<string, string>]>([
    ['with no more than what is needed', {}, {}, usual],
    ['as Windows', {}, { OsType: 'Windows' }, { ...usual, ImageId: 'image-windows' }],
    ['with a name', { 'instance.name': 'box' }, {}, { ...usual, InstanceName: 'sandbox-box' }],
    ['with a type', { 'instance.type': 'ecs.c3i.xlarge' }, {}, { ...usual, InstanceTypeId: 'ecs.c3i.xlarge' }],
    ['in a zone', { 'instance.zone': 'cn-beijing-b' }, {}, { ...usual, ZoneId: 'cn-beijing-b' }],
    [
      'with a volume',
      { 'instance.volume_type': 'ESSD_FlexPL', 'instance.volume_size': 2048 },
      {},
      { ...usual, 'Volumes.1.VolumeType': 'ESSD_FlexPL', 'Volumes.1.Size': '2048' },
    ],
    [
      'as a spot instance',
      { 'instance.spot_strategy': 'SpotAsPriceGo' },
      {},
      { ...usual, SpotStrategy: 'SpotAsPriceGo' },
    ],
    ['in a project', { 'instance.project_name': 'desktops' }, {}, { ...usual, ProjectName: 'desktops' }],
    [
      'with its own tag',
      { 'instance.tag_key': 'team', 'instance.tag_value': 'blue' },
      {},
      { ...usual, 'Tags.1.Key': 'team', 'Tags.1.Value': 'blue' },
    ],
    [
      'with five security groups',
      { 'network.security_group_ids': ['sg-1', 'sg-2', 'sg-3', 'sg-4', 'sg-5'] },
      {},
      {
        ...usual,
        'NetworkInterfaces.1.SecurityGroupIds.1': 'sg-1',
        'NetworkInterfaces.1.SecurityGroupIds.2': 'sg-2',
        'NetworkInterfaces.1.SecurityGroupIds.3': 'sg-3',
        'NetworkInterfaces.1.SecurityGroupIds.4': 'sg-4',
        'NetworkInterfaces.1.SecurityGroupIds.5': 'sg-5',
      },
    ],
    [
      'with a public address that goes with the machine',
      { 'network.eip_bandwidth_mbps': 5 },
      {},
      { ...usual, 'EipAddress.BandwidthMbps': '5', 'EipAddress.ReleaseWithInstance': 'true' },
    ],
    [
      'with user data in base64',
      { 'instance.user_data': '#!/bin/sh\necho 你好' },
      {},
      { ...usual, UserData: base64('#!/bin/sh\necho 你好') },
    ],
    ['with a password', { 'instance.password': 'Fake-Pass-1' }, {}, { ...withoutCredential, Password: 'Fake-Pass-1' }],
    ['with a key pair', { 'instance.key_pair_name': 'pair' }, {}, { ...withoutCredential, KeyPairName: 'pair' }],
    [
      'with the key pair where there is a password too',
      { 'instance.key_pair_name': 'pair', 'instance.password': 'Fake-Pass-1' },
      {},
      { ...withoutCredential, KeyPairName: 'pair' },
    ],
    [
      'as Windows with the password where there is a key pair too',
      { 'instance.key_pair_name': 'pair', 'instance.password': 'Fake-Pass-1' },
      { OsType: 'Windows' },
      { ...withoutCredential, ImageId: 'image-windows', Password: 'Fake-Pass-1' },
    ],
    [
      "as Windows with the image's own credential where there is a key pair alone",
      { 'instance.key_pair_name': 'pair' },
      { OsType: 'Windows' },
      { ...usual, ImageId: 'image-windows' },
    ],
  ])('%s', async (_name, settings, request, expected) => {
    const { SandboxId } = await create({ settings, request })
    expect(sent()).toEqual(expected)
    expect(ecs.instances()).toMatchObject([{ InstanceId: SandboxId }])
  })
})

describe('what the caller asks for takes the place of the configuration', () => {
  const everything = { 'security.allowed_overrides': ALL_OVERRIDES }

  it.each<[string, Partial<CreateRequest>, Record<string, string>, Settings?]>([
    ['InstanceName', { InstanceName: '桌面-1' }, { ...usual, InstanceName: 'sandbox-桌面-1' }],
    ['InstanceType', { InstanceType: 'ecs.r3i.large' }, { ...usual, InstanceTypeId: 'ecs.r3i.large' }],
    ['ZoneId', { ZoneId: 'cn-beijing-c' }, { ...usual, ZoneId: 'cn-beijing-c' }],
    ['ImageId', { ImageId: 'image-own' }, { ...usual, ImageId: 'image-own' }],
    [
      'ImageId of Windows',
      { OsType: 'Windows', ImageId: 'image-windows-own' },
      { ...usual, ImageId: 'image-windows-own' },
    ],
    [
      'ImageId where no Windows image is configured',
      { OsType: 'Windows', ImageId: 'image-windows-own' },
      { ...usual, ImageId: 'image-windows-own' },
      { 'instance.windows_image_id': '' },
    ],
    ['ProjectName', { ProjectName: 'other' }, { ...usual, ProjectName: 'other' }],
    ['SubnetId', { SubnetId: 'subnet-b' }, { ...usual, 'NetworkInterfaces.1.SubnetId': 'subnet-b' }],
    [
      'SecurityGroupIds',
      { SecurityGroupIds: ['sg-x', 'sg-y'] },
      { ...usual, 'NetworkInterfaces.1.SecurityGroupIds.1': 'sg-x', 'NetworkInterfaces.1.SecurityGroupIds.2': 'sg-y' },
      { 'network.security_group_ids': ['sg-1', 'sg-2', 'sg-3'] },
    ],
    [
      'Password',
      { Password: 'Fake-Pass-2' },
      { ...withoutCredential, Password: 'Fake-Pass-2' },
      { 'instance.password': 'Fake-Pass-1' },
    ],
    [
      'Password before the key pair',
      { Password: 'Fake-Pass-2' },
      { ...withoutCredential, Password: 'Fake-Pass-2' },
      { 'instance.key_pair_name': 'pair' },
    ],
    [
      'UserData',
      { UserData: base64('mine') },
      { ...usual, UserData: base64('mine') },
      { 'instance.user_data': 'theirs' },
    ],
    [
      'TagKey and TagValue, beside the tag of the manager',
      { TagKey: 'owner', TagValue: 'me' },
      { ...usual, 'Tags.2.Key': 'owner', 'Tags.2.Value': 'me' },
    ],
  ])('%s', async (_name, request, expected, settings = {}) => {
    const { SandboxId } = await create({ settings: { ...everything, ...settings }, request })
    expect(sent()).toEqual(expected)
    expect(ecs.instances()).toMatchObject([{ InstanceId: SandboxId }])
  })

  it('and the machine carries both tags', async () => {
    await create({ request: { TagKey: 'owner', TagValue: 'me' } })
    const [instance] = ecs.instances()
    expect(instance?.Tags.get('managed-by')).toBe('ecs-manager')
    expect(instance?.Tags.get('owner')).toBe('me')
  })
})

describe('what the caller may not ask for', () => {
  const given = {
    InstanceName: 'x',
    InstanceType: 'ecs.r3i.large',
    ZoneId: 'cn-beijing-c',
    ImageId: 'image-own',
    ProjectName: 'other',
    SubnetId: 'subnet-b',
    SecurityGroupIds: ['sg-x'],
    Password: 'Fake-Pass-2',
    UserData: base64('mine'),
    TagKey: 'owner',
    TagValue: 'me',
  }
  type Name = keyof typeof given

  it.each(['ProjectName', 'SubnetId', 'SecurityGroupIds', 'Password'] as const)('is %s, as shipped', async (name) => {
    expect(await refusalOf(create({ request: { [name]: given[name] } }))).toBe(`403 OperationDenied.${name}`)
    expect(ecs.calls).toEqual([])
  })

  it.each(Object.keys(given) as Name[])('is %s, where nothing is allowed', async (name) => {
    const settings = { 'security.allowed_overrides': [] }
    const refusal = await refusalOf(create({ settings, request: { [name]: given[name] } }))
    expect(refusal).toBe(`403 OperationDenied.${name}`)
    expect(ecs.calls).toEqual([])
  })

  it('is nothing that is undefined', async () => {
    await create({ request: { Password: undefined, SubnetId: undefined } })
    expect(sent()).toEqual(usual)
  })

  it('is never OsType or ClientToken', async () => {
    const settings = { 'security.allowed_overrides': [] }
    await create({ settings, request: { OsType: 'Windows', ClientToken: 'token-1' } })
    expect(runs()).toHaveLength(1)
  })

  it.each<[string, Partial<CreateRequest>, Settings, string]>([
    ['a TagKey without TagValue', { TagKey: 'owner' }, {}, '400 MissingParameter.TagValue'],
    ['a TagValue without TagKey', { TagValue: 'me' }, {}, '400 MissingParameter.TagKey'],
    ["the manager's own tag", { TagKey: 'managed-by', TagValue: 'me' }, {}, '400 InvalidParameter.TagKey'],
    [
      'the tag that is configured',
      { TagKey: 'team', TagValue: 'red' },
      { 'instance.tag_key': 'team' },
      '400 InvalidParameter.TagKey',
    ],
    [
      'Windows where there is no Windows image',
      { OsType: 'Windows' },
      { 'instance.windows_image_id': '' },
      '400 InvalidParameter.OsType',
    ],
  ])('is %s', async (_name, request, settings, refusal) => {
    expect(await refusalOf(create({ settings, request }))).toBe(refusal)
    expect(ecs.calls).toEqual([])
  })
})

describe('ClientToken', () => {
  const tokenOf = (index: number) => runs()[index]?.params.ClientToken

  it("is made of the caller's, whatever its request id", async () => {
    const request = { ClientToken: 'mine-1' }
    const first = await create({ request, callerRequestId: 'request-1' })
    expect(await create({ request, callerRequestId: 'request-2' })).toEqual(first)
    expect(tokenOf(0)).toBe(tokenOf(1))
  })

  it.each<[string, Partial<Case>]>([
    ['a ClientToken', { request: { ClientToken: 'task-1' } }],
    ['a request id', { callerRequestId: 'task-1' }],
  ])('of two callers with the same %s is not the same: each gets a machine', async (_name, same) => {
    const [frontEnd, planner] = [callerOfKey('front-end', 'front-end-key'), callerOfKey('planner', 'planner-key')]
    const [one, other] = [await create({ ...same, caller: frontEnd }), await create({ ...same, caller: planner })]
    expect(one.SandboxId).not.toBe(other.SandboxId)
    for (const caller of [frontEnd, planner]) {
      expect((await create({ ...same, caller })).SandboxId).toBe((caller === planner ? other : one).SandboxId)
    }
    expect(ecs.instances()).toHaveLength(2)
  })

  it('is not the same for a ClientToken and a request id of the same text', async () => {
    const [one, other] = [await create({ request: { ClientToken: 't' } }), await create({ callerRequestId: 't' })]
    expect(one.SandboxId).not.toBe(other.SandboxId)
  })

  it("comes from the caller's request id: the same id makes one machine", async () => {
    const first = await create({ callerRequestId: 'request-1' })
    const second = await create({ callerRequestId: 'request-1' })
    expect(second).toEqual(first)
    expect(ecs.instances()).toHaveLength(1)
    expect(tokenOf(0)).toBe(tokenOf(1))
  })

  it('differs for two request ids, and is as long as ECS takes it, however long the id', async () => {
    await create({ callerRequestId: 'a'.repeat(128) })
    await create({ callerRequestId: `${'a'.repeat(127)}b` })
    expect(tokenOf(0)).not.toBe(tokenOf(1))
    expect(ecs.instances()).toHaveLength(2)
    expect(tokenOf(0)?.length).toBeLessThanOrEqual(64)
  })

  it('is random without either', async () => {
    await create()
    await create()
    expect(tokenOf(0)).not.toBe(tokenOf(1))
    expect(ecs.instances()).toHaveLength(2)
  })

  it('makes one machine, however often it is sent, one after the other or at once', async () => {
    const request = { ClientToken: 'once' }
    const first = await create({ request })
    const others = await Promise.all([create({ request }), create({ request }), create({ request })])
    for (const other of others) expect(other).toEqual(first)
    expect(ecs.instances()).toHaveLength(1)
  })

  it.each<[string, Partial<Case>]>([
    ['ClientToken', { request: { ClientToken: 'once' } }],
    ['X-Request-ID', { callerRequestId: 'once' }],
  ])('with other parameters is refused, names %s, and makes nothing', async (name, same) => {
    await create(same)
    const error = await errorOf(create({ ...same, request: { ...same.request, InstanceName: 'other' } }))
    expect(`${error.status} ${error.code}`).toBe('409 IdempotentParameterMismatch')
    expect(error.message).toContain(`The ${name}`)
    expect(ecs.instances()).toHaveLength(1)
  })

  it('is the same in every try of one call', async () => {
    ecs.faults.add({ Kind: 'CutAfter', Action: 'RunInstances', Times: 2 })
    const { SandboxId } = await create()
    expect(runs()).toHaveLength(3)
    expect(new Set(runs().map(({ params }) => params.ClientToken)).size).toBe(1)
    expect(ecs.instances()).toMatchObject([{ InstanceId: SandboxId }])
  })

  it.each<[string, Fault]>([
    ['is cut off', { Kind: 'CutAfter' }],
    ['comes too late', { Kind: 'Delay', DelayMs: 60_000 }],
    ['is half there', { Kind: 'Truncate' }],
    ['is a 504', { Kind: 'Error', Status: 504, Code: 'InternalServiceTimeout', AfterWork: true }],
    ['is a page of a proxy', { Kind: 'Html', AfterWork: true }],
    ['is empty', { Kind: 'Empty', AfterWork: true }],
  ])('in the message makes the repetition safe when the answer %s every time', async (_name, fault) => {
    ecs.faults.add({ ...fault, Action: 'RunInstances' })
    const settings = { 'volcengine.max_tries': 1 }
    const error = await errorOf(create({ settings, withinMs: 2_500 }))
    expect([503, 504]).toContain(error.status)
    expect(ecs.instances()).toHaveLength(1)
    const ClientToken = /ClientToken=([\w-]+)/.exec(error.message)?.[1] ?? 'none in the message'
    ecs.faults.clear()
    const { SandboxId } = await create({ request: { ClientToken } })
    expect(ecs.instances()).toMatchObject([{ InstanceId: SandboxId }])
  })
})

describe('max_sandboxes', () => {
  const settings = { 'security.max_sandboxes': 2 }
  const tags = { 'managed-by': 'ecs-manager' }

  it('costs no call where it is 0', async () => {
    await create()
    expect(ecs.calls.map(({ action }) => action)).toEqual(['RunInstances'])
  })

  it('costs one call where there is room', async () => {
    await create({ settings })
    expect(ecs.calls.map(({ action }) => action)).toEqual(['DescribeInstances', 'RunInstances'])
  })

  it('is never exceeded, and the refusal names it', async () => {
    await create({ settings })
    await create({ settings })
    const error = await errorOf(create({ settings }))
    expect([error.status, error.code]).toEqual([429, 'QuotaExceeded.MaximumSandboxes'])
    expect(error.message).toBe('The limit of sandboxes (2) is reached.')
    expect(ecs.instances()).toHaveLength(2)
  })

  it('gives room again once one is deleted', async () => {
    ecs.seed(2, { tags })
    expect(await refusalOf(create({ settings }))).toBe('429 QuotaExceeded.MaximumSandboxes')
    ecs.reset()
    ecs.seed(1, { tags })
    await create({ settings })
    expect(ecs.instances()).toHaveLength(2)
  })

  it.each([{}, { TotalCount: null }, { TotalCount: 'x' }, { TotalCount: {} }])(
    'makes no machine when the cloud does not say how many there are: %j',
    async (Result) => {
      const stub = await startStub((_request, response) => answerWith(response, enveloped(Result)))
      const config = configFor(stub.url, { ...settings, 'volcengine.max_tries': 1 })
      expect(await refusalOf(createSandbox(callFor(config), { OsType: 'Linux' }))).toBe('503 ServiceUnavailable')
      expect(stub.asked.filter((path) => path.includes('RunInstances'))).toEqual([])
      await stub.close()
    },
  )

  it('counts no instance of anybody else', async () => {
    ecs.seed(5)
    ecs.seed(5, { tags: { 'managed-by': 'somebody-else' } })
    await create({ settings })
    expect(ecs.instances()).toHaveLength(11)
  })

  it('counts only its own project where one is configured', async () => {
    ecs.seed(5, { tags, projectName: 'other' })
    const own = { ...settings, 'instance.project_name': 'desktops' }
    await create({ settings: own })
    await create({ settings: own })
    expect(await refusalOf(create({ settings: own }))).toBe('429 QuotaExceeded.MaximumSandboxes')
  })

  it('counts 1,000 as 1,000', async () => {
    ecs.seed(1_000, { tags })
    const most = { 'security.max_sandboxes': 1_000 }
    expect(await refusalOf(create({ settings: most }))).toBe('429 QuotaExceeded.MaximumSandboxes')
  })

  it.each([
    ['a ClientToken', { request: { ClientToken: 'again' } }],
    ['its request id', { callerRequestId: 'request-1' }],
  ])('lets the retry of the last creation, known by %s, learn the id of its machine', async (_name, same) => {
    ecs.seed(1, { tags })
    const first = await create({ settings, ...same })
    expect(await create({ settings, ...same })).toEqual(first)
    expect(ecs.instances()).toHaveLength(2)
    expect(await refusalOf(create({ settings }))).toBe('429 QuotaExceeded.MaximumSandboxes')
  })

  it('lets that retry through though the machine was made before there was a limit', async () => {
    const request = { ClientToken: 'again' }
    ecs.seed(1, { tags })
    const first = await create({ request })
    expect(await create({ settings, request })).toEqual(first)
  })

  it('does not let the token of a caller stand in the tags', async () => {
    await create({ settings, request: { ClientToken: 'my-own-token' } })
    expect(JSON.stringify([...(ecs.instances()[0]?.Tags ?? [])])).not.toContain('my-own-token')
    expect(ecs.instances()[0]?.Tags.get('ecs-manager:client-token')).toBe(runs()[0]?.params.ClientToken)
  })
})

describe('the end of a sandbox', () => {
  const ends = () => ecs.instances().map(({ Tags }) => Tags.get('ecs-manager:expire-at'))
  const at = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString().replace(/\.\d+/, '')
  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000)
  const ClientToken = 'one-and-the-same'

  // The time stands still, so that ends can be compared to the second.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1_000) * 1_000 }))
  afterEach(() => void vi.useRealTimers())

  it.each<[string, Settings, number | undefined, number]>([
    ['asked for', {}, 60, 60],
    ['configured', { 'lifetime.default_seconds': 120 }, undefined, 120],
  ])('is the one %s, in the one call that makes the machine', async (_name, settings, LifetimeSeconds, seconds) => {
    const made = await create({ settings, request: { LifetimeSeconds } })
    expect(made).toEqual({ SandboxId: ecs.instances()[0]?.InstanceId, ExpireAt: at(seconds) })
    expect(ends()).toEqual([at(seconds)])
    expect(ecs.calls.map(({ action }) => action)).toEqual(['RunInstances'])
  })

  it('can be none where the operator has set no longest lifetime', async () => {
    const made = await create({ settings: { 'lifetime.max_seconds': 0 }, request: { LifetimeSeconds: 0 } })
    expect(Object.keys(JSON.parse(JSON.stringify(made)))).toEqual(['SandboxId'])
    expect(ends()).toEqual(['never'])
  })

  it.each([0, 604_801])('after %i seconds is refused, and no machine is made', async (LifetimeSeconds) => {
    expect(await refusalOf(create({ request: { LifetimeSeconds } }))).toBe('400 InvalidParameter.LifetimeSeconds')
    expect(ecs.calls).toEqual([])
  })

  it.each<[string, Partial<CreateRequest>]>([
    ['that asks for a lifetime', { LifetimeSeconds: 60 }],
    ['that asks for none', {}],
  ])('stays what it was at the retry of a creation %s, whenever that comes', async (_name, request) => {
    const first = await create({ request: { ...request, ClientToken } })
    pass(30)
    expect(await create({ request: { ...request, ClientToken } })).toEqual(first)
    expect(ends()).toEqual([first.ExpireAt])
  })

  it('is at a retry the one that it was renewed to', async () => {
    const request = { ClientToken, LifetimeSeconds: 60 }
    const first = await create({ request })
    const { ExpireAt } = await renewSandbox(callFor(configFor(ecs.url)), first.SandboxId, 3_600)
    pass(30)
    expect(await create({ request })).toEqual({ SandboxId: first.SandboxId, ExpireAt })
    expect(ends()).toEqual([ExpireAt])
  })

  it('is at a retry the one that it was renewed to, also where it had none', async () => {
    const settings = { 'lifetime.max_seconds': 0 }
    const request = { ClientToken, LifetimeSeconds: 0 }
    const first = await create({ settings, request })
    const { ExpireAt } = await renewSandbox(callFor(configFor(ecs.url, settings)), first.SandboxId, 30)
    pass(1)
    expect(await create({ settings, request })).toEqual({ SandboxId: first.SandboxId, ExpireAt })
  })

  it('is found at a retry though an older machine has the same token', async () => {
    const request = { ClientToken, InstanceName: 'a' }
    const older = await create({ request: { ...request, InstanceName: 'b' } })
    // The cloud forgets the token.
    pass(25 * 3_600)
    const first = await create({ request })
    pass(1)
    expect(await create({ request })).toEqual(first)
    expect(first.SandboxId).not.toBe(older.SandboxId)
  })

  it.each<[string, Partial<CreateRequest>, Partial<CreateRequest>]>([
    ['another lifetime', { LifetimeSeconds: 60 }, { LifetimeSeconds: 61 }],
    ['a lifetime where there was none', {}, { LifetimeSeconds: 86_399 }],
    ['another name', { InstanceName: 'a' }, { InstanceName: 'b' }],
    ['another name and lifetime', { InstanceName: 'a' }, { InstanceName: 'b', LifetimeSeconds: 60 }],
  ])('does not hide that a retry asks for %s', async (_name, first, second) => {
    await create({ request: { ...first, ClientToken } })
    for (const seconds of [0, 30]) {
      pass(seconds)
      expect(await refusalOf(create({ request: { ...second, ClientToken } }))).toBe('409 IdempotentParameterMismatch')
    }
    expect(ecs.instances()).toHaveLength(1)
  })

  it('does not hide that a retry asks for one where there was none', async () => {
    const settings = { 'lifetime.max_seconds': 0 }
    await create({ settings, request: { ClientToken, LifetimeSeconds: 0 } })
    const retry = create({ settings, request: { ClientToken, LifetimeSeconds: 60 } })
    expect(await refusalOf(retry)).toBe('409 IdempotentParameterMismatch')
    const back = create({ settings, request: { ClientToken, LifetimeSeconds: 0 } })
    expect((await back).SandboxId).toBe(ecs.instances()[0]?.InstanceId)
  })

  it('is waited for at a retry while the cloud does not show the machine yet', async () => {
    ecs.faults.add({ Kind: 'HideNew', Seconds: 2 })
    const first = await create({ request: { ClientToken } })
    // From now on by the real time, a second later.
    vi.useRealTimers()
    await new Promise((resolve) => setTimeout(resolve, 1_001))
    expect(await create({ request: { ClientToken } })).toEqual(first)
    expect(ecs.instances()).toHaveLength(1)
  })

  it.each<[string, Partial<Case>]>([
    ['ClientToken', { request: { ClientToken } }],
    ['X-Request-ID', { callerRequestId: 'request-1' }],
  ])('is no reason to take another %s while its machine is not visible', async (_name, same) => {
    ecs.faults.add({ Kind: 'HideNew', Seconds: 600 })
    const first = await create(same)
    pass(30)
    const error = await errorOf(create({ ...same, withinMs: 1_000 }))
    expect([error.status, error.code, error.retryAfter]).toEqual([503, 'ServiceUnavailable', 5])
    const [, token] = /ClientToken=([!-~]+)\.$/.exec(error.message) ?? []
    pass(600)
    expect(await create(same)).toEqual(first)
    expect(await create({ request: { ClientToken: token } })).toEqual(first)
    expect(ecs.instances()).toHaveLength(1)
  })

  it('is waited for at a retry as long as there is time', async () => {
    vi.useRealTimers()
    ecs.faults.add({ Kind: 'HideNew', Seconds: 4 })
    const first = await create({ request: { ClientToken } })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await create({ request: { ClientToken }, withinMs: 60_000 })).toEqual(first)
  })

  it('is told to come again when the deadline comes during a look for its machine', async () => {
    vi.useRealTimers() // the deadline comes
    await create({ request: { ClientToken } })
    await new Promise((resolve) => setTimeout(resolve, 1_001))
    ecs.faults.add({ Kind: 'Delay', Action: 'DescribeInstances', DelayMs: 60_000 })
    const error = await errorOf(create({ request: { ClientToken }, withinMs: 1_500 }))
    expect([error.status, error.code, error.retryAfter]).toEqual([503, 'ServiceUnavailable', 5])
  })

  it('makes no second machine of a token whose machine is gone', async () => {
    await create({ request: { ClientToken } })
    ecs.instances()[0]?.Tags.clear()
    pass(30)
    const error = await errorOf(create({ request: { ClientToken }, withinMs: 1_000 }))
    expect([error.status, error.code]).toEqual([503, 'ServiceUnavailable'])
    expect(error.message).toContain('new or gone')
    expect(ecs.instances()).toHaveLength(1)
  })

  it('is one, and so is the machine, of many at once with one token', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, async (_, count) => {
        pass(count)
        return create({ request: { ClientToken }, withinMs: 600_000 })
      }),
    )
    expect(new Set(made.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(ecs.instances()).toHaveLength(1)
  })
})

describe('a refusal of the cloud', () => {
  const everything = { 'security.allowed_overrides': ALL_OVERRIDES }
  const refuse = (Code: string, Status = 400) => ecs.faults.add({ Kind: 'Error', Action: 'RunInstances', Status, Code })

  it.each<[string, Partial<CreateRequest>, string]>([
    ['InvalidImageId.NotFound', { ImageId: 'image-own' }, 'ImageId'],
    ['InvalidImage.NotFound', { ImageId: 'image-own' }, 'ImageId'],
    ['InvalidInstanceTypeId.NotFound', { InstanceType: 'ecs.r3i.large' }, 'InstanceType'],
    ['InvalidInstanceType.NotFound', { InstanceType: 'ecs.r3i.large', ZoneId: 'cn-beijing-b' }, 'InstanceType'],
    ['InvalidInstanceName.Malformed', { InstanceName: '1' }, 'InstanceName'],
    ['InvalidZoneId.NotFound', { ZoneId: 'cn-beijing-z' }, 'ZoneId'],
    ['InvalidSubnetId.NotFound', { SubnetId: 'subnet-b' }, 'SubnetId'],
    ['InvalidSecurityGroupId.NotFound', { SecurityGroupIds: ['sg-x'] }, 'SecurityGroupIds'],
    ['InvalidPassword.Malformed', { Password: 'Fake-Pass-2' }, 'Password'],
    ['InvalidUserData.Malformed', { UserData: base64('x') }, 'UserData'],
    ['InvalidProjectName.NotFound', { ProjectName: 'other' }, 'ProjectName'],
  ])("with %s of what the caller chose is the caller's to mend", async (code, request, name) => {
    refuse(code)
    const error = await errorOf(create({ settings: everything, request }))
    expect([error.status, error.code]).toEqual([400, `InvalidParameter.${name}`])
    expect(error.message).toContain(code)
    expect(ecs.instances()).toEqual([])
  })

  it.each([
    'InvalidImageId.NotFound',
    'InvalidInstanceTypeId.NotFound',
    'InvalidZoneId.NotFound',
    'InvalidSubnetId.NotFound',
    'InvalidSecurityGroupId.NotFound',
    'InvalidPassword.Malformed',
    'AccessDenied',
  ])("with %s of what is configured is the manager's fault", async (code) => {
    refuse(code, 404)
    expect(await refusalOf(create())).toBe(`502 ${code}`)
  })

  it.each<[string, Partial<CreateRequest>, string]>([
    ['QuotaExceeded.InstanceType', { InstanceType: 'ecs.r3i.large' }, '429 QuotaExceeded.InstanceType'],
    ['InvalidInstanceType.OutOfStock', { InstanceType: 'ecs.r3i.large' }, '503 InvalidInstanceType.OutOfStock'],
    ['InstanceTypeSoldOut', { InstanceType: 'ecs.r3i.large' }, '503 InstanceTypeSoldOut'],
    ['InvalidClientTokenId', { ClientToken: 'mine' }, '502 InvalidClientTokenId'],
    ['InvalidTagValue.Malformed', { TagKey: 'a', TagValue: 'b' }, '400 InvalidParameter.TagValue'],
    ['InvalidTagKey.Malformed', { TagKey: 'a', TagValue: 'b' }, '400 InvalidParameter.TagKey'],
    [
      'InvalidImage.InstanceTypeMismatch',
      { OsType: 'Windows', InstanceType: 'ecs.g3i.large' },
      '400 InvalidParameter.InstanceType',
    ],
  ])('with %s is told as what it is, whatever else the caller chose', async (code, request, refusal) => {
    refuse(code)
    expect(await refusalOf(create({ settings: everything, request }))).toBe(refusal)
  })

  it('of the whole account is not asCallerError on a parameter', async () => {
    refuse('InvalidAccessKey', 401)
    expect(await refusalOf(create({ request: { InstanceName: 'x' } }))).toBe('502 InvalidAccessKey')
  })

  it.each<[Fault, string]>([
    [{ Kind: 'NoQuota' }, '429 QuotaExceeded.MaximumInstances'],
    [{ Kind: 'Error', Status: 403, Code: 'QuotaExceeded.MaximumVolumes' }, '429 QuotaExceeded.MaximumVolumes'],
    [{ Kind: 'NoStock' }, '503 InsufficientInventory'],
    [{ Kind: 'Throttle' }, '429 FlowLimitExceeded'],
  ])('by %o is told as %s', async (fault, refusal) => {
    ecs.faults.add({ ...fault, Action: 'RunInstances' })
    expect(await refusalOf(create({ settings: { 'volcengine.max_tries': 1 } }))).toBe(refusal)
    expect(ecs.instances()).toEqual([])
  })

  it.each<[string, Partial<CreateRequest>]>([
    ['an image of another region', { ZoneId: 'cn-shanghai-a' }],
    ['too much user data for Windows', { OsType: 'Windows', UserData: base64('x'.repeat(9 * 1024)) }],
  ])('by ECS itself, because of %s, names the parameter', async (_name, request) => {
    const error = await errorOf(create({ request }))
    expect([error.status, error.code]).toEqual([400, `InvalidParameter.${Object.keys(request).at(-1)}`])
  })
})
