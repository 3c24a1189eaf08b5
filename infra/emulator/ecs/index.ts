import { CallLog, type LoggedCall } from '../gateway/call-log.ts'
import { Clock } from '../gateway/clock.ts'
import { createControl } from '../gateway/control.ts'
import { type EmulatedService, type Endpoint, startEndpoint } from '../gateway/endpoint.ts'
import { FaultList } from '../gateway/fault-list.ts'
import { createOpenApiGateway } from '../gateway/gateway.ts'
import { createRateLimiter, type Rate } from '../gateway/rate-limit.ts'
import type { Ecs } from './action.ts'
import { actions } from './actions.ts'
import { ClientTokens } from './client-tokens.ts'
import { createInstance } from './create-instance.ts'
import { type Faults, faultSchema } from './faults.ts'
import { describeInstance, type Instance, type Status } from './instance.ts'
import { Instances } from './instances.ts'

export interface EcsOptions extends EcsState {
  /** The port on 127.0.0.1. 0, the default, takes a free one. */
  port?: number
  /** The delay of every response to a signed call, default 0. */
  latencyMs?: number
}

export interface EcsState {
  /** Access key id -> secret; default `{ AKLOCAL: 'local-secret' }`. */
  accessKeys?: Record<string, string>
  /** CREATING to RUNNING; like the other delays in seconds, 0 unless given. */
  bootSeconds?: number
  startSeconds?: number
  stopSeconds?: number
  rebootSeconds?: number
  deleteSeconds?: number
  /** Limits the calls of each action. The real limits are not published. Without it, calls are not limited. */
  rateLimit?: Rate | undefined
  /** The maximum number of instances, default 100,000. */
  quota?: number
  /** The CIDR block of private addresses, default `10.0.0.0/8`. Programs can listen on addresses of `127.0.0.0/8`. */
  addressBlock?: string
}

/** The properties of seeded instances; each has a default. */
export interface Seed {
  tags?: Record<string, string>
  status?: Status
  instanceName?: string
  instanceTypeId?: string
  imageId?: string
  projectName?: string
  /** The region is the part before the last hyphen. */
  zoneId?: string
}

export interface EcsService extends EmulatedService {
  /** The latest 100,000 signed calls since the start or the last reset. */
  calls: readonly LoggedCall[]
  instances(): readonly Instance[]
  faults: Faults
  /** Advances the clock of the instances. Signatures are checked against the real time. */
  advance(seconds: number): void
  /** Creates instances at once, RUNNING by default. Quota and faults do not apply. */
  seed(count: number, seed?: Seed): void
  /** Removes all instances, faults and logged calls, and resets the clock. */
  reset(): void
}

/** An emulated ECS with its own address. */
export type EcsEmulator = EcsService & Endpoint

/**
 * Starts an emulated ECS: the signed API at `/`, its control at `/_emulator/`.
 * Rejects with a RangeError for an invalid option, and with the system's error if the port is taken.
 */
export async function startEcs({ port = 0, latencyMs = 0, ...state }: EcsOptions = {}): Promise<EcsEmulator> {
  const ecs = createEcs(state)
  const endpoint = await startEndpoint({ port, services: [ecs], latencyMs: notNegative('latencyMs', latencyMs) })
  return { ...ecs, ...endpoint }
}

/** Creates an emulated ECS that is not served yet. Throws a RangeError for an invalid option. */
export function createEcs(options: EcsState = {}): EcsService {
  const { accessKeys = { AKLOCAL: 'local-secret' }, addressBlock = '10.0.0.0/8' } = options
  const clock = new Clock()
  const log = new CallLog()
  const ecs: Ecs = {
    clock,
    instances: new Instances(clock, addressBlock),
    tokens: new ClientTokens(clock),
    faults: new FaultList(faultSchema, actions.keys()),
    quota: notNegative('quota', options.quota ?? 100_000),
    delays: {
      bootSeconds: notNegative('bootSeconds', options.bootSeconds ?? 0),
      startSeconds: notNegative('startSeconds', options.startSeconds ?? 0),
      stopSeconds: notNegative('stopSeconds', options.stopSeconds ?? 0),
      rebootSeconds: notNegative('rebootSeconds', options.rebootSeconds ?? 0),
      deleteSeconds: notNegative('deleteSeconds', options.deleteSeconds ?? 0),
    },
  }
  const advance = (seconds: number) => clock.advance(seconds)
  const instances = () => {
    ecs.instances.settle()
    return [...ecs.instances.all()]
  }
  const reset = () => {
    ecs.instances.clear()
    ecs.tokens.clear()
    ecs.faults.clear()
    log.clear()
    clock.reset()
  }

  const { faults } = ecs
  const answerCall = createOpenApiGateway({
    service: {
      name: 'ecs',
      parameters: 'query',
      actions: new Map(
        [...actions].map(([name, run]) => [name, { version: '2020-04-01', run: (call) => run(ecs, call) }]),
      ),
    },
    accessKeys,
    faults,
    log,
    clock,
    limit: options.rateLimit && createRateLimiter(options.rateLimit),
  })
  const answerControl = createControl({
    faults,
    calls: log.calls,
    resources: { instances: () => instances().map(describeWithInternals) },
    advance,
    reset,
  })
  return {
    name: 'ecs',
    answerCall,
    answerControl,
    calls: log.calls,
    instances,
    faults,
    advance,
    seed: (count, seed = {}) => seedInstances(ecs, count, seed),
    reset,
  }
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
    const addresses = ecs.instances.takeAddresses([undefined])
    const id = createInstance(ecs, region, { ...settings, addresses }, { hideSeconds: 0, stuck: true, fails: false })
    const instance = ecs.instances.get(id, region)
    if (instance) instance.Status = status
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

function notNegative(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} is ${value}, not a number of 0 or more`)
  return value
}
