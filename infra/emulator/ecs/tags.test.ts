import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from './index.ts'
import { caller, type Params } from './testing.ts'

const ecs = await startEcs()
const call = caller(ecs.url)
const tagParams = (tags: Record<string, string>): Params =>
  Object.fromEntries(
    Object.entries(tags).flatMap(([key, value], index) => [
      [`Tags.${index + 1}.Key`, key],
      [`Tags.${index + 1}.Value`, value],
    ]),
  )
const numbered = (name: string, values: string[]): Params =>
  Object.fromEntries(values.map((value, index) => [`${name}.${index + 1}`, value]))
const numberedTags = (from: number, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${from + index}`, 'v']))
const ids = () => ecs.instances().map(({ InstanceId }) => InstanceId)
const tag = (resources: string[], tags: Record<string, string>) =>
  call('TagResources', { ResourceType: 'instance', ...numbered('ResourceIds', resources), ...tagParams(tags) })
const untag = (resources: string[], keys: string[]) =>
  call('UntagResources', {
    ResourceType: 'instance',
    ...numbered('ResourceIds', resources),
    ...numbered('TagKeys', keys),
  })
const tagsOf = (index: number) => Object.fromEntries(ecs.instances()[index]?.Tags ?? [])

beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('TagResources and UntagResources', () => {
  it('add, overwrite and remove', async () => {
    ecs.seed(2, { tags: { owner: 'a' } })
    const reply = await tag(ids(), { owner: 'b', empty: '', '键 .:/=+-@_': '值' })
    expect(reply.result).toEqual({ RequestId: reply.metadata.RequestId })
    expect([tagsOf(0), tagsOf(1)]).toEqual(Array(2).fill({ owner: 'b', empty: '', '键 .:/=+-@_': '值' }))
    await untag(ids().slice(0, 1), ['owner', 'never-there'])
    expect(tagsOf(0)).toEqual({ empty: '', '键 .:/=+-@_': '值' })
    expect(tagsOf(1)).toHaveProperty('owner')
  })

  it('a resource has 50 tags at most, and overwriting does not count', async () => {
    ecs.seed(2)
    for (const from of [0, 20]) await tag(ids().slice(0, 1), numberedTags(from, 20))
    await tag(ids().slice(0, 1), numberedTags(40, 10))
    expect((await tag(ids().slice(0, 1), numberedTags(45, 5))).outcome).toBe('200')
    expect((await tag(ids(), { another: '' })).outcome).toBe('400 LimitExceeded.Tags')
    expect(tagsOf(1)).toEqual({}) // all or none
  })

  it('change all resources or none, if one does not exist or is being deleted', async () => {
    ecs.seed(1)
    expect((await tag([...ids(), 'i-unknown'], { a: 'b' })).outcome).toBe('404 InvalidResourceId.NotFound')
    expect((await untag(['i-unknown'], ['a'])).outcome).toBe('404 InvalidResourceId.NotFound')
    ecs.seed(1, { status: 'DELETING' })
    expect((await tag(ids(), { a: 'b' })).outcome).toBe('400 InvalidInstanceStatus')
    expect(tagsOf(0)).toEqual({})
  })

  const fifty = Array.from({ length: 50 }, (_, index) => `i-${index}`)
  const good = { ResourceType: 'instance', 'ResourceIds.1': 'i-unknown', 'Tags.1.Key': 'a', 'TagKeys.1': 'a' }
  it.each<[string, string, Params, string]>([
    ['TagResources', 'no resource type', { ResourceType: '' }, '400 MissingParameter.ResourceType'],
    ['TagResources', 'an unknown resource type', { ResourceType: 'disk' }, '400 InvalidResourceType.Malformed'],
    ['TagResources', 'another resource type', { ResourceType: 'keypair' }, '404 InvalidResourceId.NotFound'],
    ['TagResources', 'no resources', { 'ResourceIds.1': '' }, '400 MissingParameter.ResourceIds'],
    ['TagResources', '50 resources', numbered('ResourceIds', fifty), '404 InvalidResourceId.NotFound'],
    ['TagResources', '51 resources', numbered('ResourceIds', [...fifty, 'i']), '400 InvalidResourceIds.Malformed'],
    ['TagResources', 'no tags', { 'Tags.1.Key': '' }, '400 MissingParameter.TagKey'],
    ['TagResources', '21 tags', tagParams(numberedTags(0, 21)), '400 InvalidTags.Malformed'],
    ['TagResources', 'a system tag', { 'Tags.1.Key': 'sys:a' }, '400 InvalidTagKey.Malformed'],
    ['TagResources', 'a value with a comma', { 'Tags.1.Value': 'a,b' }, '400 InvalidTagValue.Malformed'],
    ['UntagResources', 'no keys', { 'TagKeys.1': '' }, '400 MissingParameter.TagKeys'],
    [
      'UntagResources',
      '21 keys',
      numbered('TagKeys', Object.keys(numberedTags(0, 21))),
      '400 InvalidTagKeys.Malformed',
    ],
  ])('%s with %s', async (action, _case, params, expected) => {
    expect((await call(action, { ...good, ...params })).outcome).toBe(expected)
  })
})

describe('DescribeTags', () => {
  const read = async (params: Params = {}) =>
    (await call('DescribeTags', { ResourceType: 'instance', ...params })).result

  it('shows every tag of every instance, one item for each', async () => {
    ecs.seed(2, { tags: { owner: 'a', env: 'test' } })
    const [first = '', second = ''] = ids()
    const item = (ResourceId: string, TagKey: string, TagValue: string) => ({
      ResourceId,
      ResourceType: 'instance',
      TagKey,
      TagValue,
    })
    const all = [
      item(first, 'owner', 'a'),
      item(first, 'env', 'test'),
      item(second, 'owner', 'a'),
      item(second, 'env', 'test'),
    ]
    expect(await read()).toEqual({ TagResources: all, NextToken: '' })
    expect((await read({ 'ResourceIds.1': second, 'ResourceIds.2': 'i-unknown' })).TagResources).toEqual(all.slice(2))
    expect((await read({ 'TagFilters.1.Key': 'env' })).TagResources).toEqual([all[1], all[3]])
    expect((await read({ ResourceType: 'image' })).TagResources).toEqual([])
  })

  it.each([
    [1, 7],
    [3, 7],
    [10, 7],
    [100, 1500],
  ])('in pages of %i reads to the end of %i instances, past 1,000 under a filter', async (MaxResults, count) => {
    ecs.seed(count, { tags: { owner: 'a', env: 'test', other: 'x' } })
    const params = { 'TagFilters.1.Key': 'owner', 'TagFilters.1.Values.1': 'a', 'TagFilters.2.Key': 'env' }
    const seen: string[] = []
    let NextToken = ''
    do {
      const page = await read({ ...params, MaxResults, NextToken })
      seen.push(...page.TagResources.map(({ ResourceId, TagKey }) => `${ResourceId} ${TagKey}`))
      NextToken = page.NextToken
    } while (NextToken !== '')
    expect(seen).toEqual(ids().flatMap((id) => [`${id} owner`, `${id} env`]))
  })

  it.each<[Params, string]>([
    [{ ResourceType: '' }, '400 MissingParameter.ResourceType'],
    [{ MaxResults: 101 }, '400 InvalidMaxResults.Malformed'],
    [{ 'TagFilters.1.Key': '', 'TagFilters.1.Values.1': 'a' }, '400 InvalidTagFilterKey.Malformed'],
    [{ NextToken: 'x' }, '400 InvalidNextToken.Malformed'],
  ])('%j: %s', async (params, expected) => {
    expect((await call('DescribeTags', { ResourceType: 'instance', ...params })).outcome).toBe(expected)
  })
})
