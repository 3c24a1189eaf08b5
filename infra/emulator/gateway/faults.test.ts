import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { faultSchema as apigFaults } from '../apig/faults.ts'
import { faultSchema as ecsFaults, type Fault } from '../ecs/faults.ts'
import { startEcs } from '../ecs/index.ts'
import { caller, type Params, runParams, signedRequest } from '../ecs/testing.ts'
import { faultSchema as vefaasFaults } from '../vefaas/faults.ts'
import { FaultList } from './fault-list.ts'
import type { FaultScope } from './faults.ts'

const ecs = await startEcs({ bootSeconds: 5, deleteSeconds: 5 })
const call = caller(ecs.url)
const run = (params: Params = {}) => call('RunInstances', { ...runParams, ...params })
const list = async (params: Params = {}) => (await call('DescribeInstances', params)).result
const raw = (action: string, params: Params = {}) => {
  const { url, init } = signedRequest(ecs.url, { Action: action, Version: '2020-04-01', ...params })
  return fetch(url, init)
}
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('on the wire', () => {
  it('Throttle: 429 before any work, with Retry-After if given, for the given number of calls', async () => {
    ecs.faults.add({ Kind: 'Throttle', Times: 2, RetryAfterSeconds: 3 })
    const first = await run()
    expect(first.outcome).toBe('429 FlowLimitExceeded')
    expect(first.metadata.Error).toMatchObject({ CodeN: 100018 })
    expect(first.headers.get('retry-after')).toBe('3')
    expect((await run()).outcome).toBe('429 FlowLimitExceeded')
    expect((await run()).outcome).toBe('200')
    expect(ecs.instances()).toHaveLength(1)
    expect(ecs.faults.list()).toEqual([])
  })

  it('Throttle with another code', async () => {
    ecs.faults.add({ Kind: 'Throttle', Code: 'AccountFlowLimitExceeded', Message: 'slow down' })
    expect(await run()).toMatchObject({ outcome: '429 AccountFlowLimitExceeded', message: 'slow down' })
  })

  it.each<[number, string]>([
    [500, 'InternalError'],
    [503, 'ServiceUnavailableTemp'],
    [504, 'InternalServiceTimeout'],
    [403, 'AccessDenied'],
    [200, 'InternalError'],
  ])('Error: %i %s, before the work or after it', async (Status, Code) => {
    ecs.faults.add({ Kind: 'Error', Status, Code, Times: 1 })
    expect((await run()).outcome).toBe(`${Status} ${Code}`)
    expect(ecs.instances()).toHaveLength(0)
    ecs.faults.add({ Kind: 'Error', Status, Code, Times: 1, AfterWork: true })
    expect((await run()).outcome).toBe(`${Status} ${Code}`)
    expect(ecs.instances()).toHaveLength(1)
  })

  it('Delay: the work is done at once, the answer waits', async () => {
    ecs.faults.add({ Kind: 'Delay', DelayMs: 3_600_000, Times: 1 }, { Kind: 'Delay', DelayMs: 200, Times: 1 })
    const stop = new AbortController()
    const { url, init } = signedRequest(ecs.url, { Action: 'RunInstances', Version: '2020-04-01', ...runParams })
    const unanswered = fetch(url, { ...init, signal: stop.signal })
    await expect.poll(() => ecs.instances().length).toBe(1)
    stop.abort()
    await expect(unanswered).rejects.toThrow('aborted')
    const started = performance.now()
    expect((await run()).outcome).toBe('200')
    expect(performance.now() - started).toBeGreaterThanOrEqual(190)
  })

  it('Delay combines with another fault', async () => {
    ecs.faults.add({ Kind: 'Delay', DelayMs: 50 }, { Kind: 'Throttle' })
    const started = performance.now()
    expect((await run()).status).toBe(429)
    expect(performance.now() - started).toBeGreaterThanOrEqual(45)
  })

  it.each([
    ['CutBefore', 0],
    ['CutAfter', 1],
  ] as const)('%s: no answer, and %i instances', async (Kind, created) => {
    ecs.faults.add({ Kind, Times: 1 })
    await expect(raw('RunInstances', runParams)).rejects.toThrow('fetch failed')
    expect(ecs.instances()).toHaveLength(created)
    expect(ecs.calls).toMatchObject([{ action: 'RunInstances', status: 0 }])
    expect((await run()).outcome).toBe('200')
  })

  it('CutAfter, then the same ClientToken: one instance', async () => {
    ecs.faults.add({ Kind: 'CutAfter', Times: 1 })
    await expect(raw('RunInstances', { ...runParams, ClientToken: 't' })).rejects.toThrow('fetch failed')
    expect((await run({ ClientToken: 't' })).result.InstanceIds).toEqual([ecs.instances()[0]?.InstanceId])
    expect(ecs.instances()).toHaveLength(1)
  })

  it.each<[Fault, number, string, string]>([
    [{ Kind: 'Html' }, 502, 'text/html', '<html>'],
    [{ Kind: 'Html', Status: 503 }, 503, 'text/html', '<html>'],
    [{ Kind: 'NotJson' }, 200, 'application/json', 'upstream connect error'],
    [{ Kind: 'NotJson', Status: 500, Body: '{"half":' }, 500, 'application/json', '{"half":'],
    [{ Kind: 'Empty' }, 200, 'application/json', ''],
    [{ Kind: 'Empty', Status: 502 }, 502, 'application/json', ''],
  ])('%j', async (fault, status, type, body) => {
    ecs.faults.add({ ...fault, Times: 1 }, { ...fault, Times: 1, AfterWork: true } as Fault)
    const response = await raw('RunInstances', runParams)
    const answered = await response.text()
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain(type)
    expect(body === '' ? answered : answered.slice(0, body.length)).toBe(body)
    expect(ecs.instances()).toHaveLength(0)
    await raw('RunInstances', runParams)
    expect(ecs.instances()).toHaveLength(1)
  })

  it('Truncate: half of the answer, then nothing', async () => {
    ecs.seed(3)
    ecs.faults.add({ Kind: 'Truncate', Times: 1 })
    const response = await raw('DescribeInstances')
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow('terminated')
    expect((await list()).TotalCount).toBe(3)
  })
})

