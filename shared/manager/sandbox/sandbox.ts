import type { Config } from '../../config/schema.ts'
import { sandboxNotFound } from '../../errors.ts'
import type { Call } from '../ecs/call.ts'
import { describeInstance, type Instance } from '../ecs/instances.ts'
import { toUtc } from '../ecs/time.ts'
import { endOf, tagOf } from './lifetime.ts'
import { isVisibleTo, OWNER_TAG, ownerOf } from './owner.ts'
import { stoppedBy } from './stopped-by.ts'

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
  /** Whether ECS charges for the machine; only while the sandbox is STOPPED. `KeepCharging`, `StopCharging` or `NotApplicable`. */
  StoppedMode: string | undefined
  /** `CleanupSandboxes` if the clean-up stopped it at its end; only while the sandbox is stopped. */
  StoppedBy: string | undefined
  /** When it ends, unless it is renewed: RFC 3339 in UTC; absent if it has no end. */
  ExpireAt: string | undefined
  /** Whose sandbox it is; absent if it belongs to nobody. */
  Owner: string | undefined
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
 * Whether the instance is a sandbox of this manager that the caller sees: it has the configured tag and an owner that the
 * caller sees, and is in the configured project, if any.
 */
export function isSandbox(found: Instance, { config: { instance }, caller }: SandboxView): boolean {
  const isTagged = tagOf(found, instance.tag_key) === instance.tag_value
  const isInProject = instance.project_name === '' || found.project === instance.project_name
  return isTagged && isInProject && isVisibleTo(caller, found)
}

/** What decides which instances are sandboxes. */
type SandboxView = Pick<Call, 'config' | 'caller'>

/** Returns the instance with this id; undefined if there is none, or if it is not a sandbox that the caller sees. */
export async function findSandbox(call: Call, sandboxId: string): Promise<Instance | undefined> {
  const instance = await describeInstance(call, sandboxId)
  return instance && isSandbox(instance, call) ? instance : undefined
}

/**
 * Reads a sandbox again. Returns the given instance if it is not visible, because it may still exist.
 * @throws {ActionError} `InvalidSandbox.NotFound` if it is not a sandbox any more
 */
export async function readAgain(call: Call, instance: Instance): Promise<Instance> {
  const seen = (await describeInstance(call, instance.id)) ?? instance
  if (!isSandbox(seen, call)) throw sandboxNotFound(instance.id)
  return seen
}

/**
 * The filter of DescribeInstances for the sandboxes of this manager. It shows at most 1,000 of them.
 * @param owner  only sandboxes of this owner; undefined: of all owners
 */
export function sandboxFilter({ instance }: Config, owner?: string) {
  const tags = [{ Key: instance.tag_key, Value: instance.tag_value }]
  if (owner !== undefined) tags.push({ Key: OWNER_TAG, Value: owner })
  return {
    TagFilters: tags.map(({ Key, Value }) => ({ Key, Values: [Value] })),
    ProjectName: instance.project_name || undefined,
  }
}

/**
 * Converts an instance to the format of the API. Fields that the cloud leaves empty are undefined, so JSON omits them.
 */
export function toSandbox(instance: Instance, config: Config): Sandbox {
  const { id, status, primaryIp, osType, type, name, eip, createdAt, stoppedMode } = instance
  return {
    SandboxId: id,
    PrimaryIp: status === 'RUNNING' ? primaryIp : undefined,
    Status: status,
    OsType: osType,
    InstanceTypeId: type,
    InstanceName: name,
    Eip: eip,
    CreatedAt: toUtc(createdAt),
    StoppedMode: status === 'STOPPED' ? stoppedMode : undefined,
    StoppedBy: stoppedBy(instance),
    ExpireAt: toUtc(endOf(instance, config)),
    Owner: ownerOf(instance),
  }
}
