import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { anyText } from './support/any-text.ts'
import { configure, invoke } from './support/bundles.ts'
import { inBase64, type Pair, type Sent, SHAPES, vefaas } from './support/events.ts'
import { ACTIONS, type ActionName, type Answer, AUTHORIZED, KEY, outcome, request, TAG } from './support/service.ts'

let ecs: EcsEmulator
let lines: string[] = []

beforeAll(async () => {
  ecs = await startEcs()
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  await configure(ecs.url)
})
afterAll(() => ecs.close())

beforeEach(() => populate())

// Some of ours, some of somebody else's in the same account.
function populate(): void {
  ecs.reset()
  ecs.seed(2, { tags: TAG })
  ecs.seed(1, { tags: TAG, status: 'STOPPED' })
  ecs.seed(2, { tags: { 'managed-by': 'somebody-else' } })
  ecs.seed(1)
}

const idsOf = (wanted: (tags: ReadonlyMap<string, string>) => boolean) =>
  ecs.instances().flatMap(({ InstanceId, Tags }) => (wanted(Tags) ? [InstanceId] : []))
const ours = () => idsOf((tags) => tags.get('managed-by') === 'ecs-manager')
const foreign = () => idsOf((tags) => tags.get('managed-by') !== 'ecs-manager')

/** Every code of the API by its status. Where the cloud's own code is passed on, anything that looks like one. */
const CLOUD = '[A-Za-z][\\w.-]{0,127}'
const OVERRIDE =
  '(InstanceName|InstanceType|ZoneId|ImageId|UserData|TagKey|TagValue|ProjectName|SubnetId|SecurityGroupIds|Password)'
const CODES: Record<number, string> = {
  400: '(MissingParameter|InvalidParameter|UnknownParameter)\\.[\\w.-]{1,64}',
  401: '(MissingAuthenticationToken|InvalidAccessKey)',
  403: `(OperationDenied\\.(${OVERRIDE}|Owner|Action)|InvalidVncToken\\.Expired)`,
  404: '(InvalidActionOrVersion|InvalidSandbox\\.NotFound|InvalidVncToken\\.NotFound)',
  405: 'MethodNotAllowed',
  409: '(InvalidSandboxStatus|IdempotentParameterMismatch)',
  413: 'RequestEntityTooLarge',
  429: '(QuotaExceeded\\.\\w+|FlowLimitExceeded)',
  500: 'InternalError',
  502: CLOUD,
  503: `(ServiceUnavailable|${CLOUD})`,
  504: `(UpstreamTimeout|${CLOUD})`,
}

const RESULTS: Record<ActionName, (body: NonNullable<Answer['body']>) => void> = {
  CreateSandbox: ({ Result }) => expect(Result).toMatchObject({ SandboxId: expect.stringMatching(/^i-/) }),
  DeleteSandbox: ({ Result }) => expect(Result).toMatchObject({ SandboxId: expect.stringMatching(/^i-/) }),
  DescribeSandboxes: ({ Result }) => expect(Array.isArray(Result)).toBe(true),
  DescribeSandboxTerminalUrl: ({ Result }) =>
    expect(Result).toMatchObject({ OsType: 'Linux', Token: expect.any(String) }),
  RenewSandbox: ({ Result }) =>
    expect(Result).toEqual({ SandboxId: expect.stringMatching(/^i-/), ExpireAt: expect.stringMatching(/Z$/) }),
  StopSandbox: ({ Result }) => expect(Result).toMatchObject({ Status: expect.stringMatching(/^STOPP(ING|ED)$/) }),
  StartSandbox: ({ Result }) => expect(Result).toMatchObject({ Status: expect.stringMatching(/^(STARTING|RUNNING)$/) }),
  RebootSandbox: ({ Result }) => expect(Result).toMatchObject({ Status: 'REBOOTING' }),
  ValidateVncToken: (body) => expect(body).toEqual({ host: expect.any(String), port: 5905 }),
}

