import type * as v from 'valibot'
import { integer, list, oneOf, text } from '../gateway/param-schemas.ts'
import { action } from './action.ts'
import { instanceIds, maxResults, nextToken, projectName, type TagFilter, tagFilters } from './fields.ts'
import { describeInstance, type Instance, statuses } from './instance.ts'
import { defaultMaxResults, readNextToken, writeNextToken } from './pages.ts'

/**
 * A query with TagFilters finds 1,000 instances at most; DescribeTags finds more (ECS API reference,
 * DescribeInstances). It is an assumption that this is the number of instances that pass all TagFilters, and that the
 * other filters only search these 1,000. It is the harder case for a client, which cannot find the rest by Status.
 */
const maxUnderTagFilters = 1000

const hundredTexts = list(text, 100)

/** The filters of DescribeInstances other than ids and tags. */
const filters = {
  InstanceName: text,
  Status: oneOf(...statuses),
  ZoneId: text,
  VpcId: text,
  PrimaryIpAddress: text,
  EipAddresses: hundredTexts,
  Ipv6Addresses: hundredTexts,
  KeyPairName: text,
  InstanceChargeType: oneOf('PostPaid', 'PrePaid'),
  InstanceTypeIds: hundredTexts,
  InstanceTypes: hundredTexts,
  InstanceTypeFamilies: hundredTexts,
  ProjectName: projectName,
  HpcClusterId: text,
  DedicatedHostId: text,
  DedicatedHostClusterId: text,
  DeploymentSetIds: hundredTexts,
  DeploymentSetGroupNumbers: list(integer(1, 7), 100),
  AffinityGroupIds: hundredTexts,
  ScheduledInstanceId: text,
}
type Filters = { [K in keyof typeof filters]?: v.InferOutput<(typeof filters)[K]> | undefined }

/** The value that each filter compares. An instance without that value does not pass the filter. */
const filteredValues: { [K in keyof typeof filters]: (instance: Instance) => string | number | undefined } = {
  InstanceName: ({ InstanceName }) => InstanceName,
  Status: ({ Status }) => Status,
  ZoneId: ({ ZoneId }) => ZoneId,
  VpcId: ({ NetworkInterfaces }) => NetworkInterfaces[0]?.VpcId,
  PrimaryIpAddress: ({ NetworkInterfaces }) => NetworkInterfaces[0]?.PrimaryIpAddress,
  EipAddresses: ({ EipAddress }) => EipAddress?.IpAddress,
  Ipv6Addresses: () => undefined,
  KeyPairName: ({ KeyPairName }) => KeyPairName,
  InstanceChargeType: ({ InstanceChargeType }) => InstanceChargeType,
  InstanceTypeIds: ({ InstanceTypeId }) => InstanceTypeId,
  InstanceTypes: ({ InstanceTypeId }) => InstanceTypeId,
  InstanceTypeFamilies: ({ InstanceTypeId }) => InstanceTypeId.split('.').slice(0, 2).join('.'),
  ProjectName: ({ ProjectName }) => ProjectName,
  HpcClusterId: ({ HpcClusterId }) => HpcClusterId,
  DedicatedHostId: ({ Placement }) => Placement.DedicatedHostId,
  DedicatedHostClusterId: ({ Placement }) => Placement.DedicatedHostClusterId,
  DeploymentSetIds: ({ DeploymentSetId }) => DeploymentSetId,
  DeploymentSetGroupNumbers: ({ DeploymentSetGroupNumber }) => DeploymentSetGroupNumber,
  AffinityGroupIds: () => undefined,
  ScheduledInstanceId: () => undefined,
}

export const describeInstances = action(
  {
    ...filters,
    InstanceIds: instanceIds,
    TagFilters: tagFilters,
    MaxResults: maxResults,
    NextToken: nextToken,
  },
  (input, ecs, call) => {
    const { MaxResults = defaultMaxResults, NextToken, InstanceIds, TagFilters } = input
    const [after] = readNextToken(NextToken, call)
    const passesFilters = filterOf(input)
    const now = ecs.clock.now()
    const ids = new Set(InstanceIds)
    const candidates = ids.size > 0 ? findAll(ids) : ecs.instances.in(call.region)
    const maxFound = TagFilters.length > 0 ? maxUnderTagFilters : Number.POSITIVE_INFINITY

    let found = 0
    let TotalCount = 0
    let hasMore = false
    const page: Instance[] = []
    for (const instance of candidates) {
      if (isHidden(instance, now) || !matchesTagFilters(instance, TagFilters)) continue
      found += 1
      if (found > maxFound) break
      if (!passesFilters(instance)) continue
      TotalCount += 1
      if (instance.number > after) {
        if (page.length < MaxResults) page.push(instance)
        else hasMore = true
      }
    }
    const last = page.at(-1)
    return {
      Instances: page.map(describeInstance),
      NextToken: hasMore && last ? writeNextToken([last.number, 0], call) : '',
      TotalCount,
    }

    /** The instances with these ids, oldest first as in all lists. Unknown ids are ignored. */
    function findAll(ids: ReadonlySet<string>): Instance[] {
      const instances = [...ids].flatMap((id) => ecs.instances.find(id, call.region) ?? [])
      return instances.sort((a, b) => a.number - b.number)
    }
  },
)

/** Returns a test that an instance passes all given filters. */
function filterOf(filters: Filters): (instance: Instance) => boolean {
  const tests = (Object.keys(filteredValues) as (keyof Filters)[]).flatMap((name) => {
    const value = filters[name]
    const read = filteredValues[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return []
    if (Array.isArray(value)) {
      const values = new Set<string | number | undefined>(value)
      return [(instance: Instance) => values.has(read(instance))]
    }
    // Part of the name is enough.
    if (name === 'InstanceName') return [(instance: Instance) => instance.InstanceName.includes(value)]
    return [(instance: Instance) => read(instance) === value]
  })
  return (instance) => tests.every((test) => test(instance))
}

/** Whether lists do not show the instance yet. */
export function isHidden({ hiddenUntil }: Instance, now: number): boolean {
  return hiddenUntil !== undefined && hiddenUntil > now
}

/**
 * Whether an instance passes every filter: it has the key, with one of the values if there are any. It is published
 * that a filter without values matches any value, and that an empty value matches only an empty one. It is an
 * assumption that filters combine by AND, and values by OR.
 */
export function matchesTagFilters({ Tags }: Instance, filters: readonly TagFilter[]): boolean {
  return filters.every(({ Key, Values }) => {
    const value = Tags.get(Key)
    return value !== undefined && (Values.length === 0 || Values.includes(value))
  })
}
