import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { albMultiValue, type Pair, SHAPES, vefaas } from '../../tests/support/events.ts'
import { ACTIONS, AUTHORIZED, configure, handlers, invoke, outcome, request, TAG } from '../../tests/support/service.ts'

let ecs: EcsEmulator
let lines: string[]

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
afterAll(() => ecs.close())
beforeEach(async () => {
  lines = []
  await configure(ecs.url, { 'volcengine.max_tries': '1' })
  ecs.reset()
})

const list = (headers: readonly Pair[] = [], context: object = {}) =>
  invoke('DescribeSandboxes', vefaas(request('DescribeSandboxes', {}, { headers })), context)

const line = () => JSON.parse(lines.at(-1) ?? '')

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

describe('the request id', () => {
  test.each([
    ['a word', 'a'],
    ['every character that is allowed', 'AZaz09_.:-'],
    ['128 characters', 'x'.repeat(128)],
    ['one that a gateway made', '2bc36c74-f8ae-4c49-806f-9f8a60ca7e92'],
    ['__proto__', '__proto__'],
  ])('of the caller is kept: %s', async (_, id) => {
    const answer = await list([['X-Request-ID', id]], { requestId: 'platform-1' })
    expect(answer.headers['x-request-id']).toBe(id)
    expect(answer.body?.ResponseMetadata?.RequestId).toBe(id)
    expect(line().requestId).toBe(id)
  })

  test.each(['x-request-id', 'X-REQUEST-ID', 'X-Request-Id'])('is found in %s', async (name) => {
    expect((await list([[name, 'mine']])).headers['x-request-id']).toBe('mine')
  })

  test.each([
    ['empty', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a space', 'a b'],
    ['a comma', 'a,b'],
    ['a line end', 'a\nb'],
    ['a line end behind it', 'a\n'],
    ['a quotation mark', 'a"b'],
    ['a slash', 'a/b'],
    ['letters beyond ASCII', 'é'],
    ['1 MB', 'x'.repeat(1_000_000)],
  ])('is replaced where the caller sent something else: %s', async (_, id) => {
    const answer = await list([['X-Request-ID', id]])
    expect(answer.headers['x-request-id']).toMatch(UUID)
    expect(answer.body?.ResponseMetadata?.RequestId).toBe(answer.headers['x-request-id'])
    expect(line().requestId).toBe(answer.headers['x-request-id'])
  })

  test('given twice is replaced', async () => {
    const answer = await list([
      ['X-Request-ID', 'a'],
      ['X-Request-ID', 'b'],
    ])
    expect(answer.headers['x-request-id']).toMatch(UUID)
  })

  test.each([
    ['veFaaS', { requestId: 'vefaas-1' }, 'vefaas-1'],
    ['AWS Lambda', { awsRequestId: 'aws-1' }, 'aws-1'],
  ])('is the one of %s where the caller has none', async (_, context, expected) => {
    const answer = await list([], context)
    expect(answer.headers['x-request-id']).toBe(expected)
    expect(answer.body?.ResponseMetadata?.RequestId).toBe(expected)
  })

  test('is another one each time where nobody has one', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await list()).headers['x-request-id']))
    expect(new Set(ids).size).toBe(20)
  })

  test.each(ACTIONS)('is in every answer of %s, refusals included, and in its log line', async (action) => {
    const id: Pair = ['X-Request-ID', `for-${action}`]
    for (const sent of [request(action, {}, { headers: [id] }), { headers: [id] }, { method: 'PUT', headers: [id] }]) {
      const answer = await invoke(action, vefaas(sent))
      expect(answer.headers['x-request-id']).toBe(id[1])
      if (answer.body?.ResponseMetadata) expect(answer.body.ResponseMetadata.RequestId).toBe(id[1])
      expect(line().requestId).toBe(id[1])
    }
  })

  test('of the platform makes no creation idempotent, one of the caller does', async () => {
    const create = (headers: Pair[]) =>
      invoke('CreateSandbox', vefaas(request('CreateSandbox', {}, { headers })), { requestId: 'platform-1' })
    await create([])
    await create([])
    expect(ecs.instances()).toHaveLength(2)
    const first = await create([['X-Request-ID', 'retried']])
    const second = await create([['X-Request-ID', 'retried']])
    expect(second.body?.Result).toEqual(first.body?.Result)
    expect(ecs.instances()).toHaveLength(3)
  })
})

test('the log line names the sandbox that was made, or that a request is about', async () => {
  const created = await invoke('CreateSandbox', vefaas(request('CreateSandbox')))
  const { SandboxId } = { ...(created.body?.Result as { SandboxId: string }) }
  expect(line().sandboxId).toBe(SandboxId)
  for (const action of ['DescribeSandboxes', 'RenewSandbox', 'DescribeSandboxTerminalUrl', 'DeleteSandbox'] as const) {
    const parameters = action === 'RenewSandbox' ? { SandboxId, LifetimeSeconds: '60' } : { SandboxId }
    await invoke(action, vefaas(request(action, parameters)))
    expect(line()).toMatchObject({ action, status: 200, sandboxId: SandboxId })
  }
  await invoke('DeleteSandbox', vefaas(request('DeleteSandbox', { SandboxId: 'i-nobody' })), {
    getRemainingTimeInMillis: () => 1_400,
  })
  expect(line()).toMatchObject({ status: 404, sandboxId: 'i-nobody' })
})

