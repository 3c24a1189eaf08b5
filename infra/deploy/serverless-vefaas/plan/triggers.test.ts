import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import type { Client } from '../cloud/client.ts'
import type { EventConfig } from '../config.ts'
import { StepError } from '../run.ts'
import { deployService, removeService, serviceWith, testClient, watchChanges } from '../testing.ts'
import { PlanError } from './step.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false, timerSpeed: 0, kafkaSeconds: 0.03 } })
const client = testClient(cloud.url)

beforeEach(() => cloud.vefaas.reset())
afterAll(() => cloud.close())

const timer = { crontab: '*/5 * * * *', name: 'often' }
const kafka = { instanceId: 'k-1', topic: 'sold', name: 'sold', username: 'u', password: 'p' }
const shop = (...events: EventConfig[]) => serviceWith({ hello: { events } })

type Trigger = { Id: string; Name: string; Description: string; Status?: string } & Record<string, unknown>
type Item = { Id: string; Name: string; Timers: Trigger[]; KafkaTriggers: Trigger[] }

function hello(): Item {
  return (cloud.vefaas.functions() as Item[]).find(({ Name }) => Name === 'shop-test-hello') as Item
}
const namesOf = (triggers: Trigger[]) => triggers.map(({ Name }) => Name).sort()

test('an incomplete list of triggers is an error', async () => {
  await deployService(client, shop({ timer }))
  const short: Client = {
    ...client,
    call: async <Result extends object>(service: 'vefaas' | 'apig', action: string, body: object) => {
      const result = await client.call<Result>(service, action, body)
      return action === 'ListTriggers' ? { ...result, Items: [], Total: 1 } : result
    },
  }
  await expect(deployService(short, shop({ timer }))).rejects.toThrow(/has 1 triggers, but ListTriggers shows only 0/)
})

