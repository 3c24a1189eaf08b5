import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, errorOf, refusalOf, type Settings } from '../../tests/support/manager.ts'
import { describeSandboxTerminalUrl } from './describe-sandbox-terminal-url.ts'
import { expiresIn, hashToken, storedTokens, toTag } from './sandbox/vnc-token.ts'
import { validateVncToken } from './validate-vnc-token.ts'

const ecs = await startEcs()
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }

function seeded(seed: Seed = { tags }): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

function open(id: string, settings: Settings = {}) {
  return describeSandboxTerminalUrl(callFor(configFor(ecs.url, settings)), id)
}

async function tokenOf(id: string, settings: Settings = {}): Promise<string> {
  const terminal = await open(id, settings)
  return 'Token' in terminal ? terminal.Token : ''
}

const admit = (token: string, settings: Settings = {}) => validateVncToken(callFor(configFor(ecs.url, settings)), token)
const actions = () => ecs.calls.map(({ action }) => action)

/** Tokens at the only instance. */
function waiting() {
  const [instance] = ecs.instances()
  return storedTokens([...(instance?.Tags ?? [])].map(([Key, Value]) => ({ Key, Value })))
}

/** Puts the tag of a token that nobody holds on an instance. */
function store(id: string, text: string, expiresAt: number, used = false): string {
  const { Key, Value } = toTag({ hash: hashToken(text), expiresAt, used })
  ecs
    .instances()
    .find(({ InstanceId }) => InstanceId === id)
    ?.Tags.set(Key, Value)
  return Key
}

describe('a terminal of a Linux sandbox', () => {
  it('is a token, for two calls', async () => {
    const id = seeded()
    expect(await open(id)).toMatchObject({ OsType: 'Linux', Token: expect.stringMatching(/^i-\w+\.[\w-]{43}$/) })
    expect(actions()).toEqual(['DescribeInstances', 'TagResources'])
  })

  it('tells when the sandbox ends', async () => {
    const id = seeded({ tags: { ...tags, 'ecs-manager:expire-at': '2099-11-23T12:00:00Z' } })
    expect((await open(id)).ExpireAt).toBe('2099-11-23T12:00:00Z')
    expect(Object.keys(JSON.parse(JSON.stringify(await open(seeded()))))).toEqual(['OsType', 'Token', 'TokenExpireAt'])
  })

  it.each([10, 300, 86_400])('tells when the token ends, as it is stored: in %i seconds', async (seconds) => {
    const before = expiresIn(seconds)
    const terminal = await open(seeded(), { 'security.vnc_token_ttl_seconds': seconds })
    if (!('Token' in terminal)) throw new Error('it has no token')
    const [stored] = waiting()
    expect(terminal.TokenExpireAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Date.parse(terminal.TokenExpireAt ?? '')).toBe((stored?.expiresAt ?? 0) * 1_000)
    expect(stored?.expiresAt).toBeGreaterThanOrEqual(before)
  })

  it('leaves only a hash with the cloud', async () => {
    const id = seeded()
    const token = await tokenOf(id)
    const [, secret = ''] = token.split('.')
    expect(JSON.stringify([ecs.calls, ecs.instances().map(({ Tags }) => [...Tags])])).not.toContain(secret)
    expect(waiting()).toMatchObject([{ hash: hashToken(token), used: false }])
  })

  it.each([10, 300, 86_400])('is good for vnc_token_ttl_seconds = %i', async (seconds) => {
    const id = seeded()
    const before = expiresIn(seconds)
    await open(id, { 'security.vnc_token_ttl_seconds': seconds })
    const [token] = waiting()
    expect(token?.expiresAt).toBeGreaterThanOrEqual(before)
    expect(token?.expiresAt).toBeLessThanOrEqual(expiresIn(seconds))
  })

  it.each([
    ['in a query', 'https://vnc.example/?token={token}'],
    ['in a path', 'https://vnc.example/{token}/vnc.html'],
    ['twice', 'http://vnc.example/?path=websockify?token={token}#{token}'],
  ])('has the Url of the viewer with the token %s', async (_name, template) => {
    const id = seeded()
    const terminal = await open(id, { 'terminal.vnc_url_template': template })
    if (!('Token' in terminal)) throw new Error('it has no token')
    expect(terminal.Url).toBe(template.split('{token}').join(terminal.Token))
  })

  it('has no Url where none is configured', async () => {
    expect(JSON.parse(JSON.stringify(await open(seeded())))).not.toHaveProperty('Url')
  })

  it('hides the token from the log', async () => {
    const call = callFor(configFor(ecs.url))
    const terminal = await describeSandboxTerminalUrl(call, seeded())
    const token = 'Token' in terminal ? terminal.Token : ''
    call.log.note(`the token is ${token}`)
    expect(call.line()).not.toContain(token)
  })
})

