import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from './index.ts'
import { caller, type Params, runParams } from './testing.ts'

const ecs = await startEcs({ bootSeconds: 10 })
const call = caller(ecs.url)
const list = async (params: Params = {}) => (await call('DescribeInstances', params)).result
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('pages', () => {
  it('have 10 instances by default, and 100 at most', async () => {
    ecs.seed(101)
    expect((await list()).Instances).toHaveLength(10)
    expect((await list({ MaxResults: 100 })).Instances).toHaveLength(100)
    expect((await list({ MaxResults: 1 })).Instances).toHaveLength(1)
    expect((await call('DescribeInstances', { MaxResults: 101 })).outcome).toBe('400 InvalidMaxResults.Malformed')
    expect((await call('DescribeInstances', { MaxResults: 0 })).outcome).toBe('400 InvalidMaxResults.Malformed')
  })

  it.each([0, 1, 99, 100, 101, 250])('show each of %i instances once', async (count) => {
    ecs.seed(count)
    const { ids, totals } = await all({ MaxResults: 100 })
    expect(ids).toEqual(ecs.instances().map(({ InstanceId }) => InstanceId))
    expect(new Set(totals)).toEqual(new Set([count]))
  })

  it('continue while instances are created and deleted', async () => {
    ecs.seed(25)
    const before = ecs.instances().map(({ InstanceId }) => InstanceId)
    const first = await list()
    await call('DeleteInstance', { InstanceId: before[3] ?? '' })
    await call('DeleteInstance', { InstanceId: before[9] ?? '' }) // the last one shown
    ecs.seed(1)
    const second = await list({ NextToken: first.NextToken })
    expect(second.Instances.map(({ InstanceId }) => InstanceId)).toEqual(before.slice(10, 20))
  })

  it('may change their size, but not their query', async () => {
    ecs.seed(25)
    const { NextToken } = await list()
    expect((await list({ NextToken, MaxResults: 100 })).Instances).toHaveLength(15)
    const refused = '400 InvalidNextToken.Malformed'
    expect((await call('DescribeInstances', { NextToken, Status: 'RUNNING' })).outcome).toBe(refused)
    expect((await call('DescribeInstances', { NextToken: 'nonsense' })).outcome).toBe(refused)
    expect((await call('DescribeTags', { NextToken, ResourceType: 'instance' })).outcome).toBe(refused)
    expect((await call('DescribeInstances', { NextToken: '' })).outcome).toBe('200')
  })

  it.each([
    [1000, 1000],
    [1001, 1000],
    [1500, 1000],
  ])('under a tag filter of %i instances show %i', async (count, shown) => {
    ecs.seed(count, { tags: { owner: 'a' } })
    const { ids, totals, lastToken } = await all({ MaxResults: 100, 'TagFilters.1.Key': 'owner' })
    expect(ids).toHaveLength(shown)
    expect(totals[0]).toBe(shown)
    expect(lastToken).toBe('')
    expect((await list()).TotalCount).toBe(count)
  })

  it('under two tag filters show each instance that passes both once, among others', async () => {
    for (const owner of ['a', 'b', 'c']) {
      ecs.seed(30, { tags: { manager: 'm', owner } })
      ecs.seed(30, { tags: { manager: 'other', owner } })
    }
    ecs.seed(30, { tags: { manager: 'm' } })
    ecs.seed(30, { tags: { owner: 'a' } })
    const expected = ecs
      .instances()
      .filter(({ Tags }) => Tags.get('manager') === 'm' && ['a', 'c'].includes(Tags.get('owner') ?? ''))
      .map(({ InstanceId }) => InstanceId)
    const { ids, totals } = await all({
      MaxResults: 7,
      'TagFilters.1.Key': 'manager',
      'TagFilters.1.Values.1': 'm',
      'TagFilters.2.Key': 'owner',
      'TagFilters.2.Values.1': 'a',
      'TagFilters.2.Values.2': 'c',
    })
    expect(expected).toHaveLength(60)
    expect(ids).toEqual(expected)
    expect(new Set(totals)).toEqual(new Set([60]))
  })

  it.each([
    [1000, 1000],
    [1001, 1000],
  ])('under two tag filters that %i instances pass show %i, however many pass one', async (count, shown) => {
    ecs.seed(1_100, { tags: { manager: 'm', owner: 'b' } })
    ecs.seed(count, { tags: { manager: 'm', owner: 'a' } })
    const filters = {
      'TagFilters.1.Key': 'owner',
      'TagFilters.1.Values.1': 'a',
      'TagFilters.2.Key': 'manager',
      'TagFilters.2.Values.1': 'm',
    }
    const { ids, totals } = await all({ MaxResults: 100, ...filters })
    expect(ids).toEqual(
      ecs
        .instances()
        .slice(1_100, 1_100 + shown)
        .map(({ InstanceId }) => InstanceId),
    )
    expect(new Set(totals)).toEqual(new Set([shown]))
  })

  async function all(params: Params) {
    const ids: string[] = []
    const totals: number[] = []
    let NextToken = ''
    do {
      const page = await list({ ...params, NextToken })
      ids.push(...page.Instances.map(({ InstanceId }) => InstanceId))
      totals.push(page.TotalCount)
      NextToken = page.NextToken
    } while (NextToken !== '')
    return { ids, totals, lastToken: NextToken }
  }
})

