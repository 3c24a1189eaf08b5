import type { FunctionCode } from '../function-code.ts'
import type { CrontabTimer } from '../runtime/crontab-timer.ts'
import type { FunctionInstance } from '../runtime/function-instance.ts'
import type { InstanceLog } from '../runtime/instance-log.ts'
import type { InstancePool } from '../runtime/instance-pool.ts'

/** A function as the emulator keeps it. */
export interface FunctionRecord {
  readonly Id: string
  readonly Name: string
  readonly region: string
  readonly createdAt: number
  /** Lists do not show it before; milliseconds since 1970. */
  readonly hiddenUntil: number
  updatedAt: number
  Description: string
  ProjectName: string
  Tags: { Key: string; Value: string }[]
  settings: FunctionSettings
  code: FunctionCode | undefined
  resource: { MinInstance: number; MaxInstance: number; ReservedFrozenInstance: number }
  revisions: Revision[]
  /** The latest last. */
  releases: Release[]
  /** What serves: `weight` percent of the calls go to `next`, the others to `stable`. */
  stable: Deployment | undefined
  next: Deployment | undefined
  weight: number
  /** Percent of a call that `next` is owed: splits the traffic evenly, and always the same way. */
  owed: number
  timers: Map<string, FunctionTimer>
  kafkaTriggers: Map<string, KafkaTrigger>
}

/** What a revision keeps of a function: all that a running instance depends on. */
export interface FunctionSettings {
  Runtime: string
  SourceType: 'zip' | 'tos' | 'image'
  /** `bucket:key` or the name of an image; empty for a zip. */
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

/** A function as it was once, for good. */
export interface Revision {
  number: number
  description: string
  settings: FunctionSettings
  code: FunctionCode
  /** RFC 3339. */
  createdAt: string
}

/** A release of a function: traffic that goes from one revision to another. Times are milliseconds since 1970. */
export interface Release {
  readonly Id: string
  readonly description: string
  readonly oldRevisionNumber: number
  readonly newRevisionNumber: number
  readonly rollingStep: number
  readonly startedAt: number
  status: 'inprogress' | 'done' | 'failed'
  recordStatus: 'rolling' | 'done' | 'failed' | 'rollbacked'
  targetWeight: number
  /** The traffic moves from this weight to the target, from `movesAt` to `dueAt`. */
  fromWeight: number
  movesAt: number
  dueAt: number
  finishedAt: number | undefined
  /** Whether an instance of the new revision has started. */
  isLoaded: boolean
  /** How it is to fail when it is due. */
  fault: ReleaseFailure | undefined
  failure: ReleaseFailure | undefined
  /** What its first instance wrote, from when that has loaded, or has not; kept when the release fails. */
  log: InstanceLog | undefined
  /** Where that can be read. */
  readonly logUrl: string
}

export interface ReleaseFailure {
  code: string
  message: string
}

/** One revision of a function, unpacked in a folder of its own and ready to run. */
export interface Deployment {
  revision: Revision
  pool: InstancePool
  instances(): FunctionInstance[]
  /** Takes no more calls, and goes with the last one that is running. */
  retire(): void
  /** Ends everything at once. */
  close(): void
}

/** A timer as the emulator keeps it. Times are milliseconds since 1970. */
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
  /** Not there where timers do not fire. */
  running: CrontabTimer | undefined
}

/** A Kafka trigger as the emulator keeps it: no messages come. Times are milliseconds since 1970. */
export interface KafkaTrigger {
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
  /** When it is no longer pending, and what it is then. */
  readonly settlesAt: number
  readonly settlesAs: 'ready' | 'failed'
}
