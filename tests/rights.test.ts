import { createHash, randomInt } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { handler as teardown } from '../functions/teardown-sandboxes/index.ts'
import { type EcsEmulator, startEcs } from '../infra/emulator/ecs/index.ts'
import { reloadConfiguration } from '../shared/config/index.ts'
import type { Reply } from '../shared/handler/reply.ts'
import { type Pair, SHAPES } from './support/events.ts'
import { type ActionName, type Answer, handlers, outcome, setEnvironment, TAG, toAnswer } from './support/service.ts'

/*
 * Random keys and consumers times random requests, judged by a table of what functions/README.md says. Nothing here reads
 * the code that decides. A failure shows its seed. RIGHTS_RUNS=40000 is a soak of 1,000,000 requests.
 */

const { RIGHTS_RUNS, RIGHTS_SEED } = process.env
const REQUESTS_OF_RUN = 25
const CLOUD_RUNS = 25
const seed = Number(RIGHTS_SEED ?? randomInt(2 ** 31))

// functions/README.md, "Rights and owners".
const GROUP_OF = {
  DescribeSandboxes: 'read',
  DescribeSandboxTerminalUrl: 'use',
  ValidateVncToken: 'use',
  // The tools of /mcp, which tests/e2e/mcp.test.ts and functions/mcp test.
  UseDesktop: 'use',
  CreateSandbox: 'lifecycle',
  RenewSandbox: 'lifecycle',
  StopSandbox: 'lifecycle',
  StartSandbox: 'lifecycle',
  RebootSandbox: 'lifecycle',
  DeleteSandbox: 'lifecycle',
  TeardownSandboxes: 'lifecycle',
} as const

type Right = keyof typeof GROUP_OF
const RIGHTS = Object.keys(GROUP_OF) as Right[]

type FunctionName = Exclude<Right, 'UseDesktop'>
const FUNCTIONS = RIGHTS.filter((name) => name !== 'UseDesktop')

/** The rights of a key or a consumer: `actions` and `owner` of its table, or undefined for everything. */
type Rights = { actions: string[]; owner: string | undefined } | undefined

interface Setup {
  auth: 'key' | 'gateway'
  /** The keys themselves, and whether the configuration has the hash of each. */
  keys: { name: string; key: string; isHashed: boolean; rights: Rights }[]
  consumers: { name: string; rights: NonNullable<Rights> }[]
}

interface Known {
  name: string
  rights: Rights
}

const mayCall = ({ rights }: Known, name: Right) =>
  rights === undefined || rights.actions.includes(name) || rights.actions.includes(GROUP_OF[name])

const seesAll = ({ rights }: Known) => rights === undefined || rights.owner === 'all'

/** The owner of what it creates, and of what it sees unless it sees all. */
function ownerOf({ name, rights }: Known): string | undefined {
  const owner = rights?.owner ?? 'self'
  return (owner === 'self' || owner === 'all' ? name : owner) || undefined
}

const NAMES = [
  'planner',
  'front-end',
  'ops@example.com',
  'a',
  'self',
  'all',
  'team',
  'team-1',
  '_',
  'toString',
  'valueOf',
]
// Names that every object in JavaScript has, and others that no table has.
const UNLISTED = [
  'nobody',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'planner2',
  'Planner',
  'a b',
  'ä',
  '',
  ' ',
  '-'.repeat(65),
]

const name = fc.constantFrom(...NAMES)
const limited = fc.record({
  actions: fc.oneof(
    fc.subarray(['read', 'use', 'lifecycle'], { minLength: 1 }),
    fc.subarray([...FUNCTIONS], { minLength: 1, maxLength: 4 }),
    fc.shuffledSubarray(['read', 'use', 'lifecycle', ...RIGHTS], { minLength: 1 }),
  ),
  owner: fc.constantFrom(undefined, 'self', 'all', 'team', 'planner'),
})
const key = fc.oneof(
  // Every character of a key, with those that mean something in a header.
  fc.string({ unit: fc.constantFrom(...'aZ09:=+/"\\;!~-_#$'), minLength: 8, maxLength: 24 }),
  fc.constantFrom('Bearer:12345', 'Basic+Zm9v', 'x-api-key', 'undefined', '[object]'),
)

