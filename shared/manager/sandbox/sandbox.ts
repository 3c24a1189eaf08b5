import type { Config } from '../../config/schema.ts'
import type { Call } from '../ecs/call.ts'
import { describeInstance, type Instance } from '../ecs/instances.ts'
import { toUtc } from '../ecs/time.ts'
import { endOf } from './lifetime.ts'

/** A sandbox as a caller sees it. */
export interface Sandbox {
  SandboxId: string
  /** Address in the sandbox's subnet; only while it is RUNNING. */
  PrimaryIp: string | undefined
  /** ECS's own status of the machine. */
  Status: string
  OsType: string
  InstanceTypeId: string
  /** Name of the machine in ECS, with the prefix `sandbox-`. */
  InstanceName: string | undefined
  /** Public address, where it has one. */
  Eip: string | undefined
  /** RFC 3339 in UTC, e.g. `2026-11-23T12:00:00Z`. */
  CreatedAt: string | undefined
  /** When it ends, unless it is renewed; absent where it has no end. */
  ExpireAt: string | undefined
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

/** Whether the instance is a sandbox of this manager: it carries its tag and is in its project, if one is configured. */
export function isSandbox({ tags, project }: Instance, { instance }: Config): boolean {
  const tagged = tags.some(({ Key, Value }) => Key === instance.tag_key && Value === instance.tag_value)
  return tagged && (instance.project_name === '' || project === instance.project_name)
}

/** The instance of the sandbox with this id; undefined when there is none, or when it is not a sandbox of this manager. */
export async function findSandbox(call: Call, sandboxId: string): Promise<Instance | undefined> {
  const instance = await describeInstance(call, sandboxId)
  return instance && isSandbox(instance, call.config) ? instance : undefined
}

/** The filter of DescribeInstances that shows the sandboxes of this manager: at most 1,000 of them. */
export function tagged({ instance }: Config) {
  return {
    TagFilters: [{ Key: instance.tag_key, Values: [instance.tag_value] }],
    ProjectName: instance.project_name || undefined,
  }
}

/** The instance in the words of the API. What the cloud leaves empty is undefined, and so is left out of JSON. */
export function toSandbox(instance: Instance, config: Config): Sandbox {
  const { id, status, primaryIp, osType, type, name, eip, createdAt } = instance
  return {
    SandboxId: id,
    PrimaryIp: status === 'RUNNING' ? primaryIp : undefined,
    Status: status,
    OsType: osType,
    InstanceTypeId: type,
    InstanceName: name,
    Eip: eip,
    CreatedAt: toUtc(createdAt),
    ExpireAt: toUtc(endOf(instance, config)),
  }
}