describe('of ECS', () => {
  it('HideNew: lists do not show an instance for a while, but it exists', async () => {
    ecs.faults.add({ Kind: 'HideNew', Seconds: 10, Times: 1 })
    const [InstanceId = ''] = (await run({ 'Tags.1.Key': 'a' })).result.InstanceIds
    const tags = async () => (await call('DescribeTags', { ResourceType: 'instance' })).result.TagResources.length
    expect((await list({ 'InstanceIds.1': InstanceId })).TotalCount).toBe(0)
    expect(await tags()).toBe(0)
    ecs.advance(10)
    expect((await list({ 'InstanceIds.1': InstanceId })).TotalCount).toBe(1)
    expect(await tags()).toBe(1)
    await run()
    expect((await list()).TotalCount).toBe(2)
  })

  it('StuckCreating: forever, and it cannot be deleted', async () => {
    ecs.faults.add({ Kind: 'StuckCreating', Times: 1 })
    const [InstanceId = ''] = (await run()).result.InstanceIds
    ecs.advance(1e6)
    expect(ecs.instances()[0]?.Status).toBe('CREATING')
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('400 InvalidInstanceStatus')
  })

  it('FailCreating: CREATING, then ERROR', async () => {
    ecs.faults.add({ Kind: 'FailCreating' })
    await run()
    ecs.advance(5)
    expect(ecs.instances()[0]?.Status).toBe('ERROR')
  })

  it('StuckDeleting: accepted, and never gone', async () => {
    ecs.seed(2)
    ecs.faults.add({ Kind: 'StuckDeleting', Times: 1 })
    const [first = '', second = ''] = ecs.instances().map(({ InstanceId }) => InstanceId)
    await call('DeleteInstances', { 'InstanceIds.1': first, 'InstanceIds.2': second })
    ecs.advance(1e6)
    expect(ecs.instances().map(({ Status }) => Status)).toEqual(['DELETING'])
  })

  it.each<[number | undefined, number, number | undefined, string, number]>([
    [undefined, 1, undefined, '400 InsufficientInventory', 0],
    [2, 3, undefined, '400 InsufficientInventory', 0],
    [2, 3, 3, '400 InsufficientInventory', 0],
    [2, 3, 2, '200', 2],
    [2, 3, 1, '200', 2],
    [5, 3, 3, '200', 3],
    [0, 3, 1, '400 InsufficientInventory', 0],
  ])('NoStock with %s left, Count %i, MinCount %s: %s', async (Left, Count, MinCount, outcome, created) => {
    ecs.faults.add({ Kind: 'NoStock', ...(Left === undefined ? {} : { Left }) })
    expect((await run({ Count, ...(MinCount === undefined ? {} : { MinCount }) })).outcome).toBe(outcome)
    expect(ecs.instances()).toHaveLength(created)
  })

  it('NoQuota', async () => {
    ecs.faults.add({ Kind: 'NoQuota', Times: 1 })
    expect((await run()).outcome).toBe('429 QuotaExceeded.MaximumInstances')
    expect((await run()).outcome).toBe('200')
  })

  it('FailItem: one item or each, while the call succeeds', async () => {
    ecs.seed(2)
    const [first = '', second = ''] = ecs.instances().map(({ InstanceId }) => InstanceId)
    const stopBoth = async () => {
      const { outcome, result } = await call('StopInstances', { 'InstanceIds.1': first, 'InstanceIds.2': second })
      return [outcome, ...result.OperationDetails.map((detail) => detail.Error?.Code ?? 'done')]
    }
    ecs.faults.add({ Kind: 'FailItem', Code: 'InternalError', Times: 1 })
    expect(await stopBoth()).toEqual(['200', 'InternalError', 'InternalError'])
    ecs.faults.add({ Kind: 'FailItem', Code: 'InternalError', InstanceId: second })
    expect(await stopBoth()).toEqual(['200', 'done', 'InternalError'])
  })
})