const setup: fc.Arbitrary<Setup> = fc.record({
  auth: fc.constantFrom('key', 'key', 'gateway'),
  keys: fc
    .uniqueArray(
      fc.record({ name, key, isHashed: fc.boolean(), rights: fc.option(limited, { nil: undefined, freq: 3 }) }),
      { maxLength: 5, selector: ({ name }) => name },
    )
    .filter((keys) => new Set(keys.map(({ key }) => key)).size === keys.length),
  consumers: fc.uniqueArray(fc.record({ name, rights: limited }), { maxLength: 3, selector: ({ name }) => name }),
})

const hash = (key: string) => `sha256:${createHash('sha256').update(key).digest('hex')}`
const basic = (text: string) => Buffer.from(text).toString('base64')

/** The ways to send a key in a header. */
const IN_AUTHORIZATION: readonly ((key: string) => string)[] = [
  (key) => key,
  (key) => `  ${key} `,
  (key) => `Bearer ${key}`,
  (key) => `bEARER    ${key}`,
  (key) => `Basic ${basic(`user:${key}`)}`,
  (key) => `BASIC ${basic(`:${key}`)}`,
]

/** Texts that look like a key and are wrong. */
const WRONG: readonly ((key: string) => string)[] = [
  () => 'fake-key-that-nobody-has',
  (key) => `${key}x`,
  (key) => key.slice(0, -1),
  (key) => `${key},${key}`,
  (key) => `Bearer Bearer ${key}`,
  (key) => `Token ${key}`,
  // The hash in the configuration is no key.
  (key) => hash(key),
  () => 'Bearer',
  () => 'Basic !!!',
]

interface Draft {
  name: FunctionName
  method: string
  shape: keyof typeof SHAPES
  /** What each header has: the key with this index, sent in this way, or something wrong. */
  authorization: Presented
  apiKey: Presented
  consumer: string | undefined
  isRepeated: boolean
  isHandshake: boolean
  isUpperCase: boolean
}

type Presented = { index: number; way: number; isWrong: boolean } | undefined

