import type { ApiCall } from '../gateway/gateway.ts'
import { list, oneOf, required } from '../gateway/param-schemas.ts'
import { action, type Ecs } from './action.ts'
import { resourceNotFound, tooManyTags } from './assumptions.ts'
import { isHidden, matchesTagFilters } from './describe-instances.ts'
import { invalidInstanceStatus } from './errors.ts'
import { instanceId, maxResults, maxTags, nextToken, tagFilters, tagKey, tags } from './fields.ts'
import type { Instance } from './instance.ts'
import { defaultMaxResults, readNextToken, writeNextToken } from './pages.ts'

const resourceType = required(oneOf('instance', 'image', 'reservedinstance', 'scheduledinstance', 'keypair'))
const resourceIds = list(instanceId, 50)

/** Tags all resources or none. An existing key gets the new value. */
export const tagResources = action(
  { ResourceType: resourceType, ResourceIds: required(resourceIds), Tags: required(tags) },
  (input, ecs, call) => {
    const instances = findTaggable(input, ecs, call)
    for (const { Tags } of instances) {
      const added = input.Tags.filter(({ Key }) => !Tags.has(Key)).length
      if (Tags.size + added > maxTags) throw tooManyTags(maxTags)
    }
    for (const { Tags } of instances) {
      for (const { Key, Value = '' } of input.Tags) Tags.set(Key, Value)
    }
    return { RequestId: call.requestId }
  },
)

/** A key that a resource does not have is ignored. */
export const untagResources = action(
  { ResourceType: resourceType, ResourceIds: required(resourceIds), TagKeys: required(list(tagKey, 20)) },
  (input, ecs, call) => {
    for (const { Tags } of findTaggable(input, ecs, call)) {
      for (const key of input.TagKeys) Tags.delete(key)
    }
    return { RequestId: call.requestId }
  },
)

/**
 * The tags of the given resources, one item for each tag. With TagFilters, only the tags that a filter names, of
 * resources that pass all filters. It is an assumption that tags with other keys are not shown. There is no limit of
 * 1,000 here.
 */
export const describeTags = action(
  {
    ResourceType: resourceType,
    ResourceIds: resourceIds,
    TagFilters: tagFilters,
    MaxResults: maxResults,
    NextToken: nextToken,
  },
  (input, ecs, call) => {
    const { ResourceType, ResourceIds, TagFilters, MaxResults = defaultMaxResults, NextToken } = input
    const [afterInstance, afterTag] = readNextToken(NextToken, call)
    const ids = new Set(ResourceIds)
    const filteredKeys = new Set(TagFilters.map(({ Key }) => Key))
    const now = ecs.clock.now()
    const TagResources: object[] = []
    let last = [0, 0] as readonly [number, number]
    if (ResourceType !== 'instance') return { TagResources, NextToken: '' }

    for (const instance of ecs.instances.in(call.region)) {
      if (instance.number < afterInstance || isHidden(instance, now)) continue
      if ((ids.size > 0 && !ids.has(instance.InstanceId)) || !matchesTagFilters(instance, TagFilters)) continue
      let position = 0
      for (const [TagKey, TagValue] of instance.Tags) {
        position += 1
        if (instance.number === afterInstance && position <= afterTag) continue
        if (filteredKeys.size > 0 && !filteredKeys.has(TagKey)) continue
        if (TagResources.length === MaxResults) return { TagResources, NextToken: writeNextToken(last, call) }
        TagResources.push({ ResourceId: instance.InstanceId, ResourceType, TagKey, TagValue })
        last = [instance.number, position]
      }
    }
    return { TagResources, NextToken: '' }
  },
)

function findTaggable(input: { ResourceType: string; ResourceIds: string[] }, ecs: Ecs, call: ApiCall): Instance[] {
  const instances = input.ResourceIds.map((id) => {
    const instance = input.ResourceType === 'instance' ? ecs.instances.find(id, call.region) : undefined
    if (!instance) throw resourceNotFound(id)
    return instance
  })
  if (instances.some(({ Status }) => Status === 'DELETING')) throw invalidInstanceStatus()
  return instances
}
