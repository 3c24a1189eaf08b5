import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { anyText } from '../../tests/support/any-text.ts'
import { type Pair, SHAPES } from '../../tests/support/events.ts'
import { ACTIONS, configure, invoke, KEY, outcome, request } from '../../tests/support/service.ts'

let ecs: EcsEmulator
let lines: string[]

beforeAll(async () => {
  ecs = await startEcs()
})
afterAll(() => ecs.close())

beforeEach(async () => {
  lines = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  await configure(ecs.url, { 'security.keys': JSON.stringify(KEYS) })
  ecs.reset()
})

const OTHER = 'fake-key-of-another'
const HASHED = 'fake-key-kept-as-a-hash'
const ODD = 'fa:ke=/+key;"\\~'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const KEYS = { planner: KEY, other: OTHER, hashed: `sha256:${sha256(HASHED)}`, odd: ODD }

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

async function call(...headers: Pair[]): Promise<string> {
  return outcome(await invoke('DescribeSandboxes', SHAPES.vefaas({ ...request('DescribeSandboxes'), headers })))
}

const lastLine = () => JSON.parse(lines.at(-1) ?? '')

describe('a right key', () => {
  test.each<[string, string, Pair[]]>([
    ['alone in Authorization', 'planner', [['Authorization', KEY]]],
    ['as Bearer', 'planner', [['Authorization', `Bearer ${KEY}`]]],
    ['as bearer in lower case', 'planner', [['authorization', `bearer ${KEY}`]]],
    ['as BEARER in upper case', 'planner', [['AUTHORIZATION', `BEARER ${KEY}`]]],
    ['after several spaces', 'planner', [['Authorization', `Bearer   ${KEY}`]]],
    ['with spaces around', 'planner', [['Authorization', `  ${KEY} `]]],
    ['in X-API-Key', 'planner', [['X-API-Key', KEY]]],
    ['in x-api-key', 'planner', [['x-api-key', KEY]]],
    ['as the password of Basic', 'planner', [['Authorization', basic(`token:${KEY}`)]]],
    ['as the password of basic in lower case', 'planner', [['Authorization', basic(`a:${KEY}`).replace('B', 'b')]]],
    ['as the password without a user', 'planner', [['Authorization', basic(`:${KEY}`)]]],
    ['with colons and quotation marks in it', 'odd', [['Authorization', `Bearer ${ODD}`]]],
    ['with colons, as the password of Basic', 'odd', [['Authorization', basic(`user:${ODD}`)]]],
    ['of which only the hash is configured', 'hashed', [['X-API-Key', HASHED]]],
    ['of another caller', 'other', [['X-API-Key', OTHER]]],
    [
      'in both headers',
      'planner',
      [
        ['Authorization', `Bearer ${KEY}`],
        ['X-API-Key', KEY],
      ],
    ],
  ])('%s is let in as %s', async (_, caller, headers) => {
    expect(await call(...headers)).toBe('200')
    expect(lastLine().caller).toBe(caller)
  })

  test.each(Object.entries(SHAPES))('is found in an event of %s', async (_, shape) => {
    const answer = await invoke('DescribeSandboxes', shape(request('DescribeSandboxes')))
    expect(outcome(answer)).toBe('200')
  })
})