const presented = fc.option(
  fc.record({
    index: fc.nat(4),
    way: fc.nat(20),
    isWrong: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { nil: undefined, freq: 2 },
)

const draft: fc.Arbitrary<Draft> = fc.record({
  name: fc.constantFrom(...FUNCTIONS),
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'),
  shape: fc.constantFrom(...(Object.keys(SHAPES) as (keyof typeof SHAPES)[])),
  authorization: presented,
  apiKey: presented,
  consumer: fc.option(fc.constantFrom(...NAMES, ...UNLISTED), { nil: undefined, freq: 5 }),
  isRepeated: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  isHandshake: fc.boolean(),
  isUpperCase: fc.boolean(),
})

/** A header, and whose key it has: undefined for nobody's. */
interface Sent {
  header: Pair
  owner: Known | undefined
}

function headerOf(
  header: string,
  { keys }: Setup,
  given: Presented,
  ways: readonly ((key: string) => string)[],
): Sent[] {
  if (given === undefined) return []
  const owner = keys[given.index]
  const key = owner?.key ?? 'fake-key-of-nobody'
  const pick = given.isWrong ? WRONG : ways
  const value = (pick[given.way % pick.length] ?? String)(key)
  const isRight = owner !== undefined && !given.isWrong
  return [{ header: [header, value], owner: isRight ? owner : undefined }]
}

interface Expected {
  outcome: string
  /** As the log has it. */
  caller: Known
}

const NOBODY: Known = { name: '', rights: { actions: [], owner: undefined } }

/** What the documentation says of a request. */
function foretell(
  { auth, keys, consumers }: Setup,
  draft: Draft,
  sent: readonly Sent[],
  isRepeated: boolean,
): Expected {
  const { name, method, consumer = '' } = draft
  const isEvent = name === 'TeardownSandboxes'
  const isHandshake = isEvent && method === 'OPTIONS' && draft.isHandshake
  if (!isHandshake) {
    if (method === 'HEAD' || method === 'OPTIONS') return { outcome: '204', caller: NOBODY }
    if (method !== 'POST' && (isEvent || method !== 'GET')) return { outcome: '405 MethodNotAllowed', caller: NOBODY }
  }
  let caller: Known | undefined
  if (auth === 'gateway') {
    const isName = /^[A-Za-z0-9_.@-]{1,64}$/.test(consumer) && !isRepeated
    const known = isName ? consumer : ''
    const listed = consumers.find(({ name }) => name === known)
    caller = listed ?? (consumers.length === 0 ? { name: known, rights: undefined } : { ...NOBODY, name: known })
  } else {
    if (sent.length === 0) return { outcome: '401 MissingAuthenticationToken', caller: NOBODY }
    const isRight = sent.every(({ owner }) => owner !== undefined) && !isRepeated
    caller = isRight ? keys.find((one) => one === sent[0]?.owner) : undefined
    if (caller === undefined) return { outcome: '401 InvalidAccessKey', caller: NOBODY }
  }
  if (!mayCall(caller, name)) return { outcome: '403 OperationDenied.Action', caller }
  if (isHandshake) return { outcome: '204', caller }
  return { outcome: isEvent ? '400 MissingParameter.SandboxId' : '400 UnknownParameter.Nope', caller }
}

function toEnvironment({ auth, keys, consumers }: Setup): Record<string, string> {
  const settings = keys.map(({ name, key, isHashed, rights }) => {
    const configured = isHashed ? hash(key) : key
    return [name, rights ? { key: configured, ...rights } : configured]
  })
  return {
    'security.auth': auth,
    'security.keys': JSON.stringify(Object.fromEntries(settings)),
    'security.consumers': JSON.stringify(Object.fromEntries(consumers.map(({ name, rights }) => [name, rights]))),
  }
}

async function send(name: FunctionName, event: object): Promise<Answer> {
  const reply = name === 'TeardownSandboxes' ? ((await teardown(event)) as Reply) : await handlers[name](event)
  return toAnswer(reply)
}

let line = ''
let ecs: EcsEmulator

beforeAll(async () => {
  ecs = await startEcs()
})
afterAll(() => ecs.close())
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    line = `${text}`
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

test('a request is admitted exactly if the table says so, before anything else is done', { timeout: 1e9 }, async () => {
  // Nothing listens there: no request comes as far as the cloud.
  const cloud = 'http://127.0.0.1:9'
  const property = fc.asyncProperty(
    setup,
    fc.array(draft, { minLength: REQUESTS_OF_RUN, maxLength: REQUESTS_OF_RUN }),
    async (setup, drafts) => {
      setEnvironment(cloud, toEnvironment(setup))
      reloadConfiguration()
      for (const draft of drafts) await explained(() => checkRequest(setup, draft), setup, draft)
    },
  )
  await fc.assert(property, { seed, numRuns: Number(RIGHTS_RUNS ?? 160), endOnFailure: true })
})

/** Says which configuration and request an error is about. */
async function explained(work: () => Promise<void>, ...about: object[]): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new Error(
      `${(error as Error).message}\nRIGHTS_SEED=${seed}: ${about.map((one) => JSON.stringify(one)).join('\n')}`,
    )
  }
}