describe('which calls', () => {
  it('Action: only that one', async () => {
    ecs.faults.add({ Kind: 'Throttle', Action: 'DescribeInstances' })
    expect((await run()).outcome).toBe('200')
    expect((await call('DescribeInstances')).status).toBe(429)
  })

  it('Skip: lets the given number through first', async () => {
    ecs.faults.add({ Kind: 'Throttle', Skip: 2, Times: 1 })
    const statuses = []
    for (let index = 0; index < 4; index++) statuses.push((await call('DescribeInstances')).status)
    expect(statuses).toEqual([200, 200, 429, 200])
  })

  it('the oldest that matches comes first, one at a time', async () => {
    ecs.faults.add({ Kind: 'Throttle', Times: 1 }, { Kind: 'Error', Status: 500, Code: 'InternalError', Times: 1 })
    expect((await run()).status).toBe(429)
    expect((await run()).status).toBe(500)
    expect((await run()).status).toBe(200)
  })

  it('none, if the gateway refuses the call', async () => {
    ecs.faults.add({ Kind: 'Throttle', Times: 1 })
    expect((await call('DescribeInstances', {}, { secretKey: 'wrong' })).status).toBe(401)
    expect(ecs.faults.list()).toMatchObject([{ Times: 1 }])
  })

  it('none after remove and clear', async () => {
    const [first] = ecs.faults.add({ Kind: 'Throttle' }, { Kind: 'CutBefore' })
    expect(ecs.faults.remove(first?.Id ?? '')).toBe(true)
    expect(ecs.faults.remove(first?.Id ?? '')).toBe(false)
    expect(ecs.faults.list()).toMatchObject([{ Kind: 'CutBefore' }])
    ecs.faults.clear()
    expect((await run()).outcome).toBe('200')
  })
})