describe('a wrong key', () => {
  test.each<[string, Pair[]]>([
    ['alone', [['Authorization', 'fake-wrong-key']]],
    ['as Bearer', [['Authorization', 'Bearer fake-wrong-key']]],
    ['as Basic', [['Authorization', basic('user:fake-wrong-key')]]],
    ['in X-API-Key', [['X-API-Key', 'fake-wrong-key']]],
    ['that the right one begins with', [['X-API-Key', KEY.slice(0, -1)]]],
    ['that begins with the right one', [['X-API-Key', `${KEY}x`]]],
    ['in another case', [['X-API-Key', KEY.toUpperCase()]]],
    ['that is the name of a caller', [['X-API-Key', 'planner']]],
    ['that is the hash of the right one', [['X-API-Key', sha256(HASHED)]]],
    ['that is the hash as configured', [['X-API-Key', `sha256:${sha256(HASHED)}`]]],
    ['that is the right one as the user of Basic', [['Authorization', basic(`${KEY}:x`)]]],
    ['under another scheme', [['Authorization', `Digest ${KEY}`]]],
    ['that is the word Bearer', [['Authorization', 'Bearer']]],
    [
      'beside the right one in Authorization',
      [
        ['Authorization', KEY],
        ['X-API-Key', 'fake-wrong-key'],
      ],
    ],
    [
      'beside the right one in X-API-Key',
      [
        ['Authorization', 'Bearer fake-wrong-key'],
        ['X-API-Key', KEY],
      ],
    ],
    [
      'as Basic beside the right one',
      [
        ['Authorization', basic('u:fake-wrong-key')],
        ['X-API-Key', KEY],
      ],
    ],
    [
      'that is the right one given twice',
      [
        ['X-API-Key', KEY],
        ['X-API-Key', KEY],
      ],
    ],
    [
      'after the right one, repeated',
      [
        ['X-API-Key', KEY],
        ['X-API-Key', 'fake-wrong-key'],
      ],
    ],
    ['named like a property of every object', [['X-API-Key', '__proto__']]],
    ['of 100,000 characters', [['X-API-Key', 'x'.repeat(100_000)]]],
  ])('%s is refused, without a call to the cloud', async (_, headers) => {
    expect(await call(...headers)).toBe('401 InvalidAccessKey')
    expect(lastLine()).toMatchObject({ status: 401, code: 'InvalidAccessKey', caller: '' })
    expect(ecs.calls).toHaveLength(0)
  })

  test('is neither answered nor logged', async () => {
    for (const header of [`Bearer fake-wrong-key`, basic('user:fake-wrong-key')]) {
      const answer = await invoke(
        'CreateSandbox',
        SHAPES.vefaas({ ...request('CreateSandbox'), headers: [['Authorization', header]] }),
      )
      expect(answer.text).not.toContain('fake-wrong-key')
      expect(lines.join()).not.toContain('fake-wrong-key')
      expect(lines.join()).not.toContain(header.slice(6))
    }
  })

  test('whatever it is, leaves a line that is JSON and says 401', async () => {
    const nasty = fc.constantFrom(
      ',"cloud":',
      '"status":401',
      'InvalidAccessKey',
      '"}',
      '[redacted]',
      'requestId',
      '\\"',
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(nasty, fc.string({ minLength: 1 }), anyText({ minLength: 1 })), async (key) => {
        if (key.trim() === '') return
        lines.length = 0
        expect(await call(['X-API-Key', key])).toBe('401 InvalidAccessKey')
        expect(lines).toHaveLength(1)
        expect(lastLine()).toMatchObject({ status: 401, code: 'InvalidAccessKey', action: 'DescribeSandboxes' })
      }),
      { numRuns: 200 },
    )
  })
})

describe('no key', () => {
  test.each<[string, Pair[]]>([
    ['at all', []],
    [
      'in empty headers',
      [
        ['Authorization', ''],
        ['X-API-Key', ''],
      ],
    ],
    [
      'in blank headers',
      [
        ['Authorization', '  '],
        ['X-API-Key', ' \t'],
      ],
    ],
    ['but one in the query', []],
    ['but a cookie', [['Cookie', `key=${KEY}`]]],
    ['but one under another name', [['X-Access-Key', KEY]]],
    ['but a consumer that a caller has made up', [['X-Forward-Consumer', 'planner']]],
  ])('%s is refused, and told where to put it', async (_, headers) => {
    const answer = await invoke('DescribeSandboxes', SHAPES.vefaas({ ...request('DescribeSandboxes'), headers }))
    expect(outcome(answer)).toBe('401 MissingAuthenticationToken')
    expect(answer.message).toMatch(/Authorization.*X-API-Key/)
    expect(ecs.calls).toHaveLength(0)
  })

  test.each(ACTIONS)('is refused by %s before anything else is looked at', async (action) => {
    const event = SHAPES.vefaas({ method: 'POST', query: [['Nonsense', 'x']], body: '{' })
    expect(outcome(await invoke(action, event))).toBe('401 MissingAuthenticationToken')
  })
})

