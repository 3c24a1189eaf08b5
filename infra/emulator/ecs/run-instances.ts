import { checkedText, decimal, flag, integer, list, object, oneOf, required, text } from '../gateway/param-schemas.ts'
import { malformed, missing } from '../gateway/params.ts'
import { action, type Ecs, type InputOf } from './action.ts'
import { credentialMissing, dryRunOperation, outOfStock, quotaExceeded, zoneNotFound } from './assumptions.ts'
import { createInstance, osTypeOf } from './create-instance.ts'
import { dataVolumeWithoutSize, invalidArgument } from './errors.ts'
import {
  clientToken,
  description,
  dryRun,
  hostname,
  instanceName,
  password,
  projectName,
  tags,
  userData,
} from './fields.ts'
import { instanceNames } from './instance-names.ts'

const id = (prefix: string) =>
  checkedText(`an id like ${prefix}-1a2b3c`, (value) => new RegExp(`^${prefix}-[a-z\\d][a-z\\d-]{0,63}$`).test(value))
const instanceType = checkedText('an instance type like ecs.g3i.large', (value) =>
  /^ecs\.[a-z\d-]+\.[a-z\d-]+$/.test(value),
)
const address = checkedText('an IPv4 address', (value) => /^\d{1,3}(\.\d{1,3}){3}$/.test(value))

const fields = {
  ZoneId: required(checkedText('a zone like cn-beijing-a', (value) => /^[a-z\d]+(-[a-z\d]+)+-[a-z]$/.test(value))),
  ImageId: required(id('image')),
  InstanceName: required(instanceName),
  InstanceTypeId: instanceType,
  InstanceType: instanceType, // the name in older clients, e.g. Terraform
  NetworkInterfaces: required(
    list(
      object({
        SubnetId: required(id('subnet')),
        SecurityGroupIds: required(list(id('sg'), 5)),
        PrimaryIpAddress: address,
      }),
      8,
    ),
  ),
  Volumes: list(
    object({
      Size: integer(10, 32_768),
      VolumeType: oneOf('ESSD_PL0', 'ESSD_FlexPL', 'PTSSD', 'TSSD_TL0'),
      DeleteWithInstance: flag,
      SnapshotId: text,
      ExtraPerformanceTypeId: oneOf('Balance', 'IOPS', 'Throughput'),
      ExtraPerformanceIOPS: integer(1, 50_000),
      ExtraPerformanceThroughputMB: integer(1, 650),
    }),
    16,
  ),
  Count: integer(0, 100),
  MinCount: integer(1, 100),
  InstanceChargeType: oneOf('PostPaid', 'PrePaid'),
  Period: checkedText('1 to 9, 12, 24, 36, 48 or 60', (value) => /^([1-9]|12|24|36|48|60)$/.test(value)),
  PeriodUnit: oneOf('Month'),
  AutoRenew: flag,
  AutoRenewPeriod: oneOf('1', '2', '3', '6', '12'),
  SpotStrategy: oneOf('NoSpot', 'SpotAsPriceGo', 'SpotWithPriceLimit'),
  SpotPriceLimit: decimal(0, 1e6),
  Password: password,
  KeyPairName: text,
  KeepImageCredential: flag,
  Hostname: hostname,
  HostName: hostname,
  UserData: userData,
  Description: description,
  EipAddress: object({
    BandwidthMbps: integer(1, 500),
    ChargeType: oneOf('PayByBandwidth', 'PayByTraffic', 'PrePaid'),
    ISP: oneOf('BGP', 'ChinaMobile', 'ChinaTelecom', 'ChinaUnicom', 'SingleLine_BGP', 'Static_BGP'),
    ReleaseWithInstance: flag,
    BandwidthPackageId: text,
  }),
  Tags: tags,
  DeletionProtection: flag,
  CreditSpecification: oneOf('Standard'),
  HpcClusterId: text,
  DeploymentSetId: text,
  DeploymentSetGroupNumber: integer(1, 7),
  Placement: object({
    Affinity: oneOf('Default', 'Host'),
    DedicatedHostClusterId: text,
    DedicatedHostId: text,
    Tenancy: oneOf('Default', 'Host'),
  }),
  HttpTokens: oneOf('optional', 'required'),
  SecurityEnhancementStrategy: oneOf('Active', 'InActive'),
  InstallRunCommandAgent: flag,
  UniqueSuffix: flag,
  SuffixIndex: integer(1, 999),
  ProjectName: projectName,
  DryRun: dryRun,
  ClientToken: clientToken,
}

type RunInstancesInput = InputOf<typeof fields>