/** Fails unless the answer is one that the API may give; a fault of the caller's is never answered as ours. */
function expectOfTheApi(action: ActionName, answer: Answer): void {
  const { status, headers, body, code } = answer
  expect(headers['x-request-id']).toMatch(/^[\w.:-]{1,128}$/)
  expect(headers['cache-control']).toBe('no-store')
  if (status === 204) {
    expect(answer.text).toBe('')
    return
  }
  expect(headers['content-type']).toBe('application/json; charset=utf-8')
  const metadata = body?.ResponseMetadata
  if (metadata || status !== 200 || action !== 'ValidateVncToken') {
    expect(metadata).toMatchObject({ Action: action, Version: '2020-04-01', Service: 'ecs', Region: 'cn-beijing' })
    expect(metadata?.RequestId).toBe(headers['x-request-id'])
  }
  if (status === 200) {
    expect(metadata?.Error).toBeUndefined()
    if (body) RESULTS[action](body)
    return
  }
  expect(body).not.toHaveProperty('Result')
  expect(status).toBeLessThan(500)
  expect(code).toMatch(new RegExp(`^${CODES[status]}$`))
  expect(metadata?.Error?.Message).toMatch(/^[^\n]{5,1000}$/)
  expect(headers['retry-after'] !== undefined).toBe(status === 429)
}

// Less than two seconds from its end the service waits for nothing, so that bad ids cost no time here.
const SOON = 1_450

/** Calls the handler, and checks its answer, its log line and what it did to the instances. */
async function attempt(action: ActionName, event: unknown, triesLeft = 20): Promise<Answer> {
  const before = new Set(ecs.instances().map(({ InstanceId }) => InstanceId))
  const others = foreign()
  const writes = ecs.calls.length
  lines = []
  const answer = await invoke(action, event, { getRemainingTimeInMillis: () => SOON })
  const after = new Set(ecs.instances().map(({ InstanceId }) => InstanceId))
  expect(others.filter((id) => !after.has(id))).toEqual([])
  // A busy machine may need longer for a call. What hangs, hangs each time.
  if (answer.status === 504 && triesLeft > 0) return attempt(action, event, triesLeft - 1)
  expectOfTheApi(action, answer)

  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    action,
    status: answer.status,
    requestId: answer.headers['x-request-id'],
    ...(answer.code !== undefined && { code: answer.code }),
  })

  const { SandboxId } = { ...(answer.status === 200 ? (answer.body?.Result as object) : {}) } as { SandboxId?: string }
  const made = [...after].filter((id) => !before.has(id))
  const gone = [...before].filter((id) => !after.has(id))
  for (const id of made) expect([action, id]).toEqual(['CreateSandbox', SandboxId])
  for (const id of gone) expect([action, id]).toEqual(['DeleteSandbox', SandboxId])
  if ([204, 400, 401, 405, 413].includes(answer.status)) {
    const changing = ecs.calls
      .slice(writes)
      .filter((call) => !call.action.startsWith('Describe') && call.status === 200)
    expect(changing).toEqual([])
  }
  return answer
}

/** A request of the action that is good but for what is given. */
const parametersOf = (action: ActionName): Record<string, string> => {
  if (action === 'CreateSandbox' || action === 'DescribeSandboxes') return {}
  if (action === 'ValidateVncToken') return { Token: TOKEN }
  return { SandboxId: ours()[0] ?? '', ...(action === 'RenewSandbox' && { LifetimeSeconds: '60' }) }
}

/** The parameters that each action has, but for those of the same kind as another. */
const PARAMETERS: Record<ActionName, string[]> = {
  CreateSandbox: [
    'OsType',
    'InstanceName',
    'SecurityGroupIds',
    'SecurityGroupIds.1',
    'UserData',
    'Password',
    'TagKey',
    'TagValue',
    'ClientToken',
    'LifetimeSeconds',
  ],
  DeleteSandbox: ['SandboxId'],
  DescribeSandboxes: ['SandboxId', 'OsType', 'Status', 'Owner', 'MaxResults', 'NextToken'],
  DescribeSandboxTerminalUrl: ['SandboxId'],
  RenewSandbox: ['SandboxId', 'LifetimeSeconds'],
  StopSandbox: ['SandboxId'],
  StartSandbox: ['SandboxId'],
  RebootSandbox: ['SandboxId'],
  ValidateVncToken: ['Token'],
}