describe('a key with rights', () => {
  const limited = (actions: string[]) =>
    configure(ecs.url, { 'security.keys': JSON.stringify({ planner: { key: KEY, actions } }) })

  test.each<[string, string[], string[]]>([
    ['read', ['read'], ['DescribeSandboxes']],
    ['use', ['use'], ['DescribeSandboxTerminalUrl', 'ValidateVncToken']],
    [
      'lifecycle',
      ['lifecycle'],
      ['CreateSandbox', 'DeleteSandbox', 'RebootSandbox', 'RenewSandbox', 'StartSandbox', 'StopSandbox'],
    ],
    ['two names', ['DeleteSandbox', 'ValidateVncToken'], ['DeleteSandbox', 'ValidateVncToken']],
    ['only events', ['TeardownSandboxes'], []],
  ])('%s calls these functions, and no others', async (_, rights, allowed) => {
    await limited(rights)
    for (const action of ACTIONS) {
      ecs.reset()
      // Without its parameters, a call that is allowed ends at their check, or lists or creates.
      const code = outcome(await invoke(action, SHAPES.vefaas(request(action))))
      expect([action, code === '403 OperationDenied.Action']).toEqual([action, !allowed.includes(action)])
      if (!allowed.includes(action)) expect(ecs.calls).toEqual([])
    }
  })

  test('without the right gets an answer that names the right, and a line that names the caller', async () => {
    await limited(['read'])
    const answer = await invoke('DeleteSandbox', SHAPES.vefaas(request('DeleteSandbox', { SandboxId: 'i-a' })))
    expect(outcome(answer)).toBe('403 OperationDenied.Action')
    expect(answer.message).toBe(
      'The caller has no right to call DeleteSandbox. Its actions need "DeleteSandbox" or "lifecycle".',
    )
    expect(lastLine()).toMatchObject({
      status: 403,
      code: 'OperationDenied.Action',
      caller: 'planner',
      owner: 'planner',
    })
  })

  test('without the right is refused before its parameters are read', async () => {
    await limited(['read'])
    const event = SHAPES.vefaas({ ...request('CreateSandbox', { Nonsense: 'x' }), method: 'POST', body: '{' })
    expect(outcome(await invoke('CreateSandbox', event))).toBe('403 OperationDenied.Action')
  })

  test('cannot get at a function with the name of another in the query', async () => {
    await limited(['read'])
    const sent = request('DescribeSandboxes')
    expect(outcome(await invoke('DeleteSandbox', SHAPES.vefaas(sent)))).toBe('403 OperationDenied.Action')
  })

  test.each(['HEAD', 'OPTIONS'])('%s needs none', async (method) => {
    await limited(['read'])
    const answer = await invoke('DeleteSandbox', SHAPES.vefaas({ ...request('DeleteSandbox'), method }))
    expect(answer.status).toBe(204)
  })

  test.each([
    [
      'a table',
      JSON.stringify({ planner: { key: KEY, actions: ['read'], owner: 'team-a' } }),
      ['DescribeSandboxes'],
      'team-a',
    ],
    [
      'a key that sees all',
      JSON.stringify({ planner: { key: KEY, actions: ['read'], owner: 'all' } }),
      ['DescribeSandboxes'],
      undefined,
    ],
    [
      'a text',
      JSON.stringify({ planner: KEY }),
      expect.arrayContaining(['CreateSandbox', 'TeardownSandboxes']),
      undefined,
    ],
  ])('learns its own from DescribeSandboxes: %s', async (_, keys, Actions, Owner) => {
    await configure(ecs.url, { 'security.keys': keys })
    const { body } = await invoke('DescribeSandboxes', SHAPES.vefaas(request('DescribeSandboxes')))
    expect(body?.ResponseMetadata?.Caller).toEqual({ Name: 'planner', Actions, ...(Owner && { Owner }) })
  })
})

describe('with security.keys empty', () => {
  beforeEach(() => configure(ecs.url, { 'security.keys': '{}' }))

  test.each(ACTIONS)('%s refuses every call, and the log says why', async (action) => {
    for (const headers of [
      [],
      [['X-API-Key', KEY]],
      [['X-API-Key', '']],
      [['Authorization', basic(':')]],
    ] as Pair[][]) {
      const answer = await invoke(action, SHAPES.vefaas({ ...request(action), headers }))
      expect(answer.status).toBe(401)
      expect(lastLine().notes.join()).toContain('security.keys')
    }
  })
})

describe('with security.auth = "gateway"', () => {
  beforeEach(() => configure(ecs.url, { 'security.auth': 'gateway', 'security.keys': '{}' }))

  test('no key is asked for', async () => {
    expect(await call()).toBe('200')
    expect(lastLine().caller).toBe('')
  })

  test('the consumer that the gateway names is the caller', async () => {
    expect(await call(['X-Forward-Consumer', 'front-end'])).toBe('200')
    expect(lastLine().caller).toBe('front-end')
  })

  test('a consumer has the rights of security.consumers, and another one none', async () => {
    const consumers = JSON.stringify({ 'front-end': { actions: ['read'], owner: 'planner' } })
    await configure(ecs.url, { 'security.auth': 'gateway', 'security.consumers': consumers })
    expect(await call(['X-Forward-Consumer', 'front-end'])).toBe('200')
    expect(lastLine()).toMatchObject({ caller: 'front-end', owner: 'planner' })
    for (const name of ['other', 'front-end,front-end', 'front/end', '']) {
      expect(await call(['X-Forward-Consumer', name])).toBe('403 OperationDenied.Action')
    }
    expect(await call()).toBe('403 OperationDenied.Action')
  })

  test('a consumer with line ends in it makes no line of its own', async () => {
    await configure(ecs.url, { 'security.auth': 'gateway', 'log.format': 'text' })
    await call(['X-Forward-Consumer', 'a\n12:00:00 DeleteSandbox 200'])
    expect(
      lines
        .join('')
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('12:00:00')),
    ).toEqual([])
  })

  test('a key that comes along all the same stays out of log and answer, even where the cloud quotes it', async () => {
    const key = 'fake-key-for-the-gateway'
    for (const header of [`Bearer ${key}`, basic(`user:${key}`)]) {
      ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'Odd', Message: `You sent ${key}.`, Times: 1 })
      expect(await call(['Authorization', header])).toBe('502 Odd')
      expect(lines.join()).toContain('You sent')
      expect(lines.join()).not.toContain(key)
    }
  })
})