async function checkRequest(setup: Setup, draft: Draft): Promise<void> {
  const { name, method, shape, consumer, isHandshake, isUpperCase } = draft
  const sent = [
    ...headerOf('Authorization', setup, draft.authorization, IN_AUTHORIZATION),
    ...headerOf('X-API-Key', setup, draft.apiKey, [(key) => key, (key) => ` ${key}  `]),
  ]
  // An ALB without multi-value headers keeps only the last one.
  const isRepeated = draft.isRepeated && shape !== 'alb' && sent.length > 0
  const isConsumerRepeated = draft.isRepeated && shape !== 'alb' && consumer !== undefined
  const named: Pair[] = [
    ...sent.map(({ header }) => header),
    ...(isRepeated ? sent.map(({ header }) => header) : []),
    ...(consumer === undefined ? [] : [['x-forward-consumer', consumer] as const]),
    ...(isConsumerRepeated ? [['x-forward-consumer', consumer] as const] : []),
    ...(isHandshake ? [['WebHook-Request-Origin', 'events.example.com'] as const] : []),
  ]
  const headers = named.map(([name, value]): Pair => [isUpperCase ? name.toUpperCase() : name, value])
  const isEvent = name === 'TeardownSandboxes'
  const query: Pair[] = [
    ['Action', name],
    ['Version', '2020-04-01'],
    ['Nope', '1'],
  ]
  const json: Pair[] = [['Content-Type', 'application/json']]
  const event = SHAPES[shape](
    isEvent && method === 'POST' ? { method, headers: [...headers, ...json], body: '{}' } : { method, query, headers },
  )
  const answer = await send(name, event)
  const isAmbiguous = setup.auth === 'gateway' ? isConsumerRepeated : isRepeated
  const expected = foretell(setup, draft, sent, isAmbiguous)
  const logged = JSON.parse(line)
  const told = [outcome(answer), logged.caller, logged.owner]
  expect(told).toEqual([expected.outcome, expected.caller.name, ownerInLog(expected)])
  expect(logged.cloud).toEqual([])
  if (answer.status === 403) {
    expect(answer.message).toContain(`"${name}" or "${GROUP_OF[name]}"`)
  }
  for (const { key } of setup.keys) {
    expect(`${line} ${answer.text}`.includes(key) && sent.some(({ header }) => header[1].includes(key))).toBe(false)
  }
}

const ownerInLog = ({ caller }: Expected) => (caller.rights?.actions.length === 0 ? undefined : ownerOf(caller))

const OWNERS = [undefined, 'planner', 'front-end', 'team', 'all', 'self', 'nobody']

const question = fc.record({
  /** Of the caller among the keys, or of the consumer. */
  index: fc.nat(4),
  name: fc.constantFrom<ActionName>(
    'DescribeSandboxes',
    'DescribeSandboxes',
    'CreateSandbox',
    'RenewSandbox',
    'StopSandbox',
    'RebootSandbox',
    'DescribeSandboxTerminalUrl',
  ),
  sandbox: fc.nat(OWNERS.length),
  filter: fc.constantFrom('Owner', 'SandboxId', 'MaxResults', undefined),
})

type Question = typeof question extends fc.Arbitrary<infer Value> ? Value : never

test('a caller sees the sandboxes of its owner and no others', { timeout: 1e9 }, async () => {
  const property = fc.asyncProperty(
    setup.filter(({ auth, keys }) => auth === 'gateway' || keys.length > 0),
    fc.array(question, { minLength: 8, maxLength: 8 }),
    async (setup, questions) => {
      setEnvironment(ecs.url, toEnvironment(setup))
      reloadConfiguration()
      for (const question of questions) await explained(() => checkOwners(setup, question), setup, question)
    },
  )
  await fc.assert(property, { seed, numRuns: Math.max(CLOUD_RUNS, Number(RIGHTS_RUNS ?? 0) / 100), endOnFailure: true })
})

