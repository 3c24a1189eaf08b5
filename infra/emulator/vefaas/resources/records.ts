import type { Resource } from '../../gateway/resource-table.ts'
import type { Transitional } from '../../gateway/transitions.ts'
import type { FunctionCode } from '../function-code.ts'
import type { CrontabTimer } from '../runtime/crontab-timer.ts'
import type { FunctionInstance } from '../runtime/function-instance.ts'
import type { InstanceLog } from '../runtime/instance-log.ts'
import type { InstancePool } from '../runtime/instance-pool.ts'

/** A function as the emulator stores it. */
export interface FunctionRecord extends Resource {
  readonly Id: string
  readonly Name: string
  readonly createdAt: number
  updatedAt: number
  Description: string
  ProjectName: string
  Tags: { Key: string; Value: string }[]
  settings: FunctionSettings
  code: FunctionCode | undefined
  resource: { MinInstance: number; MaxInstance: number; ReservedFrozenInstance: number }
  revisions: Revision[]
  /** Oldest first. */
  releases: Release[]
  stable: Deployment | undefined
  /** The new revision, during a release. */
  canary: Deployment | undefined
  /** The percentage of calls that go to `canary`; the others go to `stable`. */
  weight: number
  /** Accumulated weight; `canary` gets a call at every 100. This splits the traffic evenly and without chance. */
  owedWeight: number
  timers: Map<string, FunctionTimer>
  kafkaTriggers: Map<string, KafkaTrigger>
}

/** The settings that a revision contains: all that a running instance depends on. */
export interface FunctionSettings {
  Runtime: string
  SourceType: 'zip' | 'tos' | 'image'
  /** `bucket:key` in TOS, or the name of an image; empty for a zip. */
  Source: string
  Command: string
  Port: number
  MemoryMB: number
  CpuMilli: number
  CpuStrategy: string
  InstanceType: string
  RequestTimeout: number
  InitializerSec: number
  ExclusiveMode: boolean
  MaxConcurrency: number
  Envs: { Key: string; Value: string }[]
  Role: string
  VpcConfig: object
  TlsConfig: object
  TosMountConfig: object
  NasStorage: object
  AsyncTaskConfig: object
  EnableApmplus: boolean
}

/** An immutable version of a function. */
export interface Revision {
  number: number
  description: string
  settings: FunctionSettings
  code: FunctionCode
  /** RFC 3339. */
  createdAt: string
}

/** A release moves the traffic of a function from one revision to another. Times are milliseconds since 1970. */
export interface Release extends Transitional<'inprogress' | 'done' | 'failed'> {
  readonly Id: string
  readonly description: string
  readonly oldRevisionNumber: number
  readonly newRevisionNumber: number
  readonly rollingStep: number
  readonly startedAt: number
  recordStatus: 'rolling' | 'done' | 'failed' | 'rollbacked'
  targetWeight: number
  /** The traffic moves from this weight to the target, from `movesAt` until the transition to `done`. */
  fromWeight: number
  movesAt: number
  finishedAt: number | undefined
  /** Whether an instance of the new revision has started. */
  isLoaded: boolean
  /** A scripted failure: the transition is to `failed`. */
  fault: ReleaseFailure | undefined
  failure: ReleaseFailure | undefined
  /** The log of its first instance, set after the attempt to load the code, and removed if the release succeeds. */
  log: InstanceLog | undefined
  /** The address of `log`. */
  readonly logUrl: string
}

export interface ReleaseFailure {
  code: string
  message: string
}

/** A revision of a function, unpacked into its own folder and ready to run. */
export interface Deployment {
  revision: Revision
  pool: InstancePool
  instances(): FunctionInstance[]
  /** Takes no more calls. Stops after the last running call. */
  retire(): void
  /** Stops at once. */
  close(): void
}

/** A timer as the emulator stores it. Times are milliseconds since 1970. */
export interface FunctionTimer {
  readonly Id: string
  readonly Name: string
  readonly createdAt: number
  updatedAt: number
  Crontab: string
  Payload: string
  Enabled: boolean
  EnableConcurrency: boolean
  Retries: number
  Description: string
  /** Undefined if timers never fire. */
  running: CrontabTimer | undefined
}

/** A Kafka trigger as the emulator stores it. It never gets messages. Times are milliseconds since 1970. */
export interface KafkaTrigger extends Transitional<'pending' | 'ready' | 'failed'> {
  readonly Id: string
  readonly Name: string
  readonly MqInstanceId: string
  readonly TopicName: string
  readonly StartingPosition: string
  readonly createdAt: number
  updatedAt: number
  Enabled: boolean
  BatchSize: number
  BatchFlushDurationMilliseconds: number
  MaximumRetryAttempts: number
  Description: string
}
