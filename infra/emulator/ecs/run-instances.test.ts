import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type EcsEmulator, startEcs } from './index.ts'
import { caller, type Params, runParams } from './testing.ts'

const ecs: EcsEmulator = await startEcs({ quota: 250 })
const call = caller(ecs.url)
const run = (params: Params = {}) => call('RunInstances', { ...runParams, ...params })
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('RunInstances', () => {
  it('creates an instance with the given parameters', async () => {
    const { result, outcome } = await run({
      'Tags.1.Key': 'managed by',
      'Tags.1.Value': 'ecs-manager',
      'Tags.2.Key': '中文',
      Description: '描述',
      UserData: Buffer.from('#!/bin/sh').toString('base64'),
      ProjectName: 'team.a',
      'EipAddress.BandwidthMbps': 10,
      'NetworkInterfaces.1.PrimaryIpAddress': '10.1.2.3',
    })
    expect(outcome).toBe('200')
    expect(result.InstanceIds).toEqual([expect.stringMatching(/^i-[a-z0-9]{20}$/)])
    const { Instances } = (await call('DescribeInstances')).result
    expect(Instances).toHaveLength(1)
    expect(Instances[0]).toMatchObject({
      InstanceId: result.InstanceIds[0],
      InstanceName: 'sandbox-test',
      Status: 'RUNNING',
      OsType: 'Linux',
      InstanceTypeId: 'ecs.g3i.large',
      Cpus: 2,
      MemorySize: 8192,
      Description: '描述',
      ProjectName: 'team.a',
      Tags: [
        { Key: 'managed by', Value: 'ecs-manager' },
        { Key: '中文', Value: '' },
      ],
      EipAddress: { AllocationId: expect.stringMatching(/^eip-/), IpAddress: expect.stringMatching(/^198\.1[89]\./) },
      NetworkInterfaces: [
        { Type: 'primary', PrimaryIpAddress: '10.1.2.3', SubnetId: 'subnet-local', SecurityGroupIds: ['sg-local'] },
      ],
      Hostname: `iv-${result.InstanceIds[0]?.slice(2)}`,
      CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
    })
    expect(ecs.instances()[0]?.UserData).toBe(Buffer.from('#!/bin/sh').toString('base64'))
  })

  it('creates a Windows instance from an image with "windows" in its id', async () => {
    const { result } = await run({ ImageId: 'image-windows2022' })
    expect(ecs.instances()[0]).toMatchObject({ OsType: 'Windows', Hostname: `iv-${result.InstanceIds[0]?.slice(-12)}` })
  })

  it.each([
    ['one name for all', {}, ['sandbox-test', 'sandbox-test', 'sandbox-test']],
    ['a batch pattern', { InstanceName: 'web[9,3]-a' }, ['web009-a', 'web010-a', 'web011-a']],
    ['a unique suffix', { UniqueSuffix: true }, ['sandbox-test001', 'sandbox-test002', 'sandbox-test003']],
    [
      'a unique suffix from 8',
      { UniqueSuffix: true, SuffixIndex: 8 },
      ['sandbox-test008', 'sandbox-test009', 'sandbox-test010'],
    ],
  ])('names several instances: %s', async (_case, params, names) => {
    await run({ Count: 3, ...params })
    expect(ecs.instances().map(({ InstanceName }) => InstanceName)).toEqual(names)
  })

  const accepted: [string, Params][] = [
    ['InstanceType, the older name', { InstanceTypeId: '', InstanceType: 'ecs.g3i.large' }],
    ['an unknown parameter', { Nonsense: 'x', 'Nonsense2.1.A': 'y' }],
    [
      'an empty optional parameter',
      { Description: '', KeyPairName: '', ClientToken: '', 'Tags.1.Key': 'a', 'Tags.1.Value': '' },
    ],
    ['a name of 128', { InstanceName: 'a'.repeat(128) }],
    ['a Chinese name', { InstanceName: '沙箱_1-a.b' }],
    ['5 security groups', securityGroups(5)],
    ['16 volumes', volumes(16)],
    ['a system volume of 20', { 'Volumes.1.Size': 20, 'Volumes.1.VolumeType': 'ESSD_PL0' }],
    ['a system volume of 2048', { 'Volumes.1.Size': 2048, 'Volumes.1.DeleteWithInstance': 'true' }],
    ['Count 0', { Count: 0 }],
    ['Count 100', { Count: 100, MinCount: 100 }],
    ['a password of 8', { Password: 'aB3defgh' }],
    ['a password of 30', { Password: `aB3${'x'.repeat(27)}` }],
    ['a password of every special', { Password: "a1`~!@#$%^&*()-+=|{}[]:;'<>,.?" }],
    ['a key pair', { Password: '', KeyPairName: 'mine' }],
    ['the credential of the image', { Password: '', KeepImageCredential: true }],
    ['20 tags', tagParams(20)],
    ['a tag key of 128 and value of 256', { 'Tags.1.Key': 'k'.repeat(128), 'Tags.1.Value': 'v'.repeat(256) }],
    ['every special of a tag', { 'Tags.1.Key': 'a _.:/=+-@', 'Tags.1.Value': 'a _.:/=+-@é' }],
    ['user data of 16 KiB', { UserData: Buffer.alloc(16 * 1024).toString('base64') }],
    [
      'user data of 8 KiB on Windows',
      { ImageId: 'image-windows', UserData: Buffer.alloc(8 * 1024).toString('base64') },
    ],
    ['a description of 255', { Description: 'd'.repeat(255) }],
    ['a host name of 2', { Hostname: 'ab' }],
    ['a host name of 15 on Windows', { ImageId: 'image-windows', HostName: 'a'.repeat(15) }],
    ['a client token of 64', { ClientToken: 't'.repeat(64) }],
    ['a project of 64', { ProjectName: 'p'.repeat(64) }],
    ['a price limit for spot', { SpotStrategy: 'SpotWithPriceLimit', SpotPriceLimit: '0.125' }],
    ['an EIP of 500 by bandwidth', { 'EipAddress.BandwidthMbps': 500, 'EipAddress.ISP': 'BGP' }],
    ['PrePaid for a year', { InstanceChargeType: 'PrePaid', Period: 12, PeriodUnit: 'Month', AutoRenew: true }],
  ]
  it.each(accepted)('accepts %s', async (_case, params) => {
    const { outcome, message } = await run(params)
    expect(`${outcome} ${message}`.trim()).toBe('200')
  })

  const refused: [string, Params, string][] = [
    ['no ZoneId', { ZoneId: '' }, '400 MissingParameter.ZoneId'],
    ['no ImageId', { ImageId: '' }, '400 MissingParameter.ImageId'],
    ['no InstanceName', { InstanceName: '' }, '400 MissingParameter.InstanceName'],
    ['no instance type', { InstanceTypeId: '' }, '400 MissingParameter.InstanceTypeId'],
    ['no SubnetId', { 'NetworkInterfaces.1.SubnetId': '' }, '400 MissingParameter.NetworkInterfaceSubnetId'],
    [
      'no security group',
      { 'NetworkInterfaces.1.SecurityGroupIds.1': '' },
      '400 MissingParameter.NetworkInterfaceSecurityGroupIds',
    ],
    ['a zone of another region', { ZoneId: 'cn-shanghai-a' }, '404 InvalidZoneId.NotFound'],
    ['a region for a zone', { ZoneId: 'cn' }, '400 InvalidZoneId.Malformed'],
    ['an image of wrong shape', { ImageId: 'ami-123' }, '400 InvalidImageId.Malformed'],
    ['a type of wrong shape', { InstanceTypeId: 'g3i.large' }, '400 InvalidInstanceTypeId.Malformed'],
    [
      'a subnet of wrong shape',
      { 'NetworkInterfaces.1.SubnetId': 'vpc-1' },
      '400 InvalidNetworkInterfaceSubnetId.Malformed',
    ],
    ['a name of 129', { InstanceName: 'a'.repeat(129) }, '400 InvalidInstanceName.Malformed'],
    ['a name that starts with a digit', { InstanceName: '1a' }, '400 InvalidInstanceName.Malformed'],
    ['a name with a space', { InstanceName: 'a b' }, '400 InvalidInstanceName.Malformed'],
    ['6 security groups', securityGroups(6), '400 InvalidNetworkInterfaceSecurityGroupIds.Malformed'],
    [
      'security groups without a number',
      { 'NetworkInterfaces.1.SecurityGroupIds': 'sg-1' },
      '400 InvalidNetworkInterfaceSecurityGroupIds.Malformed',
    ],
    ['17 volumes', volumes(17), '400 InvalidVolumes.Malformed'],
    ['a system volume of 19', { 'Volumes.1.Size': 19 }, '400 InvalidVolumeSize.Malformed'],
    ['a system volume of 2049', { 'Volumes.1.Size': 2049 }, '400 InvalidVolumeSize.Malformed'],
    [
      'a data volume without size',
      { 'Volumes.1.Size': 40, 'Volumes.2.VolumeType': 'ESSD_PL0' },
      '400 LimitExceeded.DataVolumeSize',
    ],
    ['an unknown volume type', { 'Volumes.1.VolumeType': 'floppy' }, '400 InvalidVolumeVolumeType.Malformed'],
    ['Count 101', { Count: 101 }, '400 InvalidCount.Malformed'],
    ['Count in words', { Count: 'two' }, '400 InvalidCount.Malformed'],
    ['MinCount above Count', { Count: 2, MinCount: 3 }, '400 InvalidArgument'],
    ['a password of 7', { Password: 'aB3defg' }, '400 InvalidPassword.Malformed'],
    ['a password of 31', { Password: `aB3${'x'.repeat(28)}` }, '400 InvalidPassword.Malformed'],
    ['a password of two classes', { Password: 'abcdefg1' }, '400 InvalidPassword.Malformed'],
    ['a password with a slash first', { Password: '/aB3defgh' }, '400 InvalidPassword.Malformed'],
    ['a password like a hash', { Password: '$6$aB3defgh' }, '400 InvalidPassword.Malformed'],
    ['a password with a space', { Password: 'aB3 defgh' }, '400 InvalidPassword.Malformed'],
    ['no credential', { Password: '' }, '400 MissingParameter.Password'],
    [
      'only a key pair on Windows',
      { ImageId: 'image-windows', Password: '', KeyPairName: 'k' },
      '400 MissingParameter.Password',
    ],
    ['two credentials', { KeepImageCredential: true }, '400 InvalidArgument'],
    ['21 tags', tagParams(21), '400 InvalidTags.Malformed'],
    ['a tag without key', { 'Tags.1.Value': 'v' }, '400 MissingParameter.TagKey'],
    ['a tag key of 129', { 'Tags.1.Key': 'k'.repeat(129) }, '400 InvalidTagKey.Malformed'],
    ['a tag value of 257', { 'Tags.1.Key': 'k', 'Tags.1.Value': 'v'.repeat(257) }, '400 InvalidTagValue.Malformed'],
    ['a tag key with a comma', { 'Tags.1.Key': 'a,b' }, '400 InvalidTagKey.Malformed'],
    ['a system tag', { 'Tags.1.Key': 'Volc:x' }, '400 InvalidTagKey.Malformed'],
    ['a tag key twice', { 'Tags.1.Key': 'a', 'Tags.2.Key': 'a' }, '400 InvalidArgument'],
    [
      'user data over 16 KiB',
      { UserData: Buffer.alloc(16 * 1024 + 1).toString('base64') },
      '400 InvalidUserData.Malformed',
    ],
    ['user data that is not base64', { UserData: '#!/bin/sh' }, '400 InvalidUserData.Malformed'],
    [
      'user data over 8 KiB on Windows',
      { ImageId: 'image-windows', UserData: Buffer.alloc(8 * 1024 + 1).toString('base64') },
      '400 InvalidUserData.Malformed',
    ],
    ['a description of 256', { Description: 'd'.repeat(256) }, '400 InvalidDescription.Malformed'],
    ['a host name of 1', { Hostname: 'a' }, '400 InvalidHostname.Malformed'],
    ['a host name with two dots', { Hostname: 'a..b' }, '400 InvalidHostname.Malformed'],
    [
      'a host name of 16 on Windows',
      { ImageId: 'image-windows', Hostname: 'a'.repeat(16) },
      '400 InvalidHostname.Malformed',
    ],
    ['a client token of 65', { ClientToken: 't'.repeat(65) }, '400 InvalidClientToken.Malformed'],
    ['a client token not in ASCII', { ClientToken: '令牌' }, '400 InvalidClientToken.Malformed'],
    ['a project with a space', { ProjectName: 'a b' }, '400 InvalidProjectName.Malformed'],
    ['a price without spot', { SpotPriceLimit: 1 }, '400 InvalidArgument'],
    ['spot with PrePaid', { SpotStrategy: 'SpotAsPriceGo', InstanceChargeType: 'PrePaid' }, '400 InvalidArgument'],
    [
      'an EIP of 201 by traffic',
      { 'EipAddress.BandwidthMbps': 201, 'EipAddress.ChargeType': 'PayByTraffic' },
      '400 InvalidEipAddressBandwidthMbps.Malformed',
    ],
    ['a flag in words', { DeletionProtection: 'yes' }, '400 InvalidDeletionProtection.Malformed'],
    ['a period of 10', { InstanceChargeType: 'PrePaid', Period: 10 }, '400 InvalidPeriod.Malformed'],
    [
      'an address outside the block',
      { 'NetworkInterfaces.1.PrimaryIpAddress': '192.168.0.4' },
      '400 InvalidPrimaryIpAddress.InUse',
    ],
    ['DryRun', { DryRun: true }, '400 DryRunOperation'],
    ['DryRun of two', { DryRun: true, Count: 2 }, '400 InvalidArgument'],
  ]
  it.each(refused)('refuses %s', async (_case, params, expected) => {
    expect((await run(params)).outcome).toBe(expected)
    expect(ecs.instances()).toHaveLength(0)
  })

  it('creates exactly as many instances as the quota allows, and more after a delete', async () => {
    ecs.seed(249)
    expect((await run({ Count: 2 })).outcome).toBe('429 QuotaExceeded.MaximumInstances')
    expect((await run()).outcome).toBe('200')
    expect((await run()).outcome).toBe('429 QuotaExceeded.MaximumInstances')
    await call('DeleteInstance', { InstanceId: ecs.instances()[0]?.InstanceId ?? '' })
    expect((await run()).outcome).toBe('200')
  })

  it('takes addresses for all instances of a call or for none, and frees them after a delete', async () => {
    const small = await startEcs({ addressBlock: '127.8.0.0/29' }) // has 4 assignable addresses
    const launch = (Count: number) => caller(small.url)('RunInstances', { ...runParams, Count })
    expect((await launch(5)).outcome).toBe('400 InsufficientIpInSubnet')
    expect((await launch(4)).outcome).toBe('200')
    const [first] = small.instances()
    expect(first?.NetworkInterfaces[0]?.PrimaryIpAddress).toBe('127.8.0.4')
    expect((await launch(1)).outcome).toBe('400 InsufficientIpInSubnet')
    await caller(small.url)('DeleteInstance', { InstanceId: first?.InstanceId ?? '' })
    expect((await launch(1)).outcome).toBe('200')
    await small.close()
  })

  it('shows the instances of one region to that region only', async () => {
    const shanghai = { region: 'cn-shanghai' }
    const { result } = await call('RunInstances', { ...runParams, ZoneId: 'cn-shanghai-b' }, shanghai)
    const [InstanceId = ''] = result.InstanceIds
    expect((await call('DescribeInstances')).result.TotalCount).toBe(0)
    expect((await call('DescribeInstances', {}, shanghai)).result.TotalCount).toBe(1)
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('404 InvalidInstance.NotFound')
  })
})

