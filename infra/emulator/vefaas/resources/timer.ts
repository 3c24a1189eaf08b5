import { timestamp } from '../../openapi/envelope.ts'
import type { Timer } from '../runtime/timer.ts'
import type { FunctionRecord } from './function.ts'

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
  running: Timer | undefined
}

/** A timer as its actions show it. */
export function describeTimer(record: FunctionRecord, timer: FunctionTimer) {
  const { createdAt, updatedAt, running, ...shown } = timer
  return {
    ...shown,
    FunctionId: record.Id,
    CreationTime: timestamp(createdAt),
    LastUpdateTime: timestamp(updatedAt),
  }
}