const TOKEN = `i-a.${'x'.repeat(43)}`

const NASTY = [
  ' ',
  'a,b',
  '\0',
  'a\0b',
  '\r\nSet-Cookie: a=b',
  '\ud83d',
  '\udc00\ud800',
  '\ufeff',
  '\u202e',
  '👩‍💻',
  'é\u0301',
  "' OR 1=1 --",
  '"; rm -rf / #',
  '$(reboot)',
  '`id`',
  '$' + '{jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '0',
  '-1',
  '1e3',
  '0x10',
  '１２',
  '9'.repeat(401),
  'NaN',
  'Infinity',
  '[]',
  '{}',
  '["a"]',
  '%',
  '%00',
  '%zz',
  'a%26Action%3DDeleteSandbox',
  'a&Action=DeleteSandbox',
  'x'.repeat(1_000_000),
  '桌'.repeat(100_000),
  '-'.repeat(50_000),
]

const NAMES = [...new Set(Object.values(PARAMETERS).flat())]

const short = (value: string) => (value.length > 60 ? `${value.slice(0, 3)}... (${value.length})` : value)

// All actions have one pipeline. So each value goes to one action, in turn, and not to all of them.
const inTurn = (values: readonly string[]) =>
  values.map((value, index) => ({ value, index, shown: short(value), action: actionAt(index) }))

const actionAt = (index: number) => ACTIONS[index % ACTIONS.length] ?? 'CreateSandbox'

/** An action that has the parameter: another one for the next value. */
function takerOf(name: string, index: number): ActionName {
  const takers = ACTIONS.filter((action) => PARAMETERS[action].includes(name))
  return takers[index % takers.length] ?? 'CreateSandbox'
}

test.each(inTurn(NASTY))(
  'the value $shown is refused or taken for any parameter, and does nothing else',
  async ({ value, index }) => {
    for (const name of NAMES) {
      const action = takerOf(name, index)
      const parameters = { ...parametersOf(action), [name]: value }
      const answer = await attempt(action, vefaas(request(action, parameters)))
      expect(outcome(answer)).not.toBe('500 InternalError')
      if (value.length > 300) expect(answer.status).toBe(400)
      expect(answer.text.length).toBeLessThan(2_000 + 500 * ours().length)
    }
  },
)

test.each(inTurn(NASTY.filter((value) => value.length < 1_000)))(
  'a parameter called $shown is unknown to $action',
  async ({ value, action }) => {
    const answer = await attempt(action, vefaas(request(action, { ...parametersOf(action), [value]: 'x' })))
    expect(outcome(answer)).toMatch(/^400 UnknownParameter\./)
  },
)

test.each(inTurn(NASTY.filter((value) => value.trim() !== '')))(
  'the key $shown lets nobody into $action',
  async ({ value, action }) => {
    for (const name of ['Authorization', 'X-API-Key']) {
      const answer = await attempt(
        action,
        vefaas({ ...request(action, parametersOf(action)), headers: [[name, value]] }),
      )
      expect(outcome(answer)).toBe('401 InvalidAccessKey')
    }
  },
)

test.each(inTurn(NASTY))('the request id $shown gets an id of its own from $action', async ({ value, action }) => {
  const answer = await attempt(
    action,
    vefaas({ ...request(action, { Nonsense: 'x' }, { headers: [['X-Request-ID', value]] }) }),
  )
  const isGood = /^[\w.:-]{1,128}$/.test(value)
  expect(answer.headers['x-request-id'] === value).toBe(isGood)
})

