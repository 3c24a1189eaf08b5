import { timestamp } from '../../openapi/envelope.ts'
import { accountId, codeSizeLimit, cpuOf } from '../assumptions.ts'
import { type Code, mostTosBytes, mostZipBytes } from '../code.ts'
import type { Deployment } from './deployment.ts'
import type { KafkaTrigger } from './kafka-trigger.ts'
import type { Release } from './release.ts'
import type { Revision } from './revision.ts'
import type { FunctionTimer } from './timer.ts'

/** What a revision keeps of a function: all that a running instance depends on. */
export interface Settings {
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
  settings: Settings
  code: Code | undefined
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

/** A function as CreateFunction, UpdateFunction and GetFunction show it. */
export function describeFunction(record: FunctionRecord) {
  return {
    Id: record.Id,
    Name: record.Name,
    Description: record.Description,
    ProjectName: record.ProjectName,
    ...describeSettings(record.settings, record.code),
    Owner: accountId,
    TriggersCount: record.timers.size + record.kafkaTriggers.size,
    CreationTime: timestamp(record.createdAt),
    LastUpdateTime: timestamp(record.updatedAt),
  }
}

export function describeSettings(settings: Settings, code: Code | undefined) {
  return {
    ...settings,
    Cpu: cpuOf(settings.MemoryMB),
    CodeSize: code && 'zip' in code ? code.zip.length : 0,
    CodeSizeLimit: codeSizeLimit(settings.SourceType === 'tos' ? mostTosBytes : mostZipBytes),
    SourceLocation: settings.Source,
  }
}
