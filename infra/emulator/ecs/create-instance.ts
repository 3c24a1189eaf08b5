import { randomUUID } from 'node:crypto'
import { timestamp } from '../gateway/envelope.ts'
import type { Ecs } from './action.ts'
import type { Tag } from './fields.ts'
import type { Instance, NetworkInterface, Placement } from './instance.ts'

/** The settings of a new instance. */
export interface InstanceSettings {
  ZoneId: string
  ImageId: string
  InstanceName: string
  InstanceTypeId?: string | undefined
  InstanceType?: string | undefined
  NetworkInterfaces: readonly { SubnetId: string; SecurityGroupIds: string[] }[]
  /** One for each network interface. */
  addresses: readonly string[]
  Volumes?: readonly unknown[]
  InstanceChargeType?: 'PostPaid' | 'PrePaid' | undefined
  SpotStrategy?: string | undefined
  KeyPairName?: string | undefined
  HpcClusterId?: string | undefined
  DeploymentSetId?: string | undefined
  DeploymentSetGroupNumber?: number | undefined
  Placement?: { [K in keyof Placement]?: string | undefined } | undefined
  Hostname?: string | undefined
  HostName?: string | undefined
  Description?: string | undefined
  UserData?: string | undefined
  EipAddress?: object | undefined
  Tags?: readonly Tag[]
  DeletionProtection?: boolean | undefined
  ProjectName?: string | undefined
}

/** Creates an instance, which is CREATING and then RUNNING. Returns its id. */
export function createInstance(
  ecs: Ecs,
  region: string,
  settings: InstanceSettings,
  faults: { hideSeconds: number; stuck: boolean; fails: boolean },
): string {
  const now = ecs.clock.now()
  const InstanceId = `i-${randomId(20)}`
  ecs.created += 1
  const instance: Instance = {
    InstanceId,
    number: ecs.created,
    region,
    ZoneId: settings.ZoneId,
    ImageId: settings.ImageId,
    InstanceTypeId: settings.InstanceTypeId ?? settings.InstanceType ?? '',
    OsType: osTypeOf(settings.ImageId),
    ProjectName: settings.ProjectName ?? 'default',
    InstanceChargeType: settings.InstanceChargeType ?? 'PostPaid',
    SpotStrategy: settings.SpotStrategy ?? 'NoSpot',
    KeyPairName: settings.KeyPairName ?? '',
    HpcClusterId: settings.HpcClusterId ?? '',
    DeploymentSetId: settings.DeploymentSetId ?? '',
    DeploymentSetGroupNumber: settings.DeploymentSetGroupNumber ?? 0,
    Placement: {
      Affinity: settings.Placement?.Affinity ?? 'Default',
      DedicatedHostClusterId: settings.Placement?.DedicatedHostClusterId ?? '',
      DedicatedHostId: settings.Placement?.DedicatedHostId ?? '',
      Tenancy: settings.Placement?.Tenancy ?? 'Default',
    },
    NetworkInterfaces: settings.NetworkInterfaces.map((subnet, index) =>
      networkInterface(subnet, settings.addresses[index] ?? '', index),
    ),
    EipAddress: settings.EipAddress ? { AllocationId: `eip-${randomId(20)}`, IpAddress: publicAddress() } : null,
    VolumeIds: Array.from({ length: Math.max(1, settings.Volumes?.length ?? 0) }, () => `vol-${randomId(20)}`),
    Tags: new Map(settings.Tags?.map(({ Key, Value = '' }) => [Key, Value])),
    CreatedAt: timestamp(now),
    UpdatedAt: timestamp(now),
    InstanceName: settings.InstanceName,
    Hostname: settings.Hostname ?? settings.HostName ?? defaultHostname(settings.ImageId, InstanceId),
    Description: settings.Description ?? '',
    UserData: settings.UserData ?? '',
    DeletionProtection: settings.DeletionProtection ?? false,
    Status: 'CREATING',
    StoppedMode: 'NotApplicable',
    boots: faults.fails ? 0 : 1,
    passwordSha256: undefined,
    hiddenUntil: faults.hideSeconds > 0 ? now + faults.hideSeconds * 1000 : undefined,
  }
  ecs.instances.put(instance)
  ecs.instances.move(
    instance,
    'CREATING',
    faults.fails ? 'ERROR' : 'RUNNING',
    faults.stuck ? 'never' : ecs.delays.bootSeconds,
  )
  return InstanceId
}

/** The emulator has no images. An image with "windows" in its id is for Windows, every other one for Linux. */
export function osTypeOf(imageId: string): 'Linux' | 'Windows' {
  return imageId.includes('windows') ? 'Windows' : 'Linux'
}

function networkInterface(
  { SubnetId, SecurityGroupIds }: InstanceSettings['NetworkInterfaces'][number],
  PrimaryIpAddress: string,
  index: number,
): NetworkInterface {
  const mac = randomId(8).match(/../g)
  return {
    NetworkInterfaceId: `eni-${randomId(20)}`,
    Type: index === 0 ? 'primary' : 'secondary',
    PrimaryIpAddress,
    MacAddress: `00:16:${mac?.join(':')}`,
    SubnetId,
    VpcId: SubnetId.replace('subnet', 'vpc'),
    SecurityGroupIds,
  }
}

/**
 * The id without `i-`. On Windows, where a host name has 15 characters at most, its last 12 (ECS API reference,
 * RunInstances).
 */
function defaultHostname(imageId: string, instanceId: string): string {
  return `iv-${osTypeOf(imageId) === 'Windows' ? instanceId.slice(-12) : instanceId.slice(2)}`
}

// From the block for benchmarks (RFC 2544), so that it is never the address of a real machine.
function publicAddress(): string {
  const digits = randomId(6)
  const [a, b, c] = [0, 2, 4].map((start) => Number.parseInt(digits.slice(start, start + 2), 16))
  return `198.${18 + ((a ?? 0) % 2)}.${b}.${c}`
}

// Ids only need to differ. A UUID costs a tenth of fresh random bytes, because Node takes it from a pool.
function randomId(length: number): string {
  return randomUUID().replaceAll('-', '').slice(0, length)
}
