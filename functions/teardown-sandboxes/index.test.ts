import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { vefaas } from '../../tests/support/events.ts'
import {
  batched,
  cloudEvent,
  eventBridge,
  inBase64,
  sns,
  snsNotification,
  sqs,
  structured,
  vefaasEvent,
} from '../../tests/support/messages.ts'
import { AUTHORIZED, configure, TAG } from '../../tests/support/service.ts'
import { handler, initializer } from './index.ts'

let ecs: EcsEmulator
let lines: string[] = []

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
afterAll(() => ecs.close())
beforeEach(async () => {
  await configure(ecs.url)
  await initializer()
  ecs.reset()
  lines = []
})

/** Creates `count` sandboxes, or other machines, and returns their ids. */
function seed(count: number, tags: Record<string, string> = TAG): string[] {
  const before = new Set(left())
  ecs.seed(count, { tags })
  return left().filter((id) => !before.has(id))
}

const left = () => ecs.instances().map(({ InstanceId }) => InstanceId)
const one = (SandboxId = '') => ({ SandboxId, Reason: 'task ended' })

describe('ends the sandboxes that are named by', () => {
  test.each<[string, (data: unknown) => unknown]>([
    ['a direct invocation', (data) => data],
    ['a CloudEvent of RocketMQ', (data) => vefaasEvent('rocketmq', { body: JSON.stringify(data) })],
    ['SQS', (data) => sqs(data)],
    ['SNS', (data) => sns(data)],
    ['EventBridge', (data) => eventBridge(data)],
    [
      'HTTP',
      (data) => {
        const { headers = [], ...sent } = structured(cloudEvent(data))
        return vefaas({ ...sent, headers: [...headers, ...AUTHORIZED] })
      },
    ],
  ])('%s, and no others', async (_, carry) => {
    const [first, second, kept] = seed(3)
    const foreign = seed(1, {})
    await handler(carry({ SandboxIds: [first, second], Reason: 'task ended' }))
    expect(left()).toEqual([kept, ...foreign])
    const { status, result, action } = JSON.parse(lines.at(-1) ?? '')
    expect({ status, action }).toEqual({ status: 200, action: 'TeardownSandboxes' })
    expect(result.Sandboxes).toEqual([first, second].map((SandboxId) => ({ SandboxId, Outcome: 'Deleted' })))
  })
})

test('the same event twice is no failure', async () => {
  const [id] = seed(1)
  const event = sqs(one(id), { SandboxIds: [id] })
  expect(await handler(event)).toEqual({ batchItemFailures: [] })
  expect(await handler(event)).toEqual({ batchItemFailures: [] })
  await expect.poll(left).toEqual([])
})

test('a bad message keeps no sandbox of another alive', async () => {
  const [first, second] = seed(2)
  const answer = await handler(sqs(one(first), one('not an id'), { SandboxIds: [] }, '{', one(second)))
  expect(answer).toEqual({ batchItemFailures: [] })
  expect(left()).toEqual([])
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    level: 'error',
    status: 400,
    code: 'InvalidParameter.SandboxId',
  })
})

test('events with a byte order mark, in every queue, end their sandboxes', async () => {
  const ids = seed(4)
  const [first, second, third, fourth] = ids.map((id) => `\uFEFF${JSON.stringify(one(id))}`)
  const base64 = Buffer.from(second ?? '').toString('base64')
  expect(await handler(sqs(first, snsNotification(base64)))).toEqual({ batchItemFailures: [] })
  await handler(
    vefaasEvent('kafka', [
      { topic: 't', value: third },
      { topic: 't', value: inBase64(fourth) },
    ]),
  )
  expect(left()).toEqual([])
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(['info', 'info'])
})

test('an event that asks for nothing is a success, calls no cloud and raises no alarm', async () => {
  const kept = seed(1)
  const { headers = [], ...sent } = batched([])
  for (const event of [
    vefaas({ ...sent, headers: [...headers, ...AUTHORIZED] }),
    vefaasEvent('kafka', [{ topic: 't', key: kept[0], value: null }]),
    vefaasEvent('kafka', null),
  ]) {
    lines = []
    expect(await handler(event, { requestId: 'vefaas-1' })).toMatchObject({
      statusCode: 200,
      body: expect.stringContaining('"Sandboxes":[]'),
    })
    const line = JSON.parse(lines.at(-1) ?? '')
    expect(line).toMatchObject({ level: 'info', status: 200, result: { Sandboxes: [] }, cloud: [], notes: [] })
  }
  expect(left()).toEqual(kept)
})

test('a cloud that fails has the messages come again', async () => {
  await configure(ecs.url, { 'volcengine.max_tries': '1' })
  const [first] = seed(1)
  ecs.faults.add({ Kind: 'Error', Code: 'InternalError', Status: 500 })
  expect(await handler(sqs(one(first), 'Hello'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] })
  await expect(handler(vefaasEvent('kafka', one(first)), { requestId: 'vefaas-1' })).rejects.toThrow('request vefaas-1')
  ecs.faults.clear()
  expect(await handler(sqs(one(first)))).toEqual({ batchItemFailures: [] })
  expect(left()).toEqual([])
})
