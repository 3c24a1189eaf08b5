import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { caller, deployFunction, releaseFunction, zipOf } from './testing.ts'

const log: string[] = []
// A minute of crontab time takes 100 ms.
const vefaas = await startVefaas({ timerSpeed: 600, onLog: (_name, line) => log.push(line), kafkaSeconds: 10 })
const call = caller(vefaas.url)
let FunctionId: string
beforeEach(async () => {
  vefaas.reset()
  FunctionId = (await create('some-function')).result.Id
  log.length = 0
})
afterAll(() => vefaas.close())

const create = (Name: string) =>
  call('CreateFunction', {
    Name,
    Runtime: 'node20/v1',
    Source: zipOf('exports.handler = async (event) => console.log(JSON.stringify(event))'),
  })
const timer = { Name: 'some-timer', Crontab: '* * * * *' }
const createTimer = (more: object = {}) => call('CreateTimer', { FunctionId, ...timer, ...more })
const kafka = {
  Name: 'some_trigger',
  MqInstanceId: 'kafka-1',
  TopicName: 'topic',
  KafkaCredentials: { Mechanism: 'PLAIN', Username: 'user', Password: 'secret' },
}
const createKafka = (more: object = {}) => call('CreateKafkaTrigger', { FunctionId, ...kafka, ...more })

/** A crontab that fires once, in two to three minutes, and then on the next day. */
function once(): string {
  const time = new Date(Date.now() + 3 * 60_000)
  return `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`
}

describe('a timer', () => {
  it('calls the function by its crontab, with its id and payload, until it is deleted', async () => {
    await releaseFunction(call, FunctionId)
    const { result } = await createTimer({ Payload: '{"DryRun":true}' })
    await expect.poll(() => log.length).toBeGreaterThan(1)
    expect(JSON.parse(log[0] ?? '')).toMatchObject({
      source: `/faas/event/timer/${result.Id}`,
      type: 'faas.timer.event',
      data: '{"DryRun":true}',
    })
    await call('UpdateTimer', { FunctionId, Id: result.Id, Payload: 'changed' })
    await expect.poll(() => log.at(-1)).toContain('changed')
    await call('UpdateTimer', { FunctionId, Id: result.Id, Enabled: false })
    await quiet()
    await call('UpdateTimer', { FunctionId, Id: result.Id, Enabled: true })
    const before = log.length
    await expect.poll(() => log.length).toBeGreaterThan(before)
    expect((await call('DeleteTimer', { FunctionId, Id: result.Id })).result).toEqual({})
    await quiet()
    expect((await call('GetTimer', { FunctionId, Id: result.Id })).outcome).toBe('404 ResourceNotFound')
  })

  it('retries a failed call as often as Retries says, and logs it', async () => {
    const id = await deployFunction(call, 'exports.handler = () => { throw new Error("no luck") }', {
      Name: 'bad-function',
    })
    log.length = 0
    await createTimer({ FunctionId: id, Crontab: once(), Retries: 1 })
    const failed = 'timer some-timer: the call failed with status 500;'
    const reason = 'function_execution_error: Error: no luck'
    await expect
      .poll(() => log.filter((line) => /^(timer|function_)/.test(line)))
      .toEqual([reason, `${failed} retries left: 1`, reason, `${failed} no retries left`])
  })

  it('stops with reset(), without a log line about retries of a running call', async () => {
    const code = 'exports.handler = () => { console.log("begun"); return new Promise(() => {}) }'
    const id = await deployFunction(call, code, { Name: 'slow-function' })
    await createTimer({ FunctionId: id, Retries: 1 })
    await expect.poll(() => log).toContain('begun')
    vefaas.reset()
    log.length = 0
    await expect.poll(() => log).toContain('function_panic: the function was stopped')
    await quiet()
    expect(log).toEqual(['function_panic: the function was stopped'])
  })

  it('of a function that was never released logs this', async () => {
    await createTimer()
    await expect.poll(() => log.join('\n')).toContain('release it first')
  })

  it('is shown with the documented fields and defaults', async () => {
    const { result } = await createTimer()
    expect(result).toEqual({
      Id: expect.stringMatching(/^[a-z\d]{8}$/),
      FunctionId,
      Name: 'some-timer',
      Crontab: '* * * * *',
      Payload: '',
      Enabled: true,
      EnableConcurrency: false,
      Retries: 0,
      Description: '',
      CreationTime: expect.stringMatching(/\+08:00$/),
      LastUpdateTime: result.CreationTime,
    })
    expect((await call('GetTimer', { FunctionId, Id: result.Id })).result).toEqual(result)
    expect(vefaas.functions()).toMatchObject([{ TriggersCount: 1, Timers: [result] }])
  })

  it.each<[string, object, string]>([
    ['a name of 3', { Name: 'abc' }, '400 InvalidParameter'],
    ['a name of 64', { Name: 'a'.repeat(64) }, '200'],
    ['a name of 65', { Name: 'a'.repeat(65) }, '400 InvalidParameter'],
    ['a name with _', { Name: 'some_timer' }, '400 InvalidParameter'],
    ['a name that begins with a digit', { Name: '1timer' }, '400 InvalidParameter'],
    ['no crontab', { Crontab: undefined }, '400 MissingParameter'],
    ['a crontab of six fields', { Crontab: '0 * * * * *' }, '400 InvalidParameter'],
    ['an invalid crontab', { Crontab: 'every day' }, '400 InvalidParameter'],
    ['a payload of 1000', { Payload: '界'.repeat(1000) }, '200'],
    ['a payload of 1001', { Payload: '界'.repeat(1001) }, '400 InvalidParameter'],
    ['a payload that is an object', { Payload: {} }, '400 InvalidParameter'],
    ['another function', { FunctionId: 'nobody00' }, '404 ResourceNotFound'],
  ])('with %s: %o', async (_what, more, outcome) => {
    expect((await createTimer(more)).outcome).toBe(outcome)
  })

  it('may have the name of another timer', async () => {
    expect([(await createTimer()).outcome, (await createTimer()).outcome]).toEqual(['200', '200'])
  })

  it('is not changed by an invalid update', async () => {
    const { result } = await createTimer()
    const attempt = await call('UpdateTimer', { FunctionId, Id: result.Id, Payload: 'new', Crontab: 'x' })
    expect(attempt.outcome).toBe('400 InvalidParameter')
    expect((await call('GetTimer', { FunctionId, Id: result.Id })).result).toEqual(result)
  })

  it('belongs to its function', async () => {
    const { result } = await createTimer()
    const other = (await create('other-function')).result.Id
    expect((await call('DeleteTimer', { FunctionId: other, Id: result.Id })).outcome).toBe('404 ResourceNotFound')
  })
})

