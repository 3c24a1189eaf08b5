import type * as v from 'valibot'
import { integer, list, oneOf, text } from '../openapi/param-schemas.ts'
import { action } from './action.ts'
import { instanceIds, maxResults, nextToken, projectName, type TagFilter, tagFilters } from './fields.ts'
import { describeInstance, type Instance, statuses } from './instance.ts'
import { defaultMaxResults, readNextToken, writeNextToken } from './pages.ts'

/**
 * A query by tags shows 1,000 instances at most; beyond that DescribeTags is the way (ECS API reference,
 * DescribeInstances). That the other filters choose among these 1,000 is an assumption: the side that is harder for a
 * client, which could not find by Status what lies behind them.
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

/** The value that each filter compares. An instance without such a value passes no filter. */
const lookedAt: { [K in keyof typeof filters]: (instance: Instance) => string | number | undefined } = {
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
    const filter = filterOf(input)
    const now = ecs.clock.now()
    const ids = new Set(InstanceIds)
    const candidates = ids.size > 0 ? byIds(ids) : ecs.instances.in(call.region)
    const most = TagFilters.length > 0 ? maxUnderTagFilters : Number.POSITIVE_INFINITY

    let tagged = 0
    let TotalCount = 0
    let more = false
    const page: Instance[] = []
    for (const instance of candidates) {
      if (isHidden(instance, now) || !matchesTagFilters(instance, TagFilters)) continue
      tagged += 1
      if (tagged > most) break
      if (!filter(instance)) continue
      TotalCount += 1
      if (instance.number > after) {
        if (page.length < MaxResults) page.push(instance)
        else more = true
      }
    }
    const last = page.at(-1)
    return {
      Instances: page.map(describeInstance),
      NextToken: more && last ? writeNextToken([last.number, 0], call) : '',
      TotalCount,
    }

    /** The instances of these ids in the order of all lists; an unknown id is simply absent. */
    function byIds(wanted: ReadonlySet<string>): Instance[] {
      const found = [...wanted].flatMap((id) => ecs.instances.get(id, call.region) ?? [])
      return found.sort((a, b) => a.number - b.number)
    }
  },
)

/** One test for all filters that were given: an instance has to pass each of them. */
function filterOf(wanted: Filters): (instance: Instance) => boolean {
  const tests = (Object.keys(lookedAt) as (keyof Filters)[]).flatMap((name) => {
    const value = wanted[name]
    const of = lookedAt[name]
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return []
    if (Array.isArray(value)) {
      const values = new Set<string | number | undefined>(value)
      return [(instance: Instance) => values.has(of(instance))]
    }
    // A part of the name is enough.
    if (name === 'InstanceName') return [(instance: Instance) => instance.InstanceName.includes(value)]
    return [(instance: Instance) => of(instance) === value]
  })
  return (instance) => tests.every((test) => test(instance))
}

/** Whether lists do not show it yet. */
export function isHidden({ hiddenUntil }: Instance, now: number): boolean {
  return hiddenUntil !== undefined && hiddenUntil > now
}

/** Every key has to be there, with one of its values; a key without values admits any. That keys combine by AND is an assumption. */
export function matchesTagFilters({ Tags }: Instance, filters: readonly TagFilter[]): boolean {
  return filters.every(({ Key, Values }) => {
    const value = Tags.get(Key)
    return value !== undefined && (Values.length === 0 || Values.includes(value))
  })
}