describe('ClientToken', () => {
  const ClientToken = 'token-1'

  it('returns the same instances for the same request, whatever the order of its parameters', async () => {
    const first = await run({ ClientToken, Count: 2 })
    const second = await call('RunInstances', { Count: 2, ClientToken, ...runParams })
    expect(second.result).toEqual(first.result)
    expect(second.metadata.RequestId).not.toBe(first.metadata.RequestId)
    expect(ecs.instances()).toHaveLength(2)
  })

  it('refuses another request', async () => {
    await run({ ClientToken })
    expect((await run({ ClientToken, InstanceName: 'other' })).outcome).toBe('400 IdempotentParameterMismatch')
    expect(ecs.instances()).toHaveLength(1)
  })

  it('does not remember a failure', async () => {
    expect((await run({ ClientToken, Password: 'short' })).outcome).toBe('400 InvalidPassword.Malformed')
    expect((await run({ ClientToken })).outcome).toBe('200')
  })

  it('belongs to one action', async () => {
    const [InstanceId = ''] = (await run({ ClientToken })).result.InstanceIds
    expect((await call('DeleteInstance', { InstanceId, ClientToken })).outcome).toBe('200')
    expect((await call('DeleteInstance', { InstanceId, ClientToken })).outcome).toBe('200')
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('404 InvalidInstance.NotFound')
  })

  it('is forgotten after a day', async () => {
    await run({ ClientToken })
    ecs.advance(24 * 3600 + 1)
    await run({ ClientToken })
    expect(ecs.instances()).toHaveLength(2)
  })
})

function tagParams(count: number): Params {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Tags.${index + 1}.Key`, `key-${index}`]))
}

function securityGroups(count: number): Params {
  const name = 'NetworkInterfaces.1.SecurityGroupIds'
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}.${index + 1}`, `sg-${index}`]))
}

function volumes(count: number): Params {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`Volumes.${index + 1}.Size`, 40]))
}