describe('an invalid fault', () => {
  it.each<[unknown, string]>([
    ['Throttle', 'a fault is an object'],
    [null, 'a fault is an object'],
    [[], 'a fault is an object'],
    [{}, 'Kind is one of Throttle, Error,'],
    [{ Kind: 'throttle' }, 'Kind is one of Throttle, Error,'],
    [{ Kind: 'constructor' }, 'Kind is one of Throttle, Error,'],
    [
      { Kind: 'Throttle', Tims: 1 },
      'Throttle has no field Tims; it may have Action, Times, Skip, Code, Message, RetryAfterSeconds',
    ],
    [{ Kind: 'Throttle', constructor: 1 }, 'Throttle has no field constructor'],
    [{ Kind: 'Throttle', Times: 0 }, 'Times of Throttle must be a whole number from 1 to 1000000000'],
    [{ Kind: 'Throttle', Times: '2' }, 'Times of Throttle must be a whole number from 1'],
    [{ Kind: 'Throttle', Action: 'RunInstance' }, 'Action of Throttle must be one of RunInstances,'],
    [{ Kind: 'Error', Status: 500 }, 'Error needs Code: a text'],
    [{ Kind: 'Error', Status: 99, Code: 'x' }, 'Status of Error must be a whole number from 200 to 599'],
    [{ Kind: 'Delay' }, 'Delay needs DelayMs: a whole number from 0 to 3600000'],
    [{ Kind: 'CutBefore', AfterWork: true }, 'CutBefore has no field AfterWork'],
    [{ Kind: 'HideNew', Seconds: -1 }, 'Seconds of HideNew must be a number of seconds from 0 to 1000000000'],
    [{ Kind: 'Html', AfterWork: 'yes' }, 'AfterWork of Html must be true or false'],
  ])('%j', (fault, message) => {
    expect(() => ecs.faults.addUnchecked([{ Kind: 'CutAfter' }, fault])).toThrow(message)
    expect(ecs.faults.list()).toEqual([])
  })

  it.each<[faults: unknown[], message: string]>([
    [[{ Kind: 'Error' }], 'Error needs Status: a whole number from 200 to 599. Error needs Code: a text'],
    [
      [{ Kind: 'CutAfter', Times: -1.5, Action: 'Runs', Tims: 1, Skp: 2 }],
      'Times of CutAfter must be a whole number from 1 to 1000000000. CutAfter has no fields Tims, Skp; it may have Action, Times, Skip. Action of CutAfter must be one of SomeAction',
    ],
    [[{ Kind: 'AgentHangs', Action: 'Runs' }], 'AgentHangs has no field Action; it may have Times, Skip, InstanceId'],
    [
      [{ Kind: 'CutAfter' }, { Kind: 'Throttle', Times: 0 }, { Kind: 'Delay' }],
      'fault 2: Times of Throttle must be a whole number from 1 to 1000000000. fault 3: Delay needs DelayMs: a whole number from 0 to 3600000',
    ],
  ])('%j is refused with everything that is wrong', (faults, message) => {
    const list = new FaultList<FaultScope & { Kind: string }>(ecsFaults, ['SomeAction'])
    expect(() => list.addUnchecked(faults)).toThrow(new TypeError(message))
    expect(list.list()).toEqual([])
  })

  const secret = 'the-value-of-a-field'
  it.each([
    ['ECS', ecsFaults],
    ['veFaaS', vefaasFaults],
    ['APIG', apigFaults],
  ])('of %s is refused, and no value of it is quoted', (_service, schema) => {
    const list = new FaultList<FaultScope & { Kind: string }>(schema, ['SomeAction'])
    const refusal = (fault: object) => {
      try {
        list.addUnchecked([fault])
        return 'none'
      } catch (error) {
        return (error as TypeError).message
      }
    }
    expect(refusal({ Kind: secret })).toMatch(/Kind is one of Throttle, /)
    for (const { entries } of schema.options) {
      const { Kind, ...fields } = entries
      const isNamed = new RegExp(`^\\w+ of ${Kind.literal} must be |^${Kind.literal} (needs|has no field) \\w+[:;] `)
      for (const name of [...Object.keys(fields), 'Unknown']) {
        const refusals = [secret, [secret], { [name]: secret }].map((value) =>
          refusal({ Kind: Kind.literal, [name]: value }),
        )
        expect(refusals.join()).not.toContain(secret)
        expect(refusals[1]).toMatch(isNamed)
      }
    }
    expect(refusal({ Kind: 'Throttle', Action: secret })).toBe('Action of Throttle must be one of SomeAction')
  })
})
