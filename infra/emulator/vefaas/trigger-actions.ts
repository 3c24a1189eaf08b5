import * as v from 'valibot'
import { type Action, action } from './action.ts'
import { accountId, inListOrder } from './assumptions.ts'
import { describeKafkaTrigger } from './resources/kafka-trigger.ts'
import { describeTimer } from './resources/timer.ts'

/** All timers and Kafka triggers of a function. The emulated veFaaS does not know the triggers of the API gateway. */
export const listTriggers: Action = action(
  v.object({ FunctionId: v.string() }),
  ({ FunctionId }, vefaas, { region }) => {
    const record = vefaas.functions.get(FunctionId, region)
    const timers = [...record.timers.values()].map((timer) => {
      const { Crontab, Payload, EnableConcurrency, Retries } = timer
      return describeListItem('timer', describeTimer(record, timer), { Crontab, Payload, EnableConcurrency, Retries })
    })
    const kafkaTriggers = [...record.kafkaTriggers.values()].map((trigger) => {
      const { MqInstanceId, TopicName, StartingPosition, MaximumRetryAttempts } = trigger
      const config = { MqInstanceId, TopicName, StartingPosition, MaximumRetryAttempts }
      return describeListItem('kafka', describeKafkaTrigger(record, trigger), config)
    })
    const Items = inListOrder([...timers, ...kafkaTriggers])
    return { Items, Total: Items.length }
  },
)

interface TriggerDescription {
  Id: string
  Name: string
  Enabled: boolean
  Description: string
  FunctionId: string
  CreationTime: string
  LastUpdateTime: string
}

/** The form of ListTriggers, which spells FunctionID and AccountID with "ID". */
function describeListItem(type: string, trigger: TriggerDescription, config: object): object {
  return {
    Id: trigger.Id,
    Name: trigger.Name,
    Type: type,
    DetailedConfig: JSON.stringify(config),
    Enabled: trigger.Enabled,
    Description: trigger.Description,
    AccountID: accountId,
    FunctionID: trigger.FunctionId,
    ImageVersion: '',
    CreationTime: trigger.CreationTime,
    LastUpdateTime: trigger.LastUpdateTime,
  }
}
