import * as v from 'valibot'
import type { Config } from '../config/schema.ts'

/** A sandbox as a caller sees it. */
export interface Sandbox {
  SandboxId: string
  /** Address in the sandbox's subnet; only while it is RUNNING. */
  PrimaryIp?: string
  /** ECS's own status of the machine. */
  Status: string
  OsType: string
  InstanceTypeId: string
  /** Name of the machine in ECS, with the prefix `sandbox-`. */
  InstanceName?: string
  /** Public address, where it has one. */
  Eip?: string
  /** RFC 3339 in UTC, e.g. `2026-11-23T12:00:00Z`. */
  CreatedAt?: string
}

/** Every status that ECS knows (ECS API reference, DescribeInstances). */
export const STATUSES = [
  'CREATING',
  'RUNNING',
  'STOPPING',
  'STOPPED',
  'REBOOTING',
  'STARTING',
  'REBUILDING',
  'RESIZING',
  'ERROR',
  'DELETING',
] as const

/** What the manager reads of an instance in the answer of DescribeInstances. */
export const Instance = v.object({
  InstanceId: v.string(),
  Status: v.string(),
  OsType: v.nullish(v.string()),
  InstanceTypeId: v.nullish(v.string()),
  InstanceName: v.nullish(v.string()),
  ProjectName: v.nullish(v.string()),
  CreatedAt: v.nullish(v.string()),
  EipAddress: v.nullish(v.object({ IpAddress: v.nullish(v.string()) })),
  NetworkInterfaces: v.nullish(v.array(v.object({ PrimaryIpAddress: v.nullish(v.string()) }))),
  Tags: v.nullish(v.array(v.object({ Key: v.string(), Value: v.nullish(v.string()) }))),
})

export type Instance = v.InferOutput<typeof Instance>

/** Whether the instance is a sandbox of this manager: it carries its tag and is in its project, if one is configured. */
export function isSandbox({ Tags, ProjectName }: Instance, { instance }: Config): boolean {
  const tagged = Tags?.some(({ Key, Value }) => Key === instance.tag_key && Value === instance.tag_value) ?? false
  return tagged && (instance.project_name === '' || ProjectName === instance.project_name)
}

/** The filter of DescribeInstances that shows the sandboxes of this manager: at most 1,000 of them. */
export function tagged({ instance }: Config) {
  return {
    TagFilters: [{ Key: instance.tag_key, Values: [instance.tag_value] }],
    ProjectName: instance.project_name || undefined,
  }
}

/** The instance in the words of the API. What the cloud leaves empty is left out. */
export function toSandbox(instance: Instance): Sandbox {
  const { InstanceId, Status, InstanceName, EipAddress, CreatedAt } = instance
  const address = primaryIp(instance)
  const createdAt = toUtc(CreatedAt)
  return {
    SandboxId: InstanceId,
    ...(Status === 'RUNNING' && address && { PrimaryIp: address }),
    Status,
    OsType: osType(instance),
    InstanceTypeId: instance.InstanceTypeId ?? '',
    ...(InstanceName && { InstanceName }),
    ...(EipAddress?.IpAddress && { Eip: EipAddress.IpAddress }),
    ...(createdAt && { CreatedAt: createdAt }),
  }
}

/** `Windows` or `Linux`; what says nothing is Linux, as most images are. */
export function osType({ OsType }: Instance): 'Linux' | 'Windows' {
  return OsType?.toLowerCase() === 'windows' ? 'Windows' : 'Linux'
}

export function primaryIp({ NetworkInterfaces }: Instance): string | undefined {
  return NetworkInterfaces?.[0]?.PrimaryIpAddress || undefined
}

// ECS writes Beijing time (2026-11-23T20:00:00+08:00).
function toUtc(time: string | null | undefined): string | undefined {
  const parsed = new Date(time ?? Number.NaN)
  return Number.isNaN(parsed.getTime()) ? undefined : `${parsed.toISOString().slice(0, 19)}Z`
}
