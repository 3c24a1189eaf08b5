import type { Config } from '../../config/schema.ts'
import type { Call } from '../ecs/call.ts'
import { describeInstance, type Instance } from '../ecs/instances.ts'
import { toUtc } from '../ecs/time.ts'
import { endOf } from './lifetime.ts'

/** A sandbox in the format of the API. */
export interface Sandbox {
  SandboxId: string
  /** Address in the sandbox's subnet; only while the sandbox is RUNNING. */
  PrimaryIp: string | undefined
  /** Status of the machine in ECS. */
  Status: string
  OsType: string
  InstanceTypeId: string
  /** Name of the machine in ECS, with the prefix `sandbox-`. */
  InstanceName: string | undefined
  /** Public address, if it has one. */
  Eip: string | undefined
  /** RFC 3339 in UTC, e.g. `2026-11-23T12:00:00Z`. */
  CreatedAt: string | undefined
  /** When it ends, unless it is renewed: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
}

/** All statuses of ECS (ECS API reference, DescribeInstances). */
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

/**
 * Whether the instance is a sandbox of this manager: it has the configured tag and is in the configured project, if
 * any.
 */
export function isSandbox({ tags, project }: Instance, { instance }: Config): boolean {
  const tagged = tags.some(({ Key, Value }) => Key === instance.tag_key && Value === instance.tag_value)
  return tagged && (instance.project_name === '' || project === instance.project_name)
}

/** Returns the instance with this id; undefined if there is none, or if it is not a sandbox of this manager. */
export async function findSandbox(call: Call, sandboxId: string): Promise<Instance | undefined> {
  const instance = await describeInstance(call, sandboxId)
  return instance && isSandbox(instance, call.config) ? instance : undefined
}

/** The filter of DescribeInstances for the sandboxes of this manager. It shows at most 1,000 of them. */
export function tagged({ instance }: Config) {
  return {
    TagFilters: [{ Key: instance.tag_key, Values: [instance.tag_value] }],
    ProjectName: instance.project_name || undefined,
  }
}

/**
 * Converts an instance to the format of the API. Fields that the cloud leaves empty are undefined, so JSON omits them.
 */
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
