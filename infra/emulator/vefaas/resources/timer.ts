import { timestamp } from '../../gateway/envelope.ts'
import type { FunctionRecord, FunctionTimer } from './records.ts'

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