describe('filters', () => {
  beforeEach(() => {
    ecs.seed(1, { instanceName: 'one', tags: { owner: 'a', env: 'test', empty: '' } })
    ecs.seed(1, {
      instanceName: 'two',
      tags: { owner: 'b', env: 'test' },
      status: 'STOPPED',
      instanceTypeId: 'ecs.c3i.xlarge',
    })
    ecs.seed(1, { instanceName: 'three', tags: { owner: 'c' }, zoneId: 'cn-beijing-b', projectName: 'p' })
  })

  it.each<[Params, string[]]>([
    [{}, ['one', 'two', 'three']],
    [{ InstanceName: 'o' }, ['one', 'two']],
    [{ Status: 'STOPPED' }, ['two']],
    [{ Status: 'RUNNING', InstanceName: 'o' }, ['one']],
    [{ ZoneId: 'cn-beijing-b' }, ['three']],
    [{ ProjectName: 'p' }, ['three']],
    [{ 'InstanceTypeIds.1': 'ecs.c3i.xlarge' }, ['two']],
    [{ 'InstanceTypeFamilies.1': 'ecs.c3i', 'InstanceTypeFamilies.2': 'ecs.x' }, ['two']],
    [{ 'TagFilters.1.Key': 'env' }, ['one', 'two']],
    [{ 'TagFilters.1.Key': 'owner', 'TagFilters.1.Values.1': 'a', 'TagFilters.1.Values.2': 'c' }, ['one', 'three']],
    [
      {
        'TagFilters.1.Key': 'owner',
        'TagFilters.1.Values.1': 'b',
        'TagFilters.2.Key': 'env',
        'TagFilters.2.Values.1': 'test',
      },
      ['two'],
    ],
    [{ 'TagFilters.1.Key': 'owner', 'TagFilters.1.Values.1': 'c', 'TagFilters.2.Key': 'env' }, []],
    [{ 'TagFilters.1.Key': 'owner', 'TagFilters.2.Key': 'env' }, ['one', 'two']],
    [
      {
        'TagFilters.1.Key': 'env',
        'TagFilters.1.Values.1': 'test',
        'TagFilters.2.Key': 'owner',
        'TagFilters.2.Values.1': 'b',
        'TagFilters.2.Values.2': 'c',
        Status: 'STOPPED',
      },
      ['two'],
    ],
    [
      {
        'TagFilters.1.Key': 'owner',
        'TagFilters.1.Values.1': 'a',
        'TagFilters.2.Key': 'env',
        'TagFilters.2.Values.1': 'test',
        'TagFilters.3.Key': 'empty',
        'TagFilters.3.Values.1': '',
      },
      ['one'],
    ],
    [{ 'TagFilters.1.Key': 'owner', 'TagFilters.1.Values.1': 'a', 'TagFilters.2.Key': 'nobody' }, []],
    [{ 'TagFilters.1.Key': 'empty', 'TagFilters.1.Values.1': '' }, ['one']],
    [{ 'TagFilters.1.Key': 'owner', 'TagFilters.1.Values.1': '' }, []],
    [{ 'TagFilters.1.Key': 'nobody' }, []],
    [{ 'InstanceIds.1': 'i-unknown' }, []],
    [{ 'InstanceIds.1': 'nonsense' }, []],
    [{ InstanceIds: '' }, ['one', 'two', 'three']],
    [{ NextToken: '', Status: '' }, ['one', 'two', 'three']],
  ])('%j', async (params, names) => {
    const { Instances, TotalCount } = await list(params)
    expect(Instances.map(({ InstanceName }) => InstanceName)).toEqual(names)
    expect(TotalCount).toBe(names.length)
  })

  const launched = {
    HpcClusterId: 'hpc-1',
    DeploymentSetId: 'ds-1',
    DeploymentSetGroupNumber: 3,
    'Placement.DedicatedHostId': 'dh-1',
    'Placement.DedicatedHostClusterId': 'dhc-1',
    'EipAddress.BandwidthMbps': 1,
    KeyPairName: 'key',
    InstanceChargeType: 'PrePaid',
  }
  it.each<[Params, found: boolean]>([
    [{ HpcClusterId: 'hpc-1' }, true],
    [{ HpcClusterId: 'hpc-2' }, false],
    [{ DedicatedHostId: 'dh-1' }, true],
    [{ DedicatedHostId: 'dh-2' }, false],
    [{ DedicatedHostClusterId: 'dhc-1' }, true],
    [{ DedicatedHostClusterId: 'dhc-2' }, false],
    [{ 'DeploymentSetIds.1': 'ds-2', 'DeploymentSetIds.2': 'ds-1' }, true],
    [{ 'DeploymentSetIds.1': 'ds-2' }, false],
    [{ 'DeploymentSetGroupNumbers.1': 3 }, true],
    [{ 'DeploymentSetGroupNumbers.1': 4 }, false],
    [{ 'AffinityGroupIds.1': 'ag-1' }, false],
    [{ 'Ipv6Addresses.1': '2001:db8::1' }, false],
    [{ ScheduledInstanceId: 'esi-1' }, false],
    [{ KeyPairName: 'key' }, true],
    [{ KeyPairName: 'other' }, false],
    [{ InstanceChargeType: 'PrePaid' }, true],
    [{ VpcId: 'vpc-local' }, true],
    [{ VpcId: 'vpc-other' }, false],
    [{ 'InstanceTypes.1': 'ecs.g3i.4xlarge' }, true],
    [{ 'InstanceTypes.1': 'ecs.g3i.8xlarge' }, false],
    [{ 'EipAddresses.1': '198.51.100.1' }, false],
  ])('%j finds the instance with that value only', async (params, found) => {
    const { result } = await call('RunInstances', { ...runParams, ...launched, InstanceTypeId: 'ecs.g3i.4xlarge' })
    const { Instances, TotalCount } = await list(params)
    expect(Instances.map(({ InstanceId }) => InstanceId)).toEqual(found ? result.InstanceIds : [])
    expect(TotalCount).toBe(found ? 1 : 0)
  })

  it('finds an instance by its public address', async () => {
    const { result } = await call('RunInstances', { ...runParams, ...launched })
    const [ours] = (await list({ 'InstanceIds.1': result.InstanceIds[0] ?? '' })).Instances
    const { Instances } = await list({ 'EipAddresses.1': ours?.EipAddress?.IpAddress ?? '' })
    expect(Instances.map(({ InstanceId }) => InstanceId)).toEqual(result.InstanceIds)
  })

  it('finds instances by id, in the order of their creation, and ignores unknown ids', async () => {
    const [one, two, three] = ecs.instances().map(({ InstanceId }) => InstanceId)
    const { Instances } = await list({
      'InstanceIds.1': `${three}`,
      'InstanceIds.2': 'i-unknown',
      'InstanceIds.3': `${one}`,
    })
    expect(Instances.map(({ InstanceId }) => InstanceId)).toEqual([one, three])
    expect((await list({ 'InstanceIds.1': `${two}`, Status: 'RUNNING' })).Instances).toEqual([])
  })

  it('finds instances by address', async () => {
    const [PrimaryIpAddress = ''] = ecs
      .instances()
      .map(({ NetworkInterfaces }) => NetworkInterfaces[0]?.PrimaryIpAddress)
    expect((await list({ PrimaryIpAddress })).Instances.map(({ InstanceName }) => InstanceName)).toEqual(['one'])
  })

  const many = (name: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}.${index + 1}`, `v-${index}`]))
  const keys = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`TagFilters.${index + 1}.Key`, `k-${index}`]))
  it.each<[string, Params, string]>([
    ['100 ids', many('InstanceIds', 100), '200'],
    ['101 ids', many('InstanceIds', 101), '400 InvalidInstanceIds.Malformed'],
    ['an id without a number', { InstanceIds: 'i-1' }, '400 InvalidInstanceIds.Malformed'],
    ['an id numbered 0', { 'InstanceIds.0': 'i-1' }, '400 InvalidInstanceIds.Malformed'],
    ['10 tag keys', keys(10), '200'],
    ['11 tag keys', keys(11), '400 InvalidTagFilters.Malformed'],
    ['3 values of a key', { ...keys(1), ...many('TagFilters.1.Values', 3) }, '200'],
    ['4 values of a key', { ...keys(1), ...many('TagFilters.1.Values', 4) }, '400 InvalidTagFilterValues.Malformed'],
    ['an empty tag key', { 'TagFilters.1.Key': '', 'TagFilters.1.Values.1': 'a' }, '400 InvalidTagFilterKey.Malformed'],
    [
      'a group number out of range',
      { 'DeploymentSetGroupNumbers.1': 8 },
      '400 InvalidDeploymentSetGroupNumber.Malformed',
    ],
    ['an unknown parameter', { HostName: 'nobody' }, '200'],
    ['an unknown status', { Status: 'running' }, '400 InvalidStatus.Malformed'],
  ])('%s', async (_case, params, expected) => {
    expect((await call('DescribeInstances', params)).outcome).toBe(expected)
  })
})

it('shows an instance CREATING until it has booted', async () => {
  await call('RunInstances', runParams)
  expect((await list()).Instances[0]?.Status).toBe('CREATING')
  ecs.advance(9)
  expect((await list()).Instances[0]?.Status).toBe('CREATING')
  ecs.advance(1)
  expect((await list()).Instances[0]?.Status).toBe('RUNNING')
})

it('applies other filters only to the 1,000 instances that a tag finds', async () => {
  ecs.seed(900, { tags: { owner: 'a' } })
  ecs.seed(200, { tags: { owner: 'a' }, status: 'STOPPED' })
  const { TotalCount } = await list({ 'TagFilters.1.Key': 'owner', Status: 'STOPPED' })
  expect(TotalCount).toBe(100)
  expect((await list({ Status: 'STOPPED' })).TotalCount).toBe(200)
})

it('is quick with 20,000 instances', async () => {
  ecs.seed(20_000, { tags: { owner: 'a' } })
  ecs.seed(1, { tags: { owner: 'b' } })
  const before = process.cpuUsage()
  const { Instances, TotalCount } = await list({
    'TagFilters.1.Key': 'owner',
    'TagFilters.1.Values.1': 'b',
    MaxResults: 100,
  })
  expect([Instances.length, TotalCount]).toEqual([1, 1])
  // About 10 ms of CPU, which a busy machine does not multiply.
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})
