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

async function ask(action: ActionName, parameters: Record<string, string>, context: object = {}) {
  const before = performance.now()
  const answer = await invoke(action, vefaas(request(action, parameters)), context)
  return { outcome: outcome(answer), milliseconds: performance.now() - before, answer }
}

const askAll = (context: object = {}) =>
  Promise.all(calls.map(([action, parameters]) => ask(action, parameters, context)))

// Far longer than a test may take: an answer shows that what the test is about has ended the call, and nothing else.
const PATIENT = {
  'server.timeout_seconds': '900',
  'volcengine.try_timeout_seconds': '120',
  'volcengine.max_tries': '10',
}

async function hang(settings: Record<string, string> = {}): Promise<void> {
  await configure(ecs.url, { ...PATIENT, ...settings })
  ecs.reset()
  ecs.faults.add({ Kind: 'Delay', DelayMs: 3_600_000 })
}

describe('with a cloud that hangs, every action answers 504', () => {
  test('before server.timeout_seconds are over', async () => {
    await hang({ 'server.timeout_seconds': '3' })
    for (const { outcome, milliseconds } of await askAll()) {
      expect(outcome).toBe('504 UpstreamTimeout')
      expect(milliseconds).toBeGreaterThan(1_500)
    }
  })

  test('before _FAAS_FUNC_TIMEOUT is over, where that is sooner', async () => {
    await hang()
    process.env._FAAS_FUNC_TIMEOUT = '1'
    for (const { outcome } of await askAll()) expect(outcome).toBe('504 UpstreamTimeout')
  })

  test('before the time that AWS leaves is over, where that is sooner', async () => {
    await hang()
    process.env._FAAS_FUNC_TIMEOUT = '900'
    const all = await askAll({ getRemainingTimeInMillis: () => 1_000 })
    for (const { outcome } of all) expect(outcome).toBe('504 UpstreamTimeout')
  })

  test('after one try, where a try may take less', async () => {
    await hang({ 'volcengine.try_timeout_seconds': '1', 'volcengine.max_tries': '1' })
    expect((await ask('DescribeSandboxes', {})).outcome).toBe('504 UpstreamTimeout')
    expect(ecs.calls).toHaveLength(1)
  })
})

describe('work that', () => {
  const doing = (run: () => Promise<unknown>) => {
    const handler = action({ name: 'DescribeSandboxes', input: v.object({}), run })
    return handler(vefaas(request('DescribeSandboxes')), { getRemainingTimeInMillis: () => 700 })
  }

  test('never ends is answered 504 before the invocation does', async () => {
    await configure(ecs.url)
    let isOver = false
    const reply = await doing(() => {
      setTimeout(() => {
        isOver = true
      }, 700)
      return new Promise(() => {})
    })
    // Timers fire in the order in which they are due, however late: the answer came before the end of the invocation.
    expect(isOver).toBe(false)
    expect(reply.statusCode).toBe(504)
    expect(reply.body).toContain('"UpstreamTimeout"')
  })

  test('ends after its time is over fails nothing any more', async () => {
    await configure(ecs.url)
    lines = []
    let fail: (error: Error) => void = () => {}
    const late = new Promise((_, reject) => {
      fail = reject
    })
    expect((await doing(() => late)).statusCode).toBe(504)
    fail(new Error('late'))
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
  // Enough for the call to reach the cloud.
  const { answer } = await ask('CreateSandbox', {}, { getRemainingTimeInMillis: () => 4_000 })
  const ClientToken = /ClientToken=([\w-]+)/.exec(answer.message ?? '')?.[1] ?? ''
  expect(ecs.instances()).toHaveLength(1)
  ecs.faults.clear()
  const again = await ask('CreateSandbox', { ClientToken })
  expect(again.answer.body?.Result).toMatchObject({ SandboxId: ecs.instances()[0]?.InstanceId })
  expect(ecs.instances()).toHaveLength(1)
})

test.each(['', '0', 'nonsense', 'Infinity'])('_FAAS_FUNC_TIMEOUT=%s does not hurry', async (value) => {
  await configure(ecs.url)
  ecs.reset()
  process.env._FAAS_FUNC_TIMEOUT = value
  ecs.faults.add({ Kind: 'Delay', DelayMs: 400 })
  expect((await ask('DescribeSandboxes', {})).outcome).toBe('200')
})

test('a little time left is enough for a quick cloud', async () => {
  await configure(ecs.url)
  ecs.reset()
  ecs.seed(1, { tags: TAG })
  const { outcome } = await ask('DescribeSandboxes', {}, { getRemainingTimeInMillis: () => 10_000 })
  expect(outcome).toBe('200')
})

test.each([1, 50, 300])('with %i ms left there is an answer all the same, at once', async (left) => {
  await hang()
  lines = []
  for (const [action, parameters] of calls) {
    const { answer } = await ask(action, parameters, { getRemainingTimeInMillis: () => left })
    expect(answer.status).toBe(504)
  }
  expect(ecs.calls).toEqual([])
  expect(lines).toHaveLength(calls.length)
})

test('a wait that the cloud asks for is not begun when it would go beyond the deadline', async () => {
  await configure(ecs.url)
  ecs.reset()
  ecs.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 30 })
  // A wait would end with the invocation, and 504.
  const { outcome, answer } = await ask('DescribeSandboxes', {}, { getRemainingTimeInMillis: () => 20_000 })
  expect(outcome).toBe('429 FlowLimitExceeded')
  expect(answer.headers['retry-after']).toBe('30')
  expect(ecs.calls).toHaveLength(1)
})
