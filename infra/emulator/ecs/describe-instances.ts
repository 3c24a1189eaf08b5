import { list, oneOf, text } from '../openapi/params.ts'
import { action } from './action.ts'
import { instanceIds, maxResults, nextToken, projectName, type TagFilter, tagFilters } from './fields.ts'
import { describeInstance, type Instance, statuses } from './instance.ts'
import { defaultMaxResults, readNextToken, writeNextToken } from './pages.ts'

/**
 * A query by tags shows 1,000 instances at most; beyond that DescribeTags is the way (ECS API reference,
 * DescribeInstances). That the other filters choose among these 1,000 is an assumption: the side that is harder for a
 * client, which could not find by Status what lies behind them.
 */
const mostUnderTagFilters = 1000

const hundredTexts = list(
  text('a text', () => true),
  100,
)
const anyText = text('a text', () => true)

export const describeInstances = action(
  {
    InstanceIds: instanceIds,
    InstanceName: anyText,
    Status: oneOf(...statuses),
    ZoneId: anyText,
    VpcId: anyText,
    PrimaryIpAddress: anyText,
    EipAddresses: hundredTexts,
    KeyPairName: anyText,
    InstanceChargeType: oneOf('PostPaid', 'PrePaid'),
    InstanceTypeIds: hundredTexts,
    InstanceTypes: hundredTexts,
    InstanceTypeFamilies: hundredTexts,
    ProjectName: projectName,
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
    const most = TagFilters.length > 0 ? mostUnderTagFilters : Number.POSITIVE_INFINITY

    let tagged = 0
    let TotalCount = 0
    let more = false
    const page: Instance[] = []
    for (const instance of candidates) {
      if (isHidden(instance, now) || !hasTags(instance, TagFilters)) continue
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

interface Filters {
  InstanceName: string | undefined
  Status: string | undefined
  ZoneId: string | undefined
  VpcId: string | undefined
  PrimaryIpAddress: string | undefined
  EipAddresses: string[]
  KeyPairName: string | undefined
  InstanceChargeType: string | undefined
  InstanceTypeIds: string[]
  InstanceTypes: string[]
  InstanceTypeFamilies: string[]
  ProjectName: string | undefined
}

/** One test for all that was asked but the tags: only what was given is looked at, and all of it has to hold. */
function filterOf(wanted: Filters): (instance: Instance) => boolean {
  const tests: ((instance: Instance) => boolean)[] = []
  const equal = (value: string | undefined, of: (instance: Instance) => string | undefined) => {
    if (value !== undefined) tests.push((instance) => of(instance) === value)
  }
  const among = (values: string[], of: (instance: Instance) => string | undefined) => {
    const set = new Set<string | undefined>(values)
    if (values.length > 0) tests.push((instance) => set.has(of(instance)))
  }
  const { InstanceName } = wanted
  if (InstanceName !== undefined) tests.push((instance) => instance.InstanceName.includes(InstanceName))
  equal(wanted.Status, (instance) => instance.Status)
  equal(wanted.ZoneId, (instance) => instance.ZoneId)
  equal(wanted.VpcId, (instance) => instance.NetworkInterfaces[0]?.VpcId)
  equal(wanted.PrimaryIpAddress, (instance) => instance.NetworkInterfaces[0]?.PrimaryIpAddress)
  equal(wanted.KeyPairName, (instance) => instance.KeyPairName)
  equal(wanted.InstanceChargeType, (instance) => instance.InstanceChargeType)
  equal(wanted.ProjectName, (instance) => instance.ProjectName)
  among(wanted.EipAddresses, (instance) => instance.EipAddress?.IpAddress)
  among(wanted.InstanceTypeIds, (instance) => instance.InstanceTypeId)
  among(wanted.InstanceTypes, (instance) => instance.InstanceTypeId)
  among(wanted.InstanceTypeFamilies, (instance) => instance.InstanceTypeId.split('.').slice(0, 2).join('.'))
  return (instance) => tests.every((test) => test(instance))
}

/** Whether lists do not show it yet. */
export function isHidden({ hiddenUntil }: Instance, now: number): boolean {
  return hiddenUntil !== undefined && hiddenUntil > now
}

/** Every key has to be there, with one of its values; a key without values admits any. That keys combine by AND is an assumption. */
export function hasTags({ Tags }: Instance, filters: readonly TagFilter[]): boolean {
  return filters.every(({ Key, Values }) => {
    const value = Tags.get(Key)
    return value !== undefined && (Values.length === 0 || Values.includes(value))
  })
}