/** ECS API reference, RunInstances. The new instances are CREATING, and after `bootSeconds` RUNNING. */
export const runInstances = action(fields, (input, ecs, { action: name, region }) => {
  checkCombination(input, region)
  const { faults, instances } = ecs
  const requestedCount = input.Count || 1
  if (faults.take(name, 'NoQuota')) throw quotaExceeded(instances.size)
  if (instances.size + requestedCount > ecs.quota) throw quotaExceeded(ecs.quota)
  const count = countInStock(ecs, requestedCount, input.MinCount ?? requestedCount)
  if (input.DryRun) throw dryRunOperation()

  const creationFaults = {
    hideSeconds: faults.take(name, 'HideNew')?.Seconds ?? 0,
    stuck: faults.take(name, 'StuckCreating') !== undefined,
    fails: faults.take(name, 'FailCreating') !== undefined,
  }
  const names = instanceNames(input.InstanceName, count, input.UniqueSuffix ? (input.SuffixIndex ?? 1) : undefined)
  const requestedAddresses = input.NetworkInterfaces.map(({ PrimaryIpAddress }) => PrimaryIpAddress)
  const addresses = ecs.addresses.takeAll(names.flatMap(() => requestedAddresses))
  const InstanceIds = names.map((InstanceName) => {
    const settings = { ...input, InstanceName, addresses: addresses.splice(0, requestedAddresses.length) }
    return createInstance(ecs, region, settings, creationFaults)
  })
  return { InstanceIds }
})

/**
 * The number of instances to create: `count`, or fewer if the stock is lower.
 * @throws ApiError if the stock is lower than `minCount`
 */
function countInStock(ecs: Ecs, count: number, minCount: number): number {
  const fault = ecs.faults.take('RunInstances', 'NoStock')
  const available = fault ? Math.min(count, fault.Left ?? 0) : count
  if (available < minCount || available === 0) throw outOfStock()
  return available
}

/** Checks the rules that concern several parameters. */
function checkCombination(input: RunInstancesInput, region: string): void {
  const { ZoneId, Count, MinCount = 1, DryRun, NetworkInterfaces, EipAddress } = input
  if (!ZoneId.startsWith(`${region}-`)) throw zoneNotFound(ZoneId, region)
  if ((input.InstanceTypeId ?? input.InstanceType) === undefined) throw missing('InstanceTypeId')
  if (MinCount > (Count || 1)) throw invalidArgument('MinCount is more than Count.')
  if (DryRun && (Count || 1) > 1) throw invalidArgument('With DryRun, Count and MinCount must be 1.')
  if ((Count || 1) > 1 && NetworkInterfaces.some(({ PrimaryIpAddress }) => PrimaryIpAddress)) {
    throw invalidArgument('PrimaryIpAddress is only for one instance, but Count is more than 1.')
  }
  const maxBandwidth = EipAddress?.ChargeType === 'PayByTraffic' ? 200 : 500
  if ((EipAddress?.BandwidthMbps ?? 1) > maxBandwidth) {
    throw malformed('EipAddress.BandwidthMbps', `a whole number from 1 to ${maxBandwidth}`)
  }
  checkCredential(input)
  checkCharge(input)
  checkVolumes(input)
  checkForWindows(input)
}

function checkCredential({ ImageId, Password, KeyPairName, KeepImageCredential }: RunInstancesInput): void {
  if (KeepImageCredential && (Password || KeyPairName)) {
    throw invalidArgument('KeepImageCredential excludes Password and KeyPairName.')
  }
  const hasKeyPair = KeyPairName !== undefined && osTypeOf(ImageId) === 'Linux' // ignored on Windows
  if (!Password && !hasKeyPair && !KeepImageCredential) throw credentialMissing()
}

function checkCharge(input: RunInstancesInput): void {
  const { InstanceChargeType = 'PostPaid', SpotStrategy = 'NoSpot', SpotPriceLimit } = input
  if (SpotStrategy !== 'NoSpot' && InstanceChargeType !== 'PostPaid') {
    throw invalidArgument('SpotStrategy is only for PostPaid instances.')
  }
  if (SpotPriceLimit !== undefined && SpotStrategy !== 'SpotWithPriceLimit') {
    throw invalidArgument('SpotPriceLimit is only for SpotWithPriceLimit.')
  }
}

function checkVolumes({ Volumes }: RunInstancesInput): void {
  const [system, ...data] = Volumes
  if (system?.Size !== undefined && (system.Size < 20 || system.Size > 2048)) {
    throw malformed('Volumes.1.Size', 'a whole number from 20 to 2048')
  }
  if (data.some(({ Size, SnapshotId }) => Size === undefined && SnapshotId === undefined)) throw dataVolumeWithoutSize()
}

// The limits for Windows: a shorter host name, and half of the user data.
function checkForWindows({ ImageId, Hostname, HostName, UserData = '' }: RunInstancesInput): void {
  if (osTypeOf(ImageId) !== 'Windows') return
  if ((Hostname ?? HostName ?? '').length > 15) throw malformed('Hostname', '2 to 15 characters for Windows')
  if (Buffer.from(UserData, 'base64').length > 8 * 1024)
    throw malformed('UserData', 'base64 of 8 KiB at most for Windows')
}
