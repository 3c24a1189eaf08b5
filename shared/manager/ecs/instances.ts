import { isIPv4 } from 'node:net'
import * as v from 'valibot'
import { ErrorCode, NonEmptyText, OptionalText, optionalList } from './answer-schemas.ts'
import { type Call, send } from './call.ts'
import { CloudError } from './cloud-error.ts'
import { parseTime } from './time.ts'

/** The fields of an ECS instance that the manager uses. */
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
  /** Whether ECS charges for the machine while it is STOPPED. */
  stoppedMode: string | undefined
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
  /** Number of instances on all pages. */
  total: number
}

/** Reads one page of instances. Throws `CloudError`, like the other functions of this file. */
export function describeInstances(call: Call, params: Parameters<typeof send>[2]): Promise<InstancePage> {
  const isFirst = params.NextToken === undefined
  // An incomplete answer must not look like the full list: if the cloud counts instances, the first page must have
  // some, and the only page must have all.
  const isComplete = v.check<v.InferOutput<typeof PageSchema>>(({ Instances, NextToken, TotalCount }) => {
    if (!isFirst || TotalCount === 0) return true
    const shown = Instances?.length ?? 0
    return shown > 0 && (NextToken !== '' || shown >= TotalCount)
  })
  return send(call, 'DescribeInstances', params, v.pipe(PageSchema, isComplete, v.transform(toPage)))
}

/**
 * Returns the instances with these ids, sandboxes or not, by their id: at most 100.
 * @throws {CloudError} also if the answer has a further page or another instance: one that it leaves out may exist
 */
export async function describeInstancesById(call: Call, ids: readonly string[]): Promise<Map<string, Instance>> {
  const { instances, next } = await describeInstances(call, { InstanceIds: ids, MaxResults: 100 })
  if (next !== undefined || instances.some(({ id }) => !ids.includes(id))) {
    throw new CloudError('DescribeInstances', 'unreadable', 'The answer is not about the requested instances.')
  }
  return new Map(instances.map((instance) => [instance.id, instance]))
}

/** Returns the instance with this id, sandbox or not; undefined if there is none. */
export async function describeInstance(call: Call, instanceId: string): Promise<Instance | undefined> {
  const instances = await describeInstancesById(call, [instanceId])
  return instances.get(instanceId)
}

export function deleteInstance(call: Call, InstanceId: string) {
  return send(call, 'DeleteInstance', { InstanceId }, v.unknown())
}

/**
 * Deletes up to 100 instances. If the cloud refuses one, it still deletes the others.
 * @returns for each instance the code with which the cloud refused it, or undefined if the cloud deletes it. An
 *   instance that the answer does not mention is not in the map.
 */
export function deleteInstances(call: Call, InstanceIds: readonly string[]): Promise<Map<string, string | undefined>> {
  return send(call, 'DeleteInstances', { InstanceIds }, RefusalsSchema)
}

/** Stops up to 100 instances. Otherwise like `deleteInstances`. */
export function stopInstances(
  call: Call,
  InstanceIds: readonly string[],
  options: { StoppedMode: string; ForceStop: boolean; ClientToken: string },
): Promise<Map<string, string | undefined>> {
  return send(call, 'StopInstances', { InstanceIds, ...options }, RefusalsSchema)
}

/** Sets a tag. An existing tag gets the new value. */
export function tagInstance(call: Call, instanceId: string, tag: Tag) {
  return tagInstances(call, [instanceId], tag)
}

/** The same for 1 to 50 instances. If one of them does not exist, the call fails and changes nothing. */
export function tagInstances(call: Call, ResourceIds: readonly string[], tag: Tag) {
  return send(call, 'TagResources', { ResourceType: 'instance', ResourceIds, Tags: [tag] }, v.unknown())
}

// The limit of ECS for one call of UntagResources.
export const MAX_TAG_KEYS = 20

/** Removes tags, 20 with each call. Absent ones are ignored. */
export async function untagInstance(call: Call, instanceId: string, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += MAX_TAG_KEYS) {
    await untagInstances(call, [instanceId], keys.slice(at, at + MAX_TAG_KEYS))
  }
}

/** Removes 1 to 20 tags of 1 to 50 instances. If one of them does not exist, the call fails and changes nothing. */
export function untagInstances(call: Call, ResourceIds: readonly string[], TagKeys: readonly string[]) {
  return send(call, 'UntagResources', { ResourceType: 'instance', ResourceIds, TagKeys }, v.unknown())
}

const InstanceSchema = v.object({
  InstanceId: NonEmptyText,
  Status: NonEmptyText,
  OsType: OptionalText,
  InstanceTypeId: OptionalText,
  InstanceName: OptionalText,
  ProjectName: OptionalText,
  CreatedAt: OptionalText,
  NetworkInterfaces: optionalList(v.object({ PrimaryIpAddress: OptionalText })),
  StoppedMode: OptionalText,
  EipAddress: v.nullish(v.object({ IpAddress: OptionalText })),
  DeletionProtection: v.optional(v.unknown()),
  Tags: optionalList(v.object({ Key: OptionalText, Value: OptionalText })),
})

const PageSchema = v.object({
  Instances: v.nullish(v.array(InstanceSchema), null),
  NextToken: OptionalText,
  TotalCount: v.number(),
})

/** The answer of a call on several instances: the code with which the cloud refused each one; undefined if it did not. */
const RefusalsSchema = v.pipe(
  v.object({
    OperationDetails: v.array(v.object({ InstanceId: NonEmptyText, Error: v.nullish(v.object({ Code: ErrorCode })) })),
  }),
  v.transform(
    ({ OperationDetails }) =>
      new Map(
        OperationDetails.map(({ InstanceId, Error: error }): [string, string | undefined] => [
          InstanceId,
          error ? (error.Code ?? 'UnknownError') : undefined,
        ]),
      ),
  ),
)

function toPage({ Instances, NextToken, TotalCount }: v.InferOutput<typeof PageSchema>): InstancePage {
  return { instances: (Instances ?? []).map(toInstance), next: NextToken || undefined, total: TotalCount }
}

function toInstance(instance: v.InferOutput<typeof InstanceSchema>): Instance {
  const address = instance.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
  return {
    id: instance.InstanceId,
    status: instance.Status,
    osType: /^windows$/i.test(instance.OsType) ? 'Windows' : 'Linux',
    type: instance.InstanceTypeId,
    name: instance.InstanceName || undefined,
    project: instance.ProjectName || undefined,
    createdAt: parseTime(instance.CreatedAt),
    // This becomes part of the URL of the password agent, so it must be an address.
    primaryIp: isIPv4(address) ? address : undefined,
    eip: instance.EipAddress?.IpAddress || undefined,
    stoppedMode: instance.StoppedMode || undefined,
    isProtected: instance.DeletionProtection === true,
    tags: instance.Tags,
  }
}