describe('a trigger', () => {
  test.each<[what: string, before: EventConfig[], after: EventConfig[], lines: string[], actions: string[]]>([
    [
      'with another crontab is changed',
      [{ timer }],
      [{ timer: { ...timer, crontab: '0 * * * *' } }],
      ['update timer often of shop-test-hello Crontab */5 * * * * -> 0 * * * *'],
      ['UpdateTimer'],
    ],
    [
      'with another payload, retries, concurrency is changed',
      [{ timer }],
      [{ timer: { ...timer, payload: { a: 1 }, retries: 2, enableConcurrency: true } }],
      ['update timer often of shop-test-hello Payload changed, EnableConcurrency false -> true, Retries 0 -> 2'],
      ['UpdateTimer'],
    ],
    [
      'that is switched off is changed',
      [{ timer }],
      [{ timer: { ...timer, enabled: false } }],
      ['update timer often of shop-test-hello Enabled true -> false'],
      ['UpdateTimer'],
    ],
    [
      'without its payload is changed',
      [{ timer: { ...timer, payload: 'x', retries: 1 } }],
      [{ timer }],
      ['update timer often of shop-test-hello Payload changed, Retries 1 -> 0'],
      ['UpdateTimer'],
    ],
    [
      'with another name is created, and the old one is removed',
      [{ timer }],
      [{ timer: { ...timer, name: 'seldom' } }],
      ['create timer seldom of shop-test-hello */5 * * * *', 'remove timer often of shop-test-hello'],
      ['CreateTimer', 'DeleteTimer'],
    ],
    ['that leaves the file is removed', [{ timer }], [], ['remove timer often of shop-test-hello'], ['DeleteTimer']],
    [
      'for messages is created',
      [],
      [{ kafka }],
      ['create kafka trigger sold of shop-test-hello sold of k-1'],
      ['CreateKafkaTrigger'],
    ],
    [
      'for messages is changed',
      [{ kafka }],
      [{ kafka: { ...kafka, retries: 9, enabled: false } }],
      ['update kafka trigger sold of shop-test-hello Enabled true -> false, MaximumRetryAttempts 3 -> 9'],
      ['UpdateKafkaTrigger'],
    ],
    [
      'for messages of another topic is replaced',
      [{ kafka }],
      [{ kafka: { ...kafka, topic: 'bought', startingPosition: 'Earliest' } }],
      [
        'update kafka trigger sold of shop-test-hello TopicName sold -> bought, StartingPosition Latest -> Earliest, replaced',
      ],
      ['DeleteKafkaTrigger', 'CreateKafkaTrigger'],
    ],
    [
      'for messages that is no longer in the file is removed',
      [{ kafka }, { timer }],
      [{ timer }],
      ['remove kafka trigger sold of shop-test-hello'],
      ['DeleteKafkaTrigger'],
    ],
  ])('%s', async (_what, before, after, lines, actions) => {
    await deployService(client, shop(...before))
    const changes = watchChanges(cloud)
    expect(await deployService(client, shop(...after))).toEqual(lines)
    expect(changes()).toEqual(actions)
    expect(await deployService(client, shop(...after))).toEqual([])
  })

  test('that somebody has changed, switched off or removed is restored', async () => {
    await deployService(client, shop({ timer }, { kafka }))
    const { Id: FunctionId, Timers, KafkaTriggers } = hello()
    await client.call('vefaas', 'UpdateTimer', { FunctionId, Id: Timers[0]?.Id, Crontab: '0 0 * * *', Enabled: false })
    await client.call('vefaas', 'DeleteKafkaTrigger', { FunctionId, Id: KafkaTriggers[0]?.Id })
    expect(await deployService(client, shop({ timer }, { kafka }))).toEqual([
      'update timer often of shop-test-hello Crontab 0 0 * * * -> */5 * * * *, Enabled false -> true',
      'create kafka trigger sold of shop-test-hello sold of k-1',
    ])
  })

  test('of somebody else is kept, and removed only with its function', async () => {
    await deployService(client, shop({ timer }))
    const { Id: FunctionId } = hello()
    await client.call('vefaas', 'CreateTimer', { FunctionId, Name: 'theirs', Crontab: '0 0 * * *' })
    const { name, ...rest } = kafka
    await client.call('vefaas', 'CreateKafkaTrigger', {
      FunctionId,
      Name: name,
      MqInstanceId: rest.instanceId,
      TopicName: rest.topic,
      KafkaCredentials: { Mechanism: 'PLAIN', Username: 'u', Password: 'p' },
    })
    expect(await deployService(client, shop())).toEqual(['remove timer often of shop-test-hello'])
    expect(namesOf(hello().Timers)).toEqual(['theirs'])
    // A name that is taken is reported before anything is changed.
    const changes = watchChanges(cloud)
    const problem = await deployService(client, shop({ kafka }, { timer: { ...timer, name: 'theirs' } })).catch(
      (one) => one,
    )
    expect(problem).toBeInstanceOf(PlanError)
    expect(problem.message.split('\n')).toEqual([
      'timer theirs of shop-test-hello exists, but this service has not created it: use another name in serverless.yml, or delete it',
      'kafka trigger sold of shop-test-hello exists, but this service has not created it: use another name in serverless.yml, or delete it',
    ])
    expect(changes()).toEqual([])

    await removeService(client, shop())
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('that exists twice is deleted once', async () => {
    await deployService(client, shop({ timer }, { kafka }))
    const { Id: FunctionId, Timers, KafkaTriggers } = hello()
    const { Id: _one, ...again } = Timers[0] as Trigger
    await client.call('vefaas', 'CreateTimer', { ...again, FunctionId })
    const { Id: _other, ...once } = KafkaTriggers[0] as Trigger
    const KafkaCredentials = { Mechanism: 'PLAIN', Username: 'u', Password: 'p' }
    await client.call('vefaas', 'CreateKafkaTrigger', { ...once, FunctionId, KafkaCredentials })
    expect(await deployService(client, shop({ timer }, { kafka }))).toEqual([
      'remove timer often of shop-test-hello',
      'remove kafka trigger sold of shop-test-hello',
    ])
    expect([namesOf(hello().Timers), namesOf(hello().KafkaTriggers)]).toEqual([['often'], ['sold']])
    expect(await deployService(client, shop({ timer }, { kafka }))).toEqual([])
  })

  test('of ours is used if somebody else has one of the same name', async () => {
    await deployService(client, shop({ timer }))
    await client.call('vefaas', 'CreateTimer', { FunctionId: hello().Id, Name: timer.name, Crontab: '0 0 * * *' })
    expect(await deployService(client, shop({ timer }))).toEqual([])
    expect(await deployService(client, shop())).toEqual(['remove timer often of shop-test-hello'])
    expect(hello().Timers.map(({ Crontab }) => Crontab)).toEqual(['0 0 * * *'])
  })

  test('for messages that cannot connect fails the deployment, and the next one replaces it', async () => {
    cloud.vefaas.faults.add({ Kind: 'FailKafkaTrigger', Times: 1 })
    const error = await deployService(client, shop({ kafka })).catch((one) => one)
    expect(error).toBeInstanceOf(StepError)
    expect(error.cause.message).toBe(
      'it has failed: check instanceId, topic, username and password; the next deployment replaces it',
    )
    expect(await deployService(client, shop({ kafka }))).toEqual([
      'update kafka trigger sold of shop-test-hello has failed, replaced',
    ])
    expect(hello().KafkaTriggers.map(({ Status }) => Status)).toEqual(['ready'])
  })
})