const BODIES: [string, string, Pair[]][] = [
  ['primitives', '42', []],
  ['a list', '[1,2,{"SandboxId":"i-a"}]', []],
  ['a list of parameters', '[["Action","CreateSandbox"]]', []],
  ['null', 'null', []],
  ['deep nesting', `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, []],
  ['__proto__', '{"__proto__":{"SandboxId":"i-a"}}', []],
  ['keys twice', '{"Nonsense":"a","Nonsense":"b"}', []],
  ['NUL', '{"Nonsense":"\\u0000"}', []],
  ['half a surrogate pair', '{"Nonsense":"\\ud83d"}', []],
  ['a body cut off', '{"SandboxId":"i-', []],
  ['a megabyte', `{"SandboxId":"${'x'.repeat(1_000_000)}"}`, []],
  ['a form', 'SandboxId=i-a', [['Content-Type', 'application/x-www-form-urlencoded']]],
  ['XML', '<a/>', [['Content-Type', 'application/xml']]],
  ['a text that is gzip', gzipSync('{}').toString('latin1'), [['Content-Encoding', 'gzip']]],
  ['another action', '{"Action":"DeleteSandbox"}', []],
  ['another version', '{"Version":"2021-01-01"}', []],
  ['booleans', '{"SandboxId":true,"MaxResults":false}', []],
]

test.each(BODIES.map((given, index) => [...given, actionAt(index)] as const))(
  'a body of %s is refused, plain and in base64',
  async (_, body, headers, action) => {
    const parameters = action === 'DeleteSandbox' ? {} : parametersOf(action)
    const sent = request(action, parameters, {
      method: 'POST',
      body,
      headers: [['Content-Type', 'application/json'], ...headers],
    })
    for (const shape of Object.values(SHAPES)) {
      const answer = await attempt(action, shape(sent))
      expect(answer.status).toBeGreaterThanOrEqual(400)
      if (body.length > 65_536) expect(outcome(answer)).toBe('413 RequestEntityTooLarge')
      expect(outcome(await attempt(action, inBase64(shape(sent))))).toMatch(/^4\d\d /)
    }
  },
)

describe.each(ACTIONS)('%s', (action) => {
  test.each(['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', ''])('does no work for the method "%s"', async (method) => {
    const answer = await attempt(action, vefaas({ ...request(action, parametersOf(action)), method }))
    expect([204, 405]).toContain(answer.status)
    expect(ecs.calls).toHaveLength(0)
  })

  test('refuses requests of every other action', async () => {
    for (const other of ACTIONS.filter((name) => name !== action)) {
      const answer = await attempt(action, vefaas(request(other, parametersOf(other))))
      expect(outcome(answer)).toBe('404 InvalidActionOrVersion')
    }
    expect(ecs.calls).toHaveLength(0)
  })

  test('refuses parameters of other actions', async () => {
    for (const other of ACTIONS) {
      for (const [name, value] of Object.entries(parametersOf(other))) {
        if (PARAMETERS[action].includes(name)) continue
        const answer = await attempt(action, vefaas(request(action, { ...parametersOf(action), [name]: value })))
        expect(outcome(answer)).toBe(`400 UnknownParameter.${name}`)
      }
    }
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'GET /'],
    ['an empty text', ''],
    ['a number', 7],
    ['true', true],
    ['a list', [vefaas({})]],
    ['an empty object', {}],
    ['bytes', Buffer.from('{"httpMethod":"GET"}')],
    ['a timer', { id: '1', source: '/faas/event/timer/t', specversion: '1.0', type: 'faas.timer.event', data: '{}' }],
    ['an event without anything but the method', { httpMethod: 'GET' }],
    [
      'an event of nulls',
      { httpMethod: 'POST', headers: null, queryStringParameters: null, body: null, requestContext: null },
    ],
  ])('answers to %s for an event', async (_, event) => {
    const answer = await attempt(action, event)
    expect([401, 405]).toContain(answer.status)
    expect(ecs.calls).toHaveLength(0)
  })

  test('answers the same to the same request in every event that it accepts', async () => {
    const sents: Sent[] = [
      { headers: [['X-Request-ID', 'same']] },
      { headers: [...AUTHORIZED, ['X-Request-ID', 'same']] },
      request(action, { 'Nonsense ä': 'ä & ö=1' }, { headers: [['X-Request-ID', 'same']] }),
      request(action, { ...parametersOf(action), SandboxId: 'no id' }, { headers: [['X-Request-ID', 'same']] }),
      { ...request(action, {}, { headers: [['X-Request-ID', 'same']] }), method: 'HEAD' },
      { ...request(action, {}, { headers: [['X-Request-ID', 'same']] }), method: 'DELETE' },
      {
        method: 'POST',
        headers: [...AUTHORIZED, ['Content-Type', 'application/json'], ['X-Request-ID', 'same']],
        body: JSON.stringify({ Action: action, Version: '2020-04-01', NoSuch: '桌面' }),
      },
    ]
    for (const sent of sents) {
      const answers = await Promise.all(Object.values(SHAPES).map((shape) => invoke(action, shape(sent))))
      for (const answer of answers) expect(answer).toEqual(answers[0])
      expect(answers).toHaveLength(6)
    }
  })
})

describe('a token as websockify hands it on', () => {
  const validate = (query: readonly Pair[]) =>
    attempt(
      'ValidateVncToken',
      vefaas({ query: [['Action', 'ValidateVncToken'], ['Version', '2020-04-01'], ...query], headers: AUTHORIZED }),
    )

  test.each<[string, Pair[], string]>([
    ['with another action in it', [['Token', 'a&Action=DeleteSandbox']], '400 InvalidParameter.Token'],
    ['with another action in it, encoded', [['Token', 'a%26Action%3DDeleteSandbox']], '400 InvalidParameter.Token'],
    [
      'not escaped, so that it brings another action',
      [
        ['Token', 'a'],
        ['Action', 'DeleteSandbox'],
      ],
      '404 InvalidActionOrVersion',
    ],
    [
      'not escaped, so that it brings a sandbox',
      [
        ['Token', TOKEN],
        ['SandboxId', 'i-a'],
      ],
      '400 UnknownParameter.SandboxId',
    ],
    [
      'twice',
      [
        ['Token', TOKEN],
        ['Token', TOKEN],
      ],
      '400 InvalidParameter.Token',
    ],
    ['empty', [['Token', '']], '400 MissingParameter.Token'],
    ['absent', [], '400 MissingParameter.Token'],
    ['without its secret', [['Token', 'i-a']], '400 InvalidParameter.Token'],
    ['with an empty secret', [['Token', 'i-a.']], '400 InvalidParameter.Token'],
    ['one character short', [['Token', TOKEN.slice(0, -1)]], '400 InvalidParameter.Token'],
    ['one character long', [['Token', `${TOKEN}x`]], '400 InvalidParameter.Token'],
    ['with a line end behind it', [['Token', `${TOKEN}\n`]], '400 InvalidParameter.Token'],
    ['with a space that was a plus sign', [['Token', `i-a.${'x'.repeat(42)} `]], '400 InvalidParameter.Token'],
    ['with padding', [['Token', `i-a.${'x'.repeat(42)}=`]], '400 InvalidParameter.Token'],
    ['of another alphabet', [['Token', `i-a.${'x'.repeat(42)}/`]], '400 InvalidParameter.Token'],
    ['with an id that is a path', [['Token', `i-../../x.${'x'.repeat(43)}`]], '400 InvalidParameter.Token'],
    ['well-formed, of no sandbox', [['Token', TOKEN]], '404 InvalidVncToken.NotFound'],
  ])('%s', async (_, query, expected) => {
    const answer = await validate(query)
    expect(outcome(answer)).toBe(expected)
    expect(answer.text).not.toContain('x'.repeat(20))
    expect(lines.join()).not.toContain('x'.repeat(20))
    if (!expected.includes('NotFound') || expected.includes('Action')) expect(ecs.calls).toHaveLength(0)
  })

  test("of somebody else's machine is as unknown as one of none", async () => {
    const theirs = await validate([['Token', `${foreign()[0]}.${'x'.repeat(43)}`]])
    const none = await validate([['Token', TOKEN]])
    expect(theirs.status).toBe(404)
    expect(theirs.message).toBe(none.message)
    expect(theirs.code).toBe(none.code)
  })
})

test.each(['DeleteSandbox', 'DescribeSandboxTerminalUrl'] as const)(
  "%s answers of somebody else's machine as of one that does not exist",
  async (action) => {
    const [id = ''] = foreign()
    const theirs = await attempt(action, vefaas(request(action, { SandboxId: id })))
    const none = await attempt(action, vefaas(request(action, { SandboxId: 'i-nosuch' })))
    expect(outcome(theirs)).toBe('404 InvalidSandbox.NotFound')
    expect(outcome(none)).toBe('404 InvalidSandbox.NotFound')
    expect(theirs.message?.replace(id, '')).toBe(none.message?.replace('i-nosuch', ''))
  },
)

test("DescribeSandboxes shows somebody else's machine as little as one that does not exist", async () => {
  for (const SandboxId of [foreign()[0] ?? '', 'i-nosuch']) {
    const answer = await attempt('DescribeSandboxes', vefaas(request('DescribeSandboxes', { SandboxId })))
    expect(answer.body?.Result).toEqual([])
  }
})

describe('the next page', () => {
  const list = (NextToken: string) => attempt('DescribeSandboxes', vefaas(request('DescribeSandboxes', { NextToken })))

  test.each([
    'tA',
    't-',
    'wA',
    'a',
    't',
    'w',
    'tAAAA',
    'wAAAA',
    't_w',
    't____',
    'w__8_',
    'tMQ',
    'x'.repeat(2_048),
    `t${'A'.repeat(2_047)}`,
    'x'.repeat(2_049),
  ])('of a token that was made up (%s) is refused as such', async (token) => {
    const answer = await list(token)
    expect(outcome(answer)).toBe('400 InvalidParameter.NextToken')
  })
})

describe('whatever arrives', () => {
  const action = fc.constantFrom(...ACTIONS)
  const codeUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
  const nasty = fc.constantFrom(...NASTY.filter((value) => value.length < 1_000))
  const known = fc.constantFrom(
    ...NAMES,
    'Action',
    'Version',
    'ZoneId',
    'ImageId',
    'InstanceType',
    'ProjectName',
    'SubnetId',
  )
  const good = fc
    .constantFrom<string | (() => string)>(
      () => ours()[0] ?? 'i-a',
      () => foreign()[0] ?? 'i-b',
      () => `${ours()[0]}.${'x'.repeat(43)}`,
      'Linux',
      'Windows',
      'RUNNING',
      '10',
      'sg-a',
      'image-a',
      'cn-beijing-a',
      'ecs.g3i.large',
      'subnet-a',
      'k',
      'IyEv',
      'managed-by',
      'ecs-manager',
      'Fake-Pass-1',
    )
    .map((value) => (typeof value === 'function' ? value() : value))
  const name = fc.oneof(
    { weight: 6, arbitrary: known },
    nasty,
    codeUnits,
    known.map((text) => text.toLowerCase()),
  )
  const value = fc.oneof({ weight: 4, arbitrary: good }, nasty, codeUnits, anyText())
  const pair = fc.tuple(name, value)
  const header = fc.tuple(
    fc.oneof(
      fc.constantFrom('X-Request-ID', 'X-API-Key', 'Authorization', 'Content-Type', 'X-Forward-Consumer'),
      codeUnits,
    ),
    fc.oneof(value, fc.constantFrom(KEY, `Bearer ${KEY}`, 'application/json', 'same')),
  )
  const body = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    fc.dictionary(name, fc.oneof(value, fc.jsonValue(), fc.array(value))).map((fields) => JSON.stringify(fields)),
    fc.json(),
    codeUnits,
  )
  const sent = fc.record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('GET', 'POST') },
      fc.constantFrom('HEAD', 'OPTIONS', 'PUT'),
      codeUnits,
    ),
    query: fc.array(pair, { maxLength: 4 }),
    headers: fc.array(header, { maxLength: 3 }),
    body,
  })
  const shape = fc.constantFrom(...Object.values(SHAPES))

  /** A request that has got past the key and the name of the action, where it is not spoiled on purpose. */
  const complete = (action: ActionName, { method, query, headers, body }: Required<Sent>): Sent => ({
    method,
    body,
    query: [['Action', action], ['Version', '2020-04-01'], ...Object.entries(parametersOf(action)), ...query],
    headers: [
      ...AUTHORIZED,
      ...(body === undefined ? [] : [['Content-Type', 'application/json'] as const]),
      ...headers,
    ],
  })

  test('as a request of any kind, in any shape, is answered in the words of the API', async () => {
    await fc.assert(
      fc.asyncProperty(
        action,
        sent,
        shape,
        fc.boolean(),
        fc.boolean(),
        async (name, raw, shape, isComplete, isBase64) => {
          const event = shape(isComplete ? complete(name, raw as Required<Sent>) : raw)
          const answer = await attempt(name, isBase64 ? inBase64(event) : event)
          const key = isComplete || raw.headers.some(([, value]) => value.includes(KEY))
          if (!key) expect([204, 401, 405]).toContain(answer.status)
          if (ecs.instances().length > 50 || ours().length < 2) populate()
        },
      ),
      { numRuns: 400 },
    )
  })

  test('one parameter after the other, is taken or refused by name', async () => {
    await fc.assert(
      fc.asyncProperty(action, pair, async (name, [parameter, value]) => {
        const event = vefaas(request(name, { ...parametersOf(name), [parameter]: value }))
        const { status, code } = await attempt(name, event)
        if (status === 400) expect(code).toMatch(/^(Missing|Invalid|Unknown)Parameter\.[\w.-]+$/)
        if (ecs.instances().length > 50 || ours().length < 2) populate()
      }),
      { numRuns: 200 },
    )
  })

  test('as an event with one field of another kind, is answered, and only what is asked for is done', async () => {
    const json = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(null, {}, [], '', 0, true, [[]], { '': null }))
    await fc.assert(
      fc.asyncProperty(action, shape, fc.nat(), json, fc.boolean(), async (name, shape, index, wrong, isNested) => {
        const event = shape(request(name, name === 'DeleteSandbox' ? { SandboxId: 'i-nosuch' } : parametersOf(name)))
        const fields = Object.keys(event)
        const field = fields[index % fields.length] ?? ''
        const inner = event[field]
        const spoiled =
          isNested && typeof inner === 'object' && inner !== null
            ? Object.fromEntries(Object.entries(inner).map(([key, old], at) => [key, at === index % 3 ? wrong : old]))
            : wrong
        await attempt(name, { ...event, [field]: spoiled })
        if (ecs.instances().length > 50) populate()
      }),
      { numRuns: 250 },
    )
  })

  test('as no event at all, is answered without any work', async () => {
    await fc.assert(
      fc.asyncProperty(action, fc.oneof(fc.anything(), fc.jsonValue()), async (name, event) => {
        const answer = await attempt(name, event)
        expect([204, 401, 405]).toContain(answer.status)
      }),
      { numRuns: 200 },
    )
    expect(ecs.calls).toHaveLength(0)
  })
})

test('a hundred bad requests at a time get the answers that they get alone', async () => {
  const events = NASTY.slice(0, 40).map((value) =>
    vefaas(request('CreateSandbox', { ClientToken: value, InstanceName: value })),
  )
  const alone: string[] = []
  for (const event of events) alone.push(outcome(await invoke('CreateSandbox', event)))
  const together = await Promise.all(events.map((event) => invoke('CreateSandbox', event)))
  expect(together.map(outcome)).toEqual(alone)
})
