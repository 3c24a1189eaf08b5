import * as v from 'valibot'
import { integer, stringMatching } from '../gateway/body-schemas.ts'
import { randomName } from '../gateway/random-name.ts'
import { duplicatedResource, resourceNotFound } from '../gateway/service-errors.ts'
import { startTransition } from '../gateway/transitions.ts'
import { type Action, action } from './action.ts'
import { triggerNamesMayRepeat } from './assumptions.ts'
import { description, stringOfLength } from './fields.ts'
import { describeKafkaTrigger } from './resources/kafka-trigger.ts'
import type { FunctionRecord, KafkaTrigger } from './resources/records.ts'
import { checkTriggerQuota } from './trigger-quota.ts'

// Limits from the veFaaS API reference, CreateKafkaTrigger.
const credentials = v.object({
  Mechanism: v.picklist(['PLAIN', 'SCRAM-SHA-256']),
  Username: stringOfLength(1, 256),
  Password: stringOfLength(1, 256),
})
const fields = {
  BatchSize: v.optional(integer(1, 1000)),
  BatchFlushDurationMilliseconds: v.optional(integer(1000, 60_000)),
  MaximumRetryAttempts: v.optional(integer(0, 100)),
  Enabled: v.optional(v.boolean()),
  Description: v.optional(description),
}

export const createKafkaTrigger: Action = action(
  v.object({
    FunctionId: v.string(),
    Name: stringMatching(/^[A-Za-z]\w{3,62}$/, '4 to 63 letters, digits and "_", the first one a letter'),
    MqInstanceId: stringOfLength(1, 256),
    TopicName: stringOfLength(1, 256),
    KafkaCredentials: credentials,
    StartingPosition: v.optional(v.picklist(['Latest', 'Earliest']), 'Latest'),
    ...fields,
  }),
  (input, vefaas, call) => {
    const record = vefaas.functions.get(input.FunctionId, call.region)
    if (!triggerNamesMayRepeat && [...record.kafkaTriggers.values()].some(({ Name }) => Name === input.Name)) {
      throw duplicatedResource('Kafka trigger', input.Name)
    }
    checkTriggerQuota(vefaas, record, call)
    const now = vefaas.clock.now()
    const stuck = vefaas.faults.take(call.action, 'StuckKafkaTrigger')
    const failing = vefaas.faults.take(call.action, 'FailKafkaTrigger')
    const trigger: KafkaTrigger = {
      Id: randomName(8),
      Name: input.Name,
      MqInstanceId: input.MqInstanceId,
      TopicName: input.TopicName,
      StartingPosition: input.StartingPosition,
      createdAt: now,
      updatedAt: now,
      Enabled: input.Enabled ?? true,
      BatchSize: input.BatchSize ?? 1000,
      BatchFlushDurationMilliseconds: input.BatchFlushDurationMilliseconds ?? 1000,
      MaximumRetryAttempts: input.MaximumRetryAttempts ?? 0,
      Description: input.Description ?? '',
    }
    startTransition(trigger, 'pending', failing ? 'failed' : 'ready', stuck ? 'never' : vefaas.kafkaSeconds, now)
    record.kafkaTriggers.set(trigger.Id, trigger)
    return describeKafkaTrigger(record, trigger)
  },
)

export const updateKafkaTrigger: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string(), KafkaCredentials: v.optional(credentials), ...fields }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    const trigger = findKafkaTrigger(record, input.Id)
    trigger.Enabled = input.Enabled ?? trigger.Enabled
    trigger.BatchSize = input.BatchSize ?? trigger.BatchSize
    trigger.BatchFlushDurationMilliseconds =
      input.BatchFlushDurationMilliseconds ?? trigger.BatchFlushDurationMilliseconds
    trigger.MaximumRetryAttempts = input.MaximumRetryAttempts ?? trigger.MaximumRetryAttempts
    trigger.Description = input.Description ?? trigger.Description
    trigger.updatedAt = vefaas.clock.now()
    return describeKafkaTrigger(record, trigger)
  },
)

export const getKafkaTrigger: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string() }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    return describeKafkaTrigger(record, findKafkaTrigger(record, input.Id))
  },
)

export const deleteKafkaTrigger: Action = action(
  v.object({ FunctionId: v.string(), Id: v.string() }),
  (input, vefaas, { region }) => {
    const record = vefaas.functions.get(input.FunctionId, region)
    record.kafkaTriggers.delete(findKafkaTrigger(record, input.Id).Id)
    return {}
  },
)

function findKafkaTrigger(record: FunctionRecord, id: string): KafkaTrigger {
  const trigger = record.kafkaTriggers.get(id)
  if (!trigger) throw resourceNotFound('Kafka trigger', id)
  return trigger
}
