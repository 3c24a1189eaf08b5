import { setTimeout } from 'node:timers/promises'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { vefaas } from '../../tests/support/events.ts'
import { type ActionName, configure, invoke, outcome, request, TAG } from '../../tests/support/service.ts'
import { action } from './action.ts'

let ecs: EcsEmulator
let lines: string[] = []

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
afterAll(() => ecs.close())

// No other test sends this one: the manager remembers the tokens that it refused.
const TOKEN = `i-a.${'d'.repeat(43)}`

const calls: [ActionName, Record<string, string>][] = [
  ['CreateSandbox', {}],
  ['DeleteSandbox', { SandboxId: 'i-a' }],
  ['DescribeSandboxes', {}],
  ['DescribeSandboxTerminalUrl', { SandboxId: 'i-a' }],
  ['ValidateVncToken', { Token: TOKEN }],
  ['RenewSandbox', { SandboxId: 'i-a', LifetimeSeconds: '60' }],
]

async function timed(action: ActionName, parameters: Record<string, string>, context: object = {}) {
  const before = performance.now()
  const answer = await invoke(action, vefaas(request(action, parameters)), context)
  return { outcome: outcome(answer), milliseconds: performance.now() - before, answer }
}

async function hang(settings: Record<string, string> = {}): Promise<void> {
  await configure(ecs.url, settings)
  ecs.reset()
  ecs.faults.add({ Kind: 'Delay', DelayMs: 60_000 })
}

describe('with a cloud that hangs, every action answers 504', () => {
  test('before server.timeout_seconds are over', async () => {
    await hang({ 'server.timeout_seconds': '3' })
    const all = await Promise.all(calls.map(([action, parameters]) => timed(action, parameters)))
    for (const { outcome, milliseconds } of all) {
      expect(outcome).toBe('504 UpstreamTimeout')
      expect(milliseconds).toBeLessThan(3_500)
      expect(milliseconds).toBeGreaterThan(1_500)
    }
  })

  test('before _FAAS_FUNC_TIMEOUT is over, where that is sooner', async () => {
    await hang()
    process.env._FAAS_FUNC_TIMEOUT = '1'
    const all = await Promise.all(calls.map(([action, parameters]) => timed(action, parameters)))
    for (const { outcome, milliseconds } of all) {
      expect(outcome).toBe('504 UpstreamTimeout')
      expect(milliseconds).toBeLessThan(1_500)
    }
  })

  test('before the time that AWS leaves is over, where that is sooner', async () => {
    await hang()
    process.env._FAAS_FUNC_TIMEOUT = '900'
    const context = { getRemainingTimeInMillis: () => 1_000 }
    const all = await Promise.all(calls.map(([action, parameters]) => timed(action, parameters, context)))
    for (const { outcome, milliseconds } of all) {
      expect(outcome).toBe('504 UpstreamTimeout')
      expect(milliseconds).toBeLessThan(1_500)
    }
  })

  test('after one try, where a try may take less', async () => {
    await hang({ 'volcengine.try_timeout_seconds': '1', 'volcengine.max_tries': '1' })
    const { outcome, milliseconds } = await timed('DescribeSandboxes', {})
    expect(outcome).toBe('504 UpstreamTimeout')
    expect(milliseconds).toBeLessThan(3_000)
  })
})

describe('work that', () => {
  const doing = (run: () => Promise<unknown>) => {
    const handler = action({ name: 'DescribeSandboxes', input: v.object({}), run })
    return handler(vefaas(request('DescribeSandboxes')), { getRemainingTimeInMillis: () => 700 })
  }

  test('never ends is answered 504 before the invocation does', async () => {
    await configure(ecs.url)
    const before = performance.now()
    const reply = await doing(() => new Promise(() => {}))
    expect(performance.now() - before).toBeLessThan(1_500)
    expect(reply.statusCode).toBe(504)
    expect(reply.body).toContain('"UpstreamTimeout"')
  })

  test('ends after its time is over fails nothing any more', async () => {
    await configure(ecs.url)
    lines = []
    const late = setTimeout(900).then(() => {
      throw new Error('late')
    })
    expect((await doing(() => late)).statusCode).toBe(504)
    await expect(late).rejects.toThrow('late')
    expect(lines).toHaveLength(1)
  })

  test.each<[string, unknown]>([
    ['an error', new TypeError('fake detail')],
    ['a text', 'fake detail'],
    ['nothing', undefined],
    ['null', null],
    ['an object', { statusCode: 200, body: 'fake detail' }],
  ])('throws %s is answered 500 without a detail', async (_, thrown) => {
    await configure(ecs.url)
    const reply = await doing(() => Promise.reject(thrown))
    expect(reply.statusCode).toBe(500)
    expect(reply.body).toContain('"InternalError"')
    expect(reply.body).not.toContain('fake detail')
  })
})

test('a creation that was not confirmed is answered with the token that makes no second machine', async () => {
  await hang()
  const { answer } = await timed('CreateSandbox', {}, { getRemainingTimeInMillis: () => 1_000 })
  const ClientToken = /ClientToken=([\w-]+)/.exec(answer.message ?? '')?.[1] ?? ''
  expect(ecs.instances()).toHaveLength(1)
  ecs.faults.clear()
  const again = await timed('CreateSandbox', { ClientToken })
  expect(again.answer.body?.Result).toMatchObject({ SandboxId: ecs.instances()[0]?.InstanceId })
  expect(ecs.instances()).toHaveLength(1)
})

test.each(['', '0', 'nonsense', 'Infinity'])('_FAAS_FUNC_TIMEOUT=%s does not hurry', async (value) => {
  await configure(ecs.url)
  ecs.reset()
  process.env._FAAS_FUNC_TIMEOUT = value
  ecs.faults.add({ Kind: 'Delay', DelayMs: 400 })
  expect((await timed('DescribeSandboxes', {})).outcome).toBe('200')
})

test('a little time left is enough for a quick cloud', async () => {
  await configure(ecs.url)
  ecs.reset()
  ecs.seed(1, { tags: TAG })
  const { outcome } = await timed('DescribeSandboxes', {}, { getRemainingTimeInMillis: () => 1_200 })
  expect(outcome).toBe('200')
})

test.each([1, 50, 300])('with %i ms left there is an answer all the same, at once', async (left) => {
  await hang()
  lines = []
  for (const [action, parameters] of calls) {
    const { milliseconds, answer } = await timed(action, parameters, { getRemainingTimeInMillis: () => left })
    expect(answer.status).toBe(504)
    expect(milliseconds).toBeLessThan(left + 500)
  }
  expect(lines).toHaveLength(calls.length)
})

test('a wait that the cloud asks for is not begun when it would go beyond the deadline', async () => {
  await configure(ecs.url)
  ecs.reset()
  ecs.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 30 })
  const { outcome, milliseconds, answer } = await timed(
    'DescribeSandboxes',
    {},
    { getRemainingTimeInMillis: () => 5_000 },
  )
  expect(outcome).toBe('429 FlowLimitExceeded')
  expect(answer.headers['retry-after']).toBe('30')
  expect(milliseconds).toBeLessThan(2_000)
})