describe('a success', () => {
  test('has the envelope and the headers of the API', async () => {
    const answer = await list()
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
      body: {
        ResponseMetadata: { Action: 'DescribeSandboxes', Version: '2020-04-01', Service: 'ecs', Region: 'cn-beijing' },
      },
    })
    expect(Object.keys(answer.body ?? {})).toEqual(['ResponseMetadata', 'Result'])
    expect(Object.keys(answer.body?.ResponseMetadata ?? {})).toEqual([
      'RequestId',
      'Action',
      'Version',
      'Service',
      'Region',
      'Caller',
    ])
    expect(answer.headers['retry-after']).toBeUndefined()
  })

  test('of ValidateVncToken is bare', async () => {
    ecs.seed(1, { tags: TAG })
    const SandboxId = ecs.instances()[0]?.InstanceId ?? ''
    const opened = await invoke(
      'DescribeSandboxTerminalUrl',
      vefaas(request('DescribeSandboxTerminalUrl', { SandboxId })),
    )
    const result = opened.body?.Result as { Token: string } | undefined
    const Token = result?.Token ?? ''
    const answer = await invoke('ValidateVncToken', vefaas(request('ValidateVncToken', { Token })))
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({ host: ecs.instances()[0]?.NetworkInterfaces[0]?.PrimaryIpAddress, port: 5905 })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    expect(lines.join()).not.toContain(Token)
  })
})

describe('a failure', () => {
  test.each(ACTIONS)('of %s has the envelope without a Result', async (action) => {
    const answer = await invoke(action, vefaas(request(action, { Nonsense: 'x' })))
    expect(outcome(answer)).toBe('400 UnknownParameter.Nonsense')
    expect(Object.keys(answer.body ?? {})).toEqual(['ResponseMetadata'])
    expect(answer.body?.ResponseMetadata).toMatchObject({
      Action: action,
      Version: '2020-04-01',
      Service: 'ecs',
      Region: 'cn-beijing',
      Error: { Code: 'UnknownParameter.Nonsense', Message: expect.stringContaining('Nonsense') },
    })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
  })

  test.each<[string, Parameters<EcsEmulator['faults']['add']>[0], string, RegExp]>([
    ['throttling', { Kind: 'Throttle' }, '429 FlowLimitExceeded', /^[1-9]\d*$/],
    ['throttling with a wait', { Kind: 'Throttle', RetryAfterSeconds: 7 }, '429 FlowLimitExceeded', /^7$/],
    ['a page of a proxy', { Kind: 'Html', Status: 503 }, '503 ServiceUnavailable', /^[1-9]\d*$/],
    ['an answer that is no JSON', { Kind: 'NotJson' }, '503 ServiceUnavailable', /^[1-9]\d*$/],
    ['no answer', { Kind: 'CutAfter' }, '503 ServiceUnavailable', /^[1-9]\d*$/],
    [
      'a failure with a code of its own',
      { Kind: 'Error', Status: 500, Code: 'InternalError' },
      '503 InternalError',
      /^[1-9]/,
    ],
    [
      'a failure with a code that is no code',
      { Kind: 'Error', Status: 500, Code: '<b> "' },
      '503 ServiceUnavailable',
      /^[1-9]/,
    ],
  ])('after %s of the cloud has Retry-After', async (_, fault, expected, seconds) => {
    ecs.faults.add(fault)
    const answer = await list()
    expect(outcome(answer)).toBe(expected)
    expect(answer.headers['retry-after']).toMatch(seconds)
  })

  test('of the cloud that quotes a secret does not pass it on', async () => {
    await configure(ecs.url, { 'instance.password': 'Fake-Pass!1', 'instance.user_data': 'echo fake-user-data' })
    const words = [
      'local-secret',
      'Fake-Pass!1',
      'Fake-Pass%211',
      'echo fake-user-data',
      Buffer.from('echo fake-user-data').toString('base64'),
    ]
    for (const word of words) {
      ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'Odd', Message: `in ?Password=${word}&x`, Times: 1 })
      const answer = await invoke('CreateSandbox', vefaas(request('CreateSandbox')))
      expect(answer.status).toBe(502)
      expect(answer.text).not.toContain(word)
      expect(lines.join()).not.toContain(word)
    }
  })

  test.each([
    ['Password', 'Fake-Pass-9'],
    ['UserData', Buffer.from('echo fake-secret').toString('base64')],
  ])("of the cloud that quotes the caller's %s does not pass it on", async (name, value) => {
    await configure(ecs.url, { 'security.allowed_overrides': JSON.stringify([name]) })
    ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'Odd', Message: `in ?a=${value}&x` })
    const answer = await invoke('CreateSandbox', vefaas(request('CreateSandbox', { [name]: value })))
    expect(outcome(answer)).toBe('502 Odd')
    expect(answer.message).toContain('in ?a=[redacted]&x')
    expect(lines.join()).not.toContain(value)
  })

  test('of the cloud that quotes a token does not pass it on', async () => {
    // No other test sends this one: the manager remembers the tokens that it refused.
    const Token = `i-a.${'r'.repeat(43)}`
    ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'Odd', Message: `for ${Token}` })
    const answer = await invoke('ValidateVncToken', vefaas(request('ValidateVncToken', { Token })))
    expect(outcome(answer)).toBe('502 Odd')
    expect(answer.text + lines.join()).not.toContain(Token)
  })

  test('that is a bug, or a configuration that cannot be used, tells the caller nothing', async () => {
    process.env.ECS_MANAGER__INSTANCE__VOLUME_SIZE = 'fake-secret-size'
    const { initializer } = await import('../../functions/create-sandbox/index.ts')
    await expect(initializer()).rejects.toThrow('instance.volume_size')
    for (const action of ACTIONS) {
      const answer = await invoke(action, vefaas(request(action)))
      expect(outcome(answer)).toBe('500 InternalError')
      expect(answer.text).not.toMatch(/volume_size|fake-secret|config/)
      expect(line()).toMatchObject({
        level: 'error',
        status: 500,
        error: expect.stringContaining('instance.volume_size'),
      })
      expect(lines.join()).not.toContain('fake-secret-size')
    }
    delete process.env.ECS_MANAGER__INSTANCE__VOLUME_SIZE
    expect(outcome(await list())).toBe('200')
  })
})