async function checkOwners(setup: Setup, { index, name, sandbox, filter }: Question): Promise<void> {
  ecs.reset()
  for (const owner of OWNERS) {
    ecs.seed(1, { status: 'STOPPED', tags: { ...TAG, ...(owner && { 'ecs-manager:owner': owner }) } })
  }
  // The last one is no sandbox, although it has an owner.
  ecs.seed(1, { status: 'STOPPED', tags: { 'ecs-manager:owner': 'planner' } })
  const sandboxes = OWNERS.map((owner, at) => ({ owner, id: ecs.instances()[at]?.InstanceId ?? '' }))
  const { id = '' } = { id: ecs.instances()[sandbox]?.InstanceId }
  const { caller, headers } = callerOf(setup, index)
  const isVisible = (owner: string | undefined) => seesAll(caller) || (owner !== undefined && owner === ownerOf(caller))
  const isFound = sandboxes.some((one) => one.id === id && isVisible(one.owner))
  const parameters: Record<string, string> = {
    ...((name !== 'DescribeSandboxes' || filter === 'SandboxId') && name !== 'CreateSandbox' && { SandboxId: id }),
    ...(name === 'RenewSandbox' && { LifetimeSeconds: '600' }),
    ...(name === 'DescribeSandboxes' && filter === 'Owner' && { Owner: OWNERS[sandbox] ?? 'team' }),
    ...(name === 'DescribeSandboxes' && filter === 'MaxResults' && { MaxResults: '100' }),
  }
  const query: Pair[] = [['Action', name], ['Version', '2020-04-01'], ...Object.entries(parameters)]
  const before = JSON.stringify(ecs.instances().map(({ Tags, Status }) => [[...Tags], Status]))
  const answer = await send(name, SHAPES.vefaas({ query, headers }))
  const after = JSON.stringify(
    ecs
      .instances()
      .slice(0, OWNERS.length + 1)
      .map(({ Tags, Status }) => [[...Tags], Status]),
  )
  if (name !== 'RenewSandbox' || !isFound) expect(after).toBe(before)
  if (!mayCall(caller, name)) {
    expect([outcome(answer), ecs.calls]).toEqual(['403 OperationDenied.Action', []])
  } else if (name === 'CreateSandbox') {
    const created = ecs.instances().at(-1)
    expect([outcome(answer), created?.Tags.get('ecs-manager:owner')]).toEqual(['200', ownerOf(caller)])
  } else if (name === 'DescribeSandboxes') {
    const { Owner } = parameters
    if (Owner !== undefined && !seesAll(caller) && Owner !== ownerOf(caller)) {
      return expect([outcome(answer), ecs.calls]).toEqual(['403 OperationDenied.Owner', []])
    }
    const listed = sandboxes.filter(
      (one) =>
        isVisible(one.owner) && (Owner ?? one.owner) === one.owner && (parameters.SandboxId ?? one.id) === one.id,
    )
    const shown = answer.body?.Result as { SandboxId: string; Owner?: string }[]
    expect(shown.map(({ SandboxId, Owner }) => [SandboxId, Owner])).toEqual(listed.map(({ id, owner }) => [id, owner]))
    expect(answer.body?.ResponseMetadata?.Caller).toEqual({
      ...(caller.name && { Name: caller.name }),
      Actions: expect.toSatisfy(
        (actions: string[]) => `${actions.toSorted()}` === `${RIGHTS.filter((one) => mayCall(caller, one)).toSorted()}`,
      ),
      ...(!seesAll(caller) && { Owner: ownerOf(caller) }),
    })
  } else {
    const found = { RenewSandbox: '200', StopSandbox: '200' }[name as string] ?? '409 InvalidSandboxStatus'
    const isTagged = isFound && name === 'RenewSandbox'
    expect([outcome(answer), ecs.calls.length]).toEqual([
      isFound ? found : '404 InvalidSandbox.NotFound',
      isTagged ? 2 : 1,
    ])
  }
}

function callerOf({ auth, keys, consumers }: Setup, index: number): { caller: Known; headers: Pair[] } {
  if (auth === 'key') {
    const caller = keys[index % keys.length]
    if (caller === undefined) throw new Error('there is no key')
    return { caller, headers: [['X-API-Key', caller.key]] }
  }
  const name = consumers[index]?.name ?? (index % 2 === 0 ? 'planner' : '')
  const listed = consumers.find((one) => one.name === name)
  const caller = listed ?? { name, rights: consumers.length === 0 ? undefined : NOBODY.rights }
  return { caller, headers: name ? [['X-Forward-Consumer', name]] : [] }
}