describe('at one sandbox', () => {
  it('two tokens wait side by side, and both are good', async () => {
    const id = seeded()
    const [first, second] = [await tokenOf(id), await tokenOf(id)]
    expect(await admit(second)).toMatchObject({ port: 5905 })
    expect(await admit(first)).toMatchObject({ port: 5905 })
  })

  it('two that are opened at once are both good', async () => {
    const id = seeded()
    const tokens = await Promise.all([tokenOf(id), tokenOf(id)])
    for (const token of tokens) expect(await admit(token)).toMatchObject({ port: 5905 })
  })

  it('eight wait at most, and the oldest goes first', async () => {
    const id = seeded()
    const tokens: string[] = []
    for (let count = 0; count < 9; count++) tokens.push(await tokenOf(id))
    expect(waiting()).toHaveLength(8)
    expect(await refusalOf(admit(tokens[0] ?? ''))).toBe('404 InvalidVncToken.NotFound')
    for (const token of tokens.slice(1)) expect(await admit(token)).toMatchObject({ port: 5905 })
  })

  it('the ninth costs one more call, each other one none', async () => {
    const id = seeded()
    for (let count = 0; count < 8; count++) await open(id)
    expect(actions()).not.toContain('UntagResources')
    await open(id)
    expect(actions().slice(-3)).toEqual(['DescribeInstances', 'UntagResources', 'TagResources'])
  })

  it('expired ones make room before any that is good', async () => {
    const id = seeded()
    for (let count = 0; count < 3; count++) store(id, `old ${count}`, expiresIn(-count - 1))
    const good = Array.from({ length: 5 }, (_, count) => store(id, `good ${count}`, expiresIn(100 + count)))
    await open(id)
    expect(waiting()).toHaveLength(6)
    expect(waiting().map(({ key }) => key)).toEqual(expect.arrayContaining(good))
  })

  it('a broken tag makes room too', async () => {
    const id = seeded()
    const [instance] = ecs.instances()
    for (let count = 0; count < 8; count++) instance?.Tags.set(`ecs-manager:vnc-token:broken${count}`, 'broken')
    const token = await tokenOf(id)
    expect(waiting()).toHaveLength(1)
    expect(await admit(token)).toMatchObject({ port: 5905 })
  })

  it.each([22, 45])('%i that were opened at once do not keep the next ones out', async (count) => {
    const cloud = await startEcs({ latencyMs: 100 })
    cloud.seed(1, { tags })
    const id = cloud.instances()[0]?.InstanceId ?? ''
    const config = configFor(cloud.url)
    await Promise.allSettled(Array.from({ length: count }, () => describeSandboxTerminalUrl(callFor(config), id)))
    expect(cloud.instances()[0]?.Tags.size).toBeGreaterThan(20)
    for (let time = 0; time < 3; time++) await describeSandboxTerminalUrl(callFor(config), id)
    expect(cloud.instances()[0]?.Tags.size).toBe(1 + 8)
    await cloud.close()
  })

  it('no other tag is ever touched', async () => {
    const id = seeded({ tags: { ...tags, owner: 'me', 'ecs-manager:client-token': 'x' } })
    for (let count = 0; count < 10; count++) await open(id)
    const [instance] = ecs.instances()
    expect([...(instance?.Tags ?? [])].filter(([key]) => !key.startsWith('ecs-manager:vnc-token:'))).toEqual([
      ['managed-by', 'ecs-manager'],
      ['owner', 'me'],
      ['ecs-manager:client-token', 'x'],
    ])
  })
})

describe('there is no terminal', () => {
  it.each<[string, Seed, Settings]>([
    ['an instance without the tag', {}, {}],
    ['another value of the tag', { tags: { 'managed-by': 'other' } }, {}],
    ['another project', { tags, projectName: 'other' }, { 'instance.project_name': 'desktops' }],
    ['another region', { tags, zoneId: 'cn-shanghai-a' }, {}],
    ['a stopped instance of somebody else', { status: 'STOPPED' }, {}],
  ])('of %s: like an id that does not exist', async (_name, seed, settings) => {
    const id = seeded(seed)
    const error = await errorOf(open(id, settings))
    expect([error.status, error.code]).toEqual([404, 'InvalidSandbox.NotFound'])
    expect(error.message.replace(id, '')).toBe((await errorOf(open('i-none'))).message.replace('i-none', ''))
    expect(actions()).not.toContain('TagResources')
  })

  it.each([
    'CREATING',
    'STARTING',
    'STOPPING',
    'STOPPED',
    'REBOOTING',
    'REBUILDING',
    'RESIZING',
    'ERROR',
    'DELETING',
  ] as const)('of a sandbox that is %s, and the refusal says so', async (status) => {
    const error = await errorOf(open(seeded({ tags, status })))
    expect([error.status, error.code]).toEqual([409, 'InvalidSandboxStatus'])
    expect(error.message).toContain(status)
    expect(error.message).toContain('RUNNING')
  })

  it.each<[string, Fault, string]>([
    [
      'is gone by then',
      { Kind: 'Error', Status: 404, Code: 'InvalidResourceId.NotFound' },
      '404 InvalidSandbox.NotFound',
    ],
    [
      'is being deleted by then',
      { Kind: 'Error', Status: 400, Code: 'InvalidInstanceStatus' },
      '409 InvalidSandboxStatus',
    ],
    ['has 50 tags', { Kind: 'Error', Status: 400, Code: 'LimitExceeded.Tags' }, '503 LimitExceeded.Tags'],
    ['cannot be tagged', { Kind: 'Html' }, '503 ServiceUnavailable'],
  ])('of a sandbox that %s', async (_name, fault, refusal) => {
    const id = seeded()
    ecs.faults.add({ ...fault, Action: 'TagResources' })
    expect(await refusalOf(open(id, { 'volcengine.max_tries': 1 }))).toBe(refusal)
  })
})