describe('a method', () => {
  test.each(['HEAD', 'OPTIONS'])(
    '%s is answered without the work, by every action and without a key',
    async (method) => {
      for (const action of ACTIONS) {
        for (const headers of [[], AUTHORIZED]) {
          const answer = await invoke(action, vefaas({ ...request(action), method, headers }))
          expect(answer.status).toBe(204)
          expect(answer.text).toBe('')
          expect(answer.headers.allow).toMatch(/GET.*POST/)
          expect(answer.headers['cache-control']).toBe('no-store')
        }
      }
      expect(ecs.calls).toHaveLength(0)
    },
  )

  test.each([
    'PUT',
    'DELETE',
    'PATCH',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'GETT',
    'X'.repeat(5_000),
    'GET\nPOST',
    '',
    'É',
  ])('%s is refused', async (method) => {
    for (const action of ACTIONS) {
      const answer = await invoke(action, vefaas({ ...request(action), method }))
      expect(outcome(answer)).toBe('405 MethodNotAllowed')
      expect(answer.headers.allow).toMatch(/GET.*POST/)
      expect(answer.text.length).toBeLessThan(500)
    }
    expect(ecs.calls).toHaveLength(0)
  })
})

describe('an answer to', () => {
  test.each(Object.entries(SHAPES))(
    '%s has statusCode, headers as it reads them, and a text as its body',
    async (name, shape) => {
      for (const sent of [request('DescribeSandboxes'), {}, { method: 'HEAD' }]) {
        const reply = await handlers.DescribeSandboxes(shape(sent))
        expect(reply).toMatchObject({ statusCode: expect.any(Number), body: expect.any(String) })
        const read: Record<string, unknown> =
          name === 'albMultiValue' ? { ...reply.multiValueHeaders } : { ...reply.headers }
        const single = Object.values(read).map((value) => (name === 'albMultiValue' ? [value].flat(2)[0] : value))
        expect(read).toHaveProperty('X-Request-ID')
        expect(single.length).toBeGreaterThan(1)
        for (const value of single) expect(typeof value).toBe('string')
      }
    },
  )

  test('an ALB with multi-value headers has every header as a list of one', async () => {
    const reply = await handlers.DescribeSandboxes(albMultiValue(request('DescribeSandboxes')))
    expect(reply.multiValueHeaders).toMatchObject({
      'Content-Type': ['application/json; charset=utf-8'],
      'Cache-Control': ['no-store'],
      'X-Request-ID': [expect.any(String)],
    })
  })
})

test('one invocation writes one line, whatever comes of it', async () => {
  const events = [
    vefaas(request('DescribeSandboxes')),
    vefaas(request('DescribeSandboxes', { Nonsense: 'x' })),
    vefaas({}),
    vefaas({ method: 'HEAD' }),
    vefaas({ method: 'PUT' }),
    null,
    'text',
    [],
  ]
  for (const event of events) {
    lines = []
    const answer = await invoke('DescribeSandboxes', event)
    expect(lines).toHaveLength(1)
    expect(line()).toMatchObject({ status: answer.status, action: 'DescribeSandboxes' })
  }
})

test('only the first invocation of a process is cold', async () => {
  const cold: boolean[] = []
  for (let round = 0; round < 3; round++) {
    await list()
    cold.push(line().cold)
  }
  expect(cold.slice(1)).toEqual([false, false])
})
