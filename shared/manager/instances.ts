import { isIPv4 } from 'node:net'
import { type Call, send } from './cloud.ts'
import { errorCode, type Fields, fields, list, number, optionalList, optionalText, text } from './ecs/answer.ts'
import { parseTime } from './time.ts'

/** An instance of ECS, as far as the manager reads it. */
export interface Instance {
  id: string
  status: string
  osType: 'Linux' | 'Windows'
  type: string
  name: string | undefined
  project: string | undefined
  /** Milliseconds since 1970. */
  createdAt: number | undefined
  primaryIp: string | undefined
  eip: string | undefined
  /** The cloud refuses to delete it. */
  isProtected: boolean
  tags: readonly Tag[]
}

export type Tag = { Key: string; Value: string }

/** One page of DescribeInstances. */
export interface InstancePage {
  instances: Instance[]
  /** The token of the next page; undefined on the last one. */
  next: string | undefined
  /** How many there are on all pages. */
  total: number
}

/** Reads one page of instances. Throws `CloudError`, like all that follow. */
export function describeInstances(call: Call, params: Parameters<typeof send>[2]): Promise<InstancePage> {
  return send(call, 'DescribeInstances', params, ({ Instances, NextToken, TotalCount }) => {
    const total = number(TotalCount)
    const next = optionalText(NextToken)
    // Nobody may read "there is none" from an answer that does not say it: an empty list may be left out, but not where
    // there are some, and the only page is not empty then.
    const instances = total === 0 ? optionalList(Instances, toInstance) : list(Instances, toInstance)
    const isOnlyPage = params.NextToken === undefined && next === undefined
    if (isOnlyPage && instances.length === 0 && total !== 0) throw new TypeError()
    return { instances, next, total }
  })
}

/** The instance with this id, whoever owns it; undefined when there is none. */
export async function describeInstance(call: Call, instanceId: string): Promise<Instance | undefined> {
  const { instances } = await describeInstances(call, { InstanceIds: [instanceId] })
  return instances.find(({ id }) => id === instanceId)
}

export function deleteInstance(call: Call, InstanceId: string) {
  return send(call, 'DeleteInstance', { InstanceId })
}

/**
 * Deletes up to 100 instances. One that is refused does not stop the others.
 * @returns what the cloud answers to each: its code for one that it refused, undefined for one that it deletes. One that it
 *   says nothing about is not in the map.
 */
export function deleteInstances(call: Call, InstanceIds: readonly string[]): Promise<Map<string, string | undefined>> {
  return send(call, 'DeleteInstances', { InstanceIds }, ({ OperationDetails }) => {
    const answers = list(OperationDetails, ({ InstanceId, Error: error }): [string, string | undefined] => [
      text(InstanceId),
      error ? (errorCode(fields(error).Code) ?? 'UnknownError') : undefined,
    ])
    return new Map(answers)
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
  const [address] = optionalList(instance.NetworkInterfaces, ({ PrimaryIpAddress }) => optionalText(PrimaryIpAddress))
  return {
    id: text(instance.InstanceId),
    status: text(instance.Status),
    osType: /^windows$/i.test(optionalText(instance.OsType) ?? '') ? 'Windows' : 'Linux',
    type: optionalText(instance.InstanceTypeId) ?? '',
    name: optionalText(instance.InstanceName),
    project: optionalText(instance.ProjectName),
    createdAt: parseTime(optionalText(instance.CreatedAt) ?? ''),
    // The password agent is called there: what is no address must not become part of a URL.
    primaryIp: isIPv4(address ?? '') ? address : undefined,
    eip: optionalText(fields(instance.EipAddress ?? {}).IpAddress),
    isProtected: instance.DeletionProtection === true,
    tags: optionalList(instance.Tags, ({ Key, Value }) => ({
      Key: optionalText(Key) ?? '',
      Value: optionalText(Value) ?? '',
    })),
  }
}
