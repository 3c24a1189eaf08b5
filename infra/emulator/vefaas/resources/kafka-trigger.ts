import type { Clock } from '../../openapi/clock.ts'
import { timestamp } from '../../openapi/envelope.ts'
import type { FunctionRecord } from './function.ts'

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

/** Without its credentials, which no action shows. */
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
