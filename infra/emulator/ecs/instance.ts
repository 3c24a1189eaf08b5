import type { Resource } from '../gateway/resource-table.ts'
import { stoppedModeUnlessStopped } from './assumptions.ts'

/** ECS API reference, DescribeInstances. */
export const statuses = [
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
export type Status = (typeof statuses)[number]

export type StoppedMode = 'KeepCharging' | 'StopCharging' | 'NotApplicable'

export interface NetworkInterface {
  NetworkInterfaceId: string
  Type: 'primary' | 'secondary'
  PrimaryIpAddress: string
  MacAddress: string
  SubnetId: string
  VpcId: string
  SecurityGroupIds: readonly string[]
}

/** The host of an instance. The ids are empty without a dedicated host. */
export interface Placement {
  Affinity: string
  DedicatedHostClusterId: string
  DedicatedHostId: string
  Tenancy: string
}

/** An instance as the emulator keeps it. */
export interface Instance extends Resource<Status> {
  readonly InstanceId: string
  /** Increases in the order of creation, which is the order of lists. */
  readonly number: number
  readonly ZoneId: string
  readonly ImageId: string
  readonly InstanceTypeId: string
  readonly OsType: 'Linux' | 'Windows'
  readonly ProjectName: string
  readonly InstanceChargeType: 'PostPaid' | 'PrePaid'
  readonly SpotStrategy: string
  readonly KeyPairName: string
  readonly HpcClusterId: string
  readonly DeploymentSetId: string
  /** 0: not in a group of a deployment set. */
  readonly DeploymentSetGroupNumber: number
  readonly Placement: Placement
  readonly NetworkInterfaces: readonly NetworkInterface[]
  readonly EipAddress: { AllocationId: string; IpAddress: string } | null
  readonly VolumeIds: readonly string[]
  readonly Tags: Map<string, string>
  readonly CreatedAt: string
  UpdatedAt: string
  InstanceName: string
  Hostname: string
  Description: string
  UserData: string
  DeletionProtection: boolean
  Status: Status
  /** What DescribeInstances shows while the instance is STOPPED: the result of the latest stop. */
  StoppedMode: StoppedMode
  /** The number of boots. When it increases, the programs in the instance start again. */
  boots: number
  /** The hexadecimal SHA-256 of the latest password that the agent in a Windows instance has set. */
  passwordSha256: string | undefined
}

/** An instance as DescribeInstances shows it. */
export function describeInstance(instance: Instance) {
  const { Cpus, MemorySize } = sizeOf(instance.InstanceTypeId)
  return {
    InstanceId: instance.InstanceId,
    InstanceName: instance.InstanceName,
    Description: instance.Description,
    Status: instance.Status,
    StoppedMode: instance.Status === 'STOPPED' ? instance.StoppedMode : stoppedModeUnlessStopped,
    InstanceTypeId: instance.InstanceTypeId,
    Cpus,
    MemorySize,
    CpuOptions: { CoreCount: Math.max(1, Cpus / 2), ThreadsPerCore: 2, TopologyType: '' },
    ImageId: instance.ImageId,
    OsType: instance.OsType,
    OsName: instance.OsType === 'Windows' ? 'Windows Server 2022' : 'Ubuntu 22.04',
    ZoneId: instance.ZoneId,
    VpcId: instance.NetworkInterfaces[0]?.VpcId ?? '',
    NetworkInterfaces: instance.NetworkInterfaces.map((networkInterface) => ({
      ...networkInterface,
      Ipv6Addresses: [],
    })),
    RdmaIpAddresses: [],
    EipAddress: instance.EipAddress,
    Volumes: instance.VolumeIds.map((VolumeId) => ({ VolumeId })),
    LocalVolumes: [],
    Hostname: instance.Hostname,
    HostName: instance.Hostname,
    KeyPairId: instance.KeyPairName && `kp-${instance.KeyPairName}`,
    KeyPairName: instance.KeyPairName,
    InstanceChargeType: instance.InstanceChargeType,
    SpotStrategy: instance.SpotStrategy,
    HpcClusterId: instance.HpcClusterId,
    DeploymentSetId: instance.DeploymentSetId,
    DeploymentSetGroupNumber: instance.DeploymentSetGroupNumber,
    Placement: instance.Placement,
    ProjectName: instance.ProjectName,
    DeletionProtection: instance.DeletionProtection,
    ElasticScheduledInstanceType: 'NoEsi',
    Tags: [...instance.Tags].map(([Key, Value]) => ({ Key, Value })),
    CreatedAt: instance.CreatedAt,
    UpdatedAt: instance.UpdatedAt,
    ExpiredAt: '',
    Uuid: instance.InstanceId,
  }
}

/** In `ecs.g3i.2xlarge` the size gives the CPUs, and the family the memory per CPU: c 2 GiB, r 8 GiB, others 4 GiB. */
function sizeOf(type: string): { Cpus: number; MemorySize: number } {
  const [, family = '', times = '', size] = /^ecs\.([\w-]+)\.(\d*)(\w+)$/.exec(type) ?? []
  const Cpus = cpusOf(size, Number(times || 1))
  return { Cpus, MemorySize: Cpus * gibPerCpu(family) * 1024 }
}

function cpusOf(size: string | undefined, times: number): number {
  if (size === 'large') return 2
  return size === 'xlarge' ? 4 * times : 1
}

function gibPerCpu(family: string): number {
  if (family.startsWith('c')) return 2
  return family.startsWith('r') ? 8 : 4
}
