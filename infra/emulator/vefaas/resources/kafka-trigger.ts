import { timestamp } from '../../gateway/envelope.ts'
import type { FunctionRecord, KafkaTrigger } from './records.ts'

/** A Kafka trigger as its actions show it: without its credentials. */
export function describeKafkaTrigger(record: FunctionRecord, trigger: KafkaTrigger) {
  const { createdAt, updatedAt, next, BatchSize, BatchFlushDurationMilliseconds, ...shown } = trigger
  return {
    ...shown,
    FunctionId: record.Id,
    ConsumerGroup: `vefaas-${record.Id}-${trigger.Id}`,
    CreationTime: timestamp(createdAt),
    LastUpdateTime: timestamp(updatedAt),
  }
}
