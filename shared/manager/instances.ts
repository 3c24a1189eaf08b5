import { isIPv4 } from 'node:net'
import { type Call, send } from './cloud.ts'
import { type Fields, fields, list, number, optionalText, text } from './ecs/answer.ts'

/** An instance of ECS, as far as the manager reads it. */
export interface Instance {
  id: string
  status: string
  osType: 'Linux' | 'Windows'
  type: string
  name: string | undefined
  project: string | undefined
  /** RFC 3339, with the offset of Beijing. */
  createdAt: string | undefined
  primaryIp: string | undefined
  eip: string | undefined
  /** The cloud refuses to delete it. */
  isProtected: boolean
  tags: readonly Tag[]
}

export type Tag = { Key: string; Value: string }

/**
 * One page of instances, with the token of the next one and the number on all of them. Throws `CloudError`, like all
 * that follow.
 */
export function describeInstances(call: Call, params: Parameters<typeof send>[2]) {
  return send(call, 'DescribeInstances', params, ({ Instances, NextToken, TotalCount }) => ({
    instances: list(Instances, toInstance),
    next: optionalText(NextToken),
    total: number(TotalCount),
  }))
}

/** The instance with this id, whoever's it is; undefined when there is none. */
export async function describeInstance(call: Call, instanceId: string): Promise<Instance | undefined> {
  const instances = await send(call, 'DescribeInstances', { InstanceIds: [instanceId] }, ({ Instances }) =>
    list(Instances, toInstance),
  )
  return instances.find(({ id }) => id === instanceId)
}

export function deleteInstance(call: Call, InstanceId: string) {
  return send(call, 'DeleteInstance', { InstanceId })
}

/**
 * Deletes up to 100 instances. One that is refused does not stop the others.
 * @returns the cloud's code for each that was refused
 */
export function deleteInstances(call: Call, InstanceIds: readonly string[]): Promise<Map<string, string>> {
  return send(call, 'DeleteInstances', { InstanceIds }, ({ OperationDetails }) => {
    const refused = new Map<string, string>()
    list(OperationDetails, (item) => item.Error && refused.set(text(item.InstanceId), text(fields(item.Error).Code)))
    return refused
  })
}

/** A tag that is there already gets the new value. */
export function tagInstance(call: Call, instanceId: string, tag: Tag) {
  return send(call, 'TagResources', { ResourceType: 'instance', ResourceIds: [instanceId], Tags: [tag] })
}

/** @param TagKeys  1 to 20; those that are not there do not matter */
export function untagInstance(call: Call, instanceId: string, TagKeys: readonly string[]) {
  return untagInstances(call, [instanceId], TagKeys)
}

/** The same for 1 to 50 instances; when one of them does not exist, nothing is done. */
export function untagInstances(call: Call, ResourceIds: readonly string[], TagKeys: readonly string[]) {
  return send(call, 'UntagResources', { ResourceType: 'instance', ResourceIds, TagKeys })
}

function toInstance(instance: Fields): Instance {
  const [address] = list(instance.NetworkInterfaces, ({ PrimaryIpAddress }) => optionalText(PrimaryIpAddress))
  return {
    id: text(instance.InstanceId),
    status: text(instance.Status),
    osType: /^windows$/i.test(optionalText(instance.OsType) ?? '') ? 'Windows' : 'Linux',
    type: optionalText(instance.InstanceTypeId) ?? '',
    name: optionalText(instance.InstanceName),
    project: optionalText(instance.ProjectName),
    createdAt: optionalText(instance.CreatedAt),
    // The password agent is called there: what is no address must not become part of a URL.
    primaryIp: isIPv4(address ?? '') ? address : undefined,
    eip: optionalText(fields(instance.EipAddress ?? {}).IpAddress),
    isProtected: instance.DeletionProtection === true,
    tags: list(instance.Tags, ({ Key, Value }) => ({ Key: optionalText(Key) ?? '', Value: optionalText(Value) ?? '' })),
  }
}
