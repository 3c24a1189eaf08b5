import type { Clock } from '../../gateway/clock.ts'
import { timestamp } from '../../gateway/envelope.ts'
import type { FunctionRecord, KafkaTrigger } from './records.ts'

/** A Kafka trigger as its actions show it: without its credentials. */
export function describeKafkaTrigger(clock: Clock, record: FunctionRecord, trigger: KafkaTrigger) {
  const { createdAt, updatedAt, settlesAt, settlesAs, BatchSize, BatchFlushDurationMilliseconds, ...shown } = trigger
  return {
    ...shown,
    FunctionId: record.Id,
    ConsumerGroup: `vefaas-${record.Id}-${trigger.Id}`,
    Status: clock.now() < settlesAt ? 'pending' : settlesAs,
    CreationTime: timestamp(createdAt),
    LastUpdateTime: timestamp(updatedAt),
  }
}
