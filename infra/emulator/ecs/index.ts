import { Clock } from '../gateway/clock.ts'
import type { AddressOptions, Endpoint } from '../gateway/endpoint.ts'
import { timestamp } from '../gateway/envelope.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { notNegativeOptions } from '../gateway/numbers.ts'
import { ResourceTable } from '../gateway/resource-table.ts'
import { createService, type Service, type ServiceOptions, serve } from '../gateway/service.ts'
import type { Ecs } from './action.ts'
import { actions } from './actions.ts'
import { Addresses } from './addresses.ts'
import { stoppedModeAfter } from './assumptions.ts'
import { ClientTokens } from './client-tokens.ts'
import { createInstance } from './create-instance.ts'
import { instanceNotFound } from './errors.ts'
import { type Faults, faultSchema } from './faults.ts'
import { describeInstance, type Instance, type Status } from './instance.ts'
import { changeSettings, type Settings } from './settings.ts'

export interface EcsOptions extends EcsState, AddressOptions {}

export interface EcsState extends ServiceOptions {
  /** CREATING to RUNNING; like the other delays in seconds, 0 unless given. */
  bootSeconds?: number
  startSeconds?: number
  stopSeconds?: number
  rebootSeconds?: number
  deleteSeconds?: number
  /** The maximum number of instances, default 100,000. */
  quota?: number
  /** The CIDR block of private addresses, default `10.0.0.0/8`. Programs can listen on addresses of `127.0.0.0/8`. */
  addressBlock?: string
  /** The settings at the start, and after a reset. */
  settings?: Partial<Settings>
}

/** The properties of seeded instances; each has a default. */
export interface Seed {
  tags?: Record<string, string>
  status?: Status
  /** Of the stop before the status STOPPED. */
  stoppedMode?: 'KeepCharging' | 'StopCharging'
  instanceName?: string
  instanceTypeId?: string
  imageId?: string
  projectName?: string
  /** The region is the part before the last hyphen. */
  zoneId?: string
}

export interface EcsService extends Service<Faults> {
  instances(): readonly Instance[]
  /** Creates instances at once, RUNNING by default. Quota and faults do not apply. */
  seed(count: number, seed?: Seed): void
  /** Changes some settings, until the next reset. Throws a TypeError for an invalid one. */
  configure(settings: Partial<Settings>): void
}

/** An emulated ECS with its own address. */
export type EcsEmulator = EcsService & Endpoint

/**
 * Starts an emulated ECS: the signed API at `/`, its control at `/_emulator/`.
 * Rejects with a RangeError or a TypeError for an invalid option, and with the system's error if the port is taken.
 */
export async function startEcs(options: EcsOptions = {}): Promise<EcsEmulator> {
  return serve(createEcs(options), options)
}

/** Creates an emulated ECS that is not served yet. Throws a RangeError or a TypeError for an invalid option. */
export function createEcs(options: EcsState = {}): EcsService {
  const clock = new Clock()
  const addresses = new Addresses(options.addressBlock ?? '10.0.0.0/8')
  const initialSettings = changeSettings(options.settings ?? {})
  const ecs: Ecs = {
    clock,
    instances: createInstances(clock, addresses),
    created: 0,
    addresses,
    tokens: new ClientTokens(clock),
    faults: new FaultList(faultSchema, actions.keys()),
    ...notNegativeOptions({ quota: 100_000 }, options),
    delays: notNegativeOptions(
      { bootSeconds: 0, startSeconds: 0, stopSeconds: 0, rebootSeconds: 0, deleteSeconds: 0 },
      options,
    ),
    settings: initialSettings,
  }
  const configure = (changes: unknown) => {
    ecs.settings = changeSettings(changes, ecs.settings)
  }
  const instances = () => {
    ecs.instances.settle()
    return ecs.instances.all()
  }
  const service = createService(
    {
      name: 'ecs',
      parameters: 'query',
      actions,
      state: ecs,
      resources: { instances: () => instances().map(describeWithInternals) },
      settings: { read: () => ecs.settings, change: configure },
      clear: () => {
        ecs.instances.clear()
        ecs.addresses.clear()
        ecs.tokens.clear()
        ecs.settings = initialSettings
      },
    },
    options,
  )
  return { ...service, instances, configure, seed: (count, seed = {}) => seedInstances(ecs, count, seed) }
}

function createInstances(clock: Clock, addresses: Addresses): ResourceTable<Instance> {
  return new ResourceTable<Instance>({
    clock,
    idOf: ({ InstanceId }) => InstanceId,
    notFound: instanceNotFound,
    onChange: (instance, at) => {
      instance.UpdatedAt = timestamp(at)
    },
    onRemove: ({ NetworkInterfaces }) => {
      for (const { PrimaryIpAddress } of NetworkInterfaces) addresses.release(PrimaryIpAddress)
    },
  })
}

function seedInstances(ecs: Ecs, count: number, seed: Seed): void {
  const { tags = {}, status = 'RUNNING', zoneId = 'cn-beijing-a', projectName } = seed
  const settings = {
    ZoneId: zoneId,
    ImageId: seed.imageId ?? 'image-seeded',
    InstanceName: seed.instanceName ?? 'seeded',
    InstanceTypeId: seed.instanceTypeId ?? 'ecs.g3i.large',
    NetworkInterfaces: [{ SubnetId: 'subnet-seeded', SecurityGroupIds: ['sg-seeded'] }],
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    ProjectName: projectName,
  }
  const region = zoneId.slice(0, zoneId.lastIndexOf('-'))
  for (let created = 0; created < count; created++) {
    const addresses = ecs.addresses.takeAll([undefined])
    const id = createInstance(ecs, region, { ...settings, addresses }, { hideSeconds: 0, stuck: true, fails: false })
    const instance = ecs.instances.get(id, region)
    instance.Status = status
    instance.StoppedMode = stoppedModeAfter(seed.stoppedMode, instance, ecs.settings)
  }
}

/** An instance as DescribeInstances shows it, with the internal fields that no action shows. */
function describeWithInternals(instance: Instance): object {
  const { next, hiddenUntil, UserData, region, passwordSha256 } = instance
  return {
    ...describeInstance(instance),
    Region: region,
    UserData,
    Next: next,
    HiddenUntil: hiddenUntil,
    PasswordSha256: passwordSha256,
  }
}
