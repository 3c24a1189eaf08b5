import { randomUUID } from 'node:crypto'
import { timestamp } from '../openapi/envelope.ts'
import type { Ecs } from './action.ts'
import type { Tag } from './fields.ts'
import type { Instance, NetworkInterface, Placement } from './instance.ts'

/** The properties of a new instance. */
export interface NewInstance {
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

/** Creates an instance, CREATING and then RUNNING. Returns its id. */
export function createInstance(
  ecs: Ecs,
  region: string,
  birth: NewInstance,
  faults: { hideSeconds: number; stuck: boolean; fails: boolean },
): string {
  const now = ecs.clock.now()
  const InstanceId = `i-${randomId(20)}`
  const instance: Instance = {
    InstanceId,
    number: ecs.instances.nextNumber(),
    region,
    ZoneId: birth.ZoneId,
    ImageId: birth.ImageId,
    InstanceTypeId: birth.InstanceTypeId ?? birth.InstanceType ?? '',
    OsType: osTypeOf(birth.ImageId),
    ProjectName: birth.ProjectName ?? 'default',
    InstanceChargeType: birth.InstanceChargeType ?? 'PostPaid',
    SpotStrategy: birth.SpotStrategy ?? 'NoSpot',
    KeyPairName: birth.KeyPairName ?? '',
    HpcClusterId: birth.HpcClusterId ?? '',
    DeploymentSetId: birth.DeploymentSetId ?? '',
    DeploymentSetGroupNumber: birth.DeploymentSetGroupNumber ?? 0,
    Placement: {
      Affinity: birth.Placement?.Affinity ?? 'Default',
      DedicatedHostClusterId: birth.Placement?.DedicatedHostClusterId ?? '',
      DedicatedHostId: birth.Placement?.DedicatedHostId ?? '',
      Tenancy: birth.Placement?.Tenancy ?? 'Default',
    },
    NetworkInterfaces: birth.NetworkInterfaces.map((wanted, index) =>
      networkInterface(wanted, birth.addresses[index] ?? '', index),
    ),
    EipAddress: birth.EipAddress ? { AllocationId: `eip-${randomId(20)}`, IpAddress: publicAddress() } : null,
    VolumeIds: Array.from({ length: Math.max(1, birth.Volumes?.length ?? 0) }, () => `vol-${randomId(20)}`),
    Tags: new Map(birth.Tags?.map(({ Key, Value = '' }) => [Key, Value])),
    CreatedAt: timestamp(now),
    UpdatedAt: timestamp(now),
    InstanceName: birth.InstanceName,
    Hostname: birth.Hostname ?? birth.HostName ?? defaultHostname(birth.ImageId, InstanceId),
    Description: birth.Description ?? '',
    UserData: birth.UserData ?? '',
    DeletionProtection: birth.DeletionProtection ?? false,
    Status: 'CREATING',
    StoppedMode: 'NotApplicable',
    boots: 0,
    passwordSha256: undefined,
    hiddenUntil: faults.hideSeconds > 0 ? now + faults.hideSeconds * 1000 : undefined,
    next: undefined,
  }
  ecs.instances.add(instance)
  ecs.instances.move(
    instance,
    'CREATING',
    faults.fails ? 'ERROR' : 'RUNNING',
    faults.stuck ? 'never' : ecs.delays.bootSeconds,
  )
  return InstanceId
}

/** The emulator has no images: one with "windows" in its id is a Windows image, every other one Linux. */
export function osTypeOf(imageId: string): 'Linux' | 'Windows' {
  return imageId.includes('windows') ? 'Windows' : 'Linux'
}

function networkInterface(
  { SubnetId, SecurityGroupIds }: NewInstance['NetworkInterfaces'][number],
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

/** ECS API reference, RunInstances: the id without `i-`; for Windows its last 12 characters, since 15 is all it takes. */
function defaultHostname(imageId: string, instanceId: string): string {
  return `iv-${osTypeOf(imageId) === 'Windows' ? instanceId.slice(-12) : instanceId.slice(2)}`
}

// From the block for benchmarks (RFC 2544), so that it is never anybody's machine.
function publicAddress(): string {
  const digits = randomId(6)
  const [a, b, c] = [0, 2, 4].map((start) => Number.parseInt(digits.slice(start, start + 2), 16))
  return `198.${18 + ((a ?? 0) % 2)}.${b}.${c}`
}

// Ids only have to differ, and a UUID costs a tenth of fresh random bytes: it comes from a pool.
function randomId(length: number): string {
  return randomUUID().replaceAll('-', '').slice(0, length)
}