describe('a Kafka trigger', () => {
  it('is pending, then ready, and never shows its credentials', async () => {
    const { result } = await createKafka()
    expect(result).toEqual({
      Id: expect.stringMatching(/^[a-z\d]{8}$/),
      FunctionId,
      Name: 'some_trigger',
      MqInstanceId: 'kafka-1',
      TopicName: 'topic',
      ConsumerGroup: expect.stringMatching(/./),
      StartingPosition: 'Latest',
      MaximumRetryAttempts: 0,
      Enabled: true,
      Description: '',
      Status: 'pending',
      CreationTime: expect.stringMatching(/\+08:00$/),
      LastUpdateTime: result.CreationTime,
    })
    const get = async () => (await call('GetKafkaTrigger', { FunctionId, Id: result.Id })).result
    expect(await get()).toEqual(result)
    vefaas.advance(10)
    expect(await get()).toEqual({ ...result, Status: 'ready' })
    await call('UpdateKafkaTrigger', { FunctionId, Id: result.Id, Enabled: false, MaximumRetryAttempts: 3 })
    expect(await get()).toMatchObject({ Enabled: false, MaximumRetryAttempts: 3 })
    expect((await call('DeleteKafkaTrigger', { FunctionId, Id: result.Id })).result).toEqual({})
    expect((await call('GetKafkaTrigger', { FunctionId, Id: result.Id })).outcome).toBe('404 ResourceNotFound')
  })

  it.each([
    ['FailKafkaTrigger', 'failed'],
    ['StuckKafkaTrigger', 'pending'],
  ] as const)('struck by %s is %s', async (Kind, Status) => {
    vefaas.faults.add({ Kind })
    const { result } = await createKafka()
    vefaas.advance(1_000_000)
    expect((await call('GetKafkaTrigger', { FunctionId, Id: result.Id })).result.Status).toBe(Status)
  })

  it.each<[string, object, string]>([
    ['a name with -', { Name: 'some-trigger' }, '400 InvalidParameter'],
    ['no instance', { MqInstanceId: undefined }, '400 MissingParameter'],
    ['no topic', { TopicName: undefined }, '400 MissingParameter'],
    ['no credentials', { KafkaCredentials: undefined }, '400 MissingParameter'],
    ['another mechanism', { KafkaCredentials: { Mechanism: 'GSSAPI' } }, '400 InvalidParameter'],
    ['another position', { StartingPosition: 'latest' }, '400 InvalidParameter'],
    ['a batch of 1001', { BatchSize: 1001 }, '400 InvalidParameter'],
    ['a flush interval of 0.5 s', { BatchFlushDurationMilliseconds: 500 }, '400 InvalidParameter'],
    ['101 attempts', { MaximumRetryAttempts: 101 }, '400 InvalidParameter'],
  ])('with %s is refused', async (_what, more, outcome) => {
    expect((await createKafka(more)).outcome).toBe(outcome)
  })
})

describe('ListTriggers', () => {
  it('shows both kinds, in its own form', async () => {
    const one = (await createTimer({ Payload: 'x', Description: 'words' })).result
    const other = (await createKafka()).result
    const { result } = await call('ListTriggers', { FunctionId })
    expect(result.Total).toBe(2)
    const AccountID = expect.stringMatching(/^\d+$/)
    expect(result.Items).toMatchObject([
      { Id: other.Id, Type: 'kafka', Name: 'some_trigger', FunctionID: FunctionId, AccountID },
      { Id: one.Id, Type: 'timer', Name: 'some-timer', Enabled: true, Description: 'words', AccountID },
    ])
    expect(JSON.parse(result.Items[1]?.DetailedConfig ?? '')).toEqual({
      Crontab: '* * * * *',
      Payload: 'x',
      EnableConcurrency: false,
      Retries: 0,
    })
  })
})

it('a function has at most 20 triggers', async () => {
  for (let index = 0; index < 20; index++) await createTimer({ Enabled: false })
  for (const attempt of [createTimer(), createKafka()]) expect((await attempt).outcome).toBe('400 QuotaExceeded')
})

/** Waits for running calls, then expects that nothing is logged during five ticks. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200))
  const before = log.length
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(log).toHaveLength(before)
}
