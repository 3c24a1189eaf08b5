import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, refusalOf, type Settings } from '../../tests/support/manager.ts'
import { describeSandboxTerminalUrl } from './describe-sandbox-terminal-url.ts'
import { expiresIn, hashToken, mintToken, storedTokens, toTag } from './sandbox/vnc-token.ts'
import { validateVncToken } from './validate-vnc-token.ts'

const ecs = await startEcs()
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }
const NOT_FOUND = '404 InvalidVncToken.NotFound'
const EXPIRED = '403 InvalidVncToken.Expired'

function seeded(seed: Seed = { tags }): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

const find = (id: string) => ecs.instances().find(({ InstanceId }) => InstanceId === id)

const admit = (token: string, settings: Settings = {}) => validateVncToken(callFor(configFor(ecs.url, settings)), token)
const refusal = (token: string, settings: Settings = {}) => refusalOf(admit(token, settings))

async function opened(id: string): Promise<string> {
  const terminal = await describeSandboxTerminalUrl(callFor(configFor(ecs.url)), id)
  return 'Token' in terminal ? terminal.Token : ''
}

/** A token at a sandbox as it would be, had it been minted earlier. */
function stored(id: string, { seconds = 300, used = false } = {}): string {
  const token = mintToken(id)
  const { Key, Value } = toTag({ hash: hashToken(token), expiresAt: expiresIn(seconds), used })
  find(id)?.Tags.set(Key, Value)
  return token
}

function waiting(id: string) {
  return storedTokens([...(find(id)?.Tags ?? [])].map(([Key, Value]) => ({ Key, Value })))
}

const actions = () => ecs.calls.map(({ action }) => action)

describe('a token that stays refused costs no call to the cloud', () => {
  afterEach(() => void vi.useRealTimers())
  const pass = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })

  async function costs(token: string, expected: string): Promise<number> {
    const before = ecs.calls.length
    expect(await refusal(token)).toBe(expected)
    return ecs.calls.length - before
  }

  it('once it was used', async () => {
    const token = await opened(seeded())
    await admit(token)
    expect([await costs(token, NOT_FOUND), await costs(token, NOT_FOUND)]).toEqual([0, 0])
  })

  it('once it has expired', async () => {
    const token = stored(seeded(), { seconds: 0 })
    expect([await costs(token, EXPIRED), await costs(token, EXPIRED)]).toEqual([1, 0])
  })

  it.each([
    ['its sandbox does not know it', (id: string) => mintToken(id)],
    ['there is no sandbox', () => mintToken('i-none')],
  ])('once the cloud has shown twice, some seconds apart, that %s', async (_name, make) => {
    const token = make(seeded())
    expect([await costs(token, NOT_FOUND), await costs(token, NOT_FOUND)]).toEqual([1, 1])
    pass(11)
    expect([await costs(token, NOT_FOUND), await costs(token, NOT_FOUND)]).toEqual([1, 0])
  })

  it('but one that a use in its last moment has given a later end is admitted', async () => {
    const settings = { 'security.vnc_token_reuse_seconds': 60 }
    const id = seeded()
    const token = stored(id, { seconds: 0 })
    expect(await refusal(token, settings)).toBe(EXPIRED)
    const { Key, Value } = toTag({ hash: hashToken(token), expiresAt: expiresIn(60), used: true })
    find(id)?.Tags.set(Key, Value)
    expect(await admit(token, settings)).toMatchObject({ port: 5905 })
  })

  it('but a new one that the cloud shows late is admitted', async () => {
    const id = seeded()
    const token = mintToken(id)
    const { Key, Value } = toTag({ hash: hashToken(token), expiresAt: expiresIn(300), used: false })
    expect(await refusal(token)).toBe(NOT_FOUND)
    pass(60)
    find(id)?.Tags.set(Key, Value)
    expect(await admit(token)).toMatchObject({ port: 5905 })
  })

  it('but one whose sandbox was not RUNNING is admitted once it is', async () => {
    const id = seeded({ tags, status: 'STOPPED' })
    const token = stored(id)
    expect(await refusal(token)).toBe(NOT_FOUND)
    pass(60)
    expect(await refusal(token)).toBe(NOT_FOUND)
    const machine = find(id)
    if (machine) machine.Status = 'RUNNING'
    expect(await admit(token)).toMatchObject({ port: 5905 })
  })
})

describe('a token', () => {
  it('admits to its desktop, once, for two calls', async () => {
    const id = seeded()
    const token = await opened(id)
    const before = ecs.calls.length
    const address = find(id)?.NetworkInterfaces[0]?.PrimaryIpAddress
    expect(await admit(token)).toEqual({ host: address, port: 5905 })
    expect(actions().slice(before)).toEqual(['DescribeInstances', 'UntagResources'])
    expect(await refusal(token)).toBe(NOT_FOUND)
    expect(waiting(id)).toEqual([])
  })

  it('admits to the configured port', async () => {
    const token = await opened(seeded())
    expect(await admit(token, { 'terminal.vnc_port': 5901 })).toMatchObject({ port: 5901 })
  })

  it('that has expired is told as expired, and only to who holds it', async () => {
    const id = seeded()
    const token = stored(id, { seconds: 0 })
    expect(await refusal(token)).toBe(EXPIRED)
    expect(await refusal(mintToken(id))).toBe(NOT_FOUND)
  })

  it.each([
    ['somebody made up', (id: string) => mintToken(id)],
    ['with one character changed', (id: string) => stored(id).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['of another sandbox', (id: string) => stored(id).replace(/^i-[a-z0-9]+/, seeded())],
    ['of a sandbox that does not exist', (id: string) => stored(id).replace(/^i-[a-z0-9]+/, 'i-none')],
    ['that has been used, says the tag', (id: string) => stored(id, { used: true })],
  ])('%s is not valid', async (_name, make) => {
    const token = make(seeded())
    expect(await refusal(token)).toBe(NOT_FOUND)
    expect(actions()).not.toContain('UntagResources')
  })

  it.each<[string, (id: string) => void]>([
    [
      'gone',
      () => {
        ecs.reset()
      },
    ],
    [
      'no longer a sandbox',
      (id) => {
        find(id)?.Tags.delete('managed-by')
      },
    ],
    [
      "another manager's by now",
      (id) => {
        find(id)?.Tags.set('managed-by', 'other')
      },
    ],
  ])('whose sandbox is %s is not valid', async (_name, change) => {
    const id = seeded()
    const token = stored(id)
    change(id)
    expect(await refusal(token)).toBe(NOT_FOUND)
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
  ] as const)('whose sandbox is %s is not valid, expired or not', async (status) => {
    const id = seeded({ tags, status })
    expect(await refusal(stored(id))).toBe(NOT_FOUND)
    expect(await refusal(stored(id, { seconds: -1 }))).toBe(NOT_FOUND)
  })

  it('is not valid when eight newer ones wait, as openings at the same moment may leave them', async () => {
    const id = seeded()
    const tokens = Array.from({ length: 9 }, (_, index) => stored(id, { seconds: 100 + index }))
    expect(await refusal(tokens[0] ?? '')).toBe(NOT_FOUND)
    expect(await admit(tokens[1] ?? '')).toMatchObject({ port: 5905 })
  })

  it('that was one too many stays refused when a newer one is used', async () => {
    const id = seeded()
    const tokens = Array.from({ length: 45 }, (_, index) => stored(id, { seconds: 100 + index }))
    for (const token of tokens.slice(-8)) await admit(token)
    for (const token of tokens.slice(0, -8)) expect(await refusal(token)).toBe(NOT_FOUND)
    expect(waiting(id)).toEqual([])
  })

  it('of a sandbox in another project is not valid', async () => {
    const id = seeded({ tags, projectName: 'other' })
    expect(await refusal(stored(id), { 'instance.project_name': 'desktops' })).toBe(NOT_FOUND)
  })

  it.each([
    '',
    'x',
    'i-abc',
    `i-abc.${'a'.repeat(42)}`,
    `i-abc.${'a'.repeat(44)}`,
    `../i-abc.${'a'.repeat(43)}`,
    '%00',
  ])('that is malformed, %j, is told as such without a call', async (token) => {
    expect(await refusal(token)).toBe('400 InvalidParameter.Token')
    expect(ecs.calls).toEqual([])
  })

  it('takes the expired ones along when it goes, and leaves those that are good', async () => {
    const id = seeded()
    for (let count = 0; count < 30; count++) stored(id, { seconds: -100 })
    const good = stored(id)
    await admit(stored(id))
    expect(waiting(id).filter(({ expiresAt }) => expiresAt <= expiresIn(0))).toEqual([])
    expect(await admit(good)).toMatchObject({ port: 5905 })
  })

  it('of another hash under the same key is not admitted', async () => {
    const id = seeded()
    const token = mintToken(id)
    const { Key } = toTag({ hash: hashToken(token), expiresAt: 0, used: false })
    const { Value } = toTag({ hash: hashToken('another'), expiresAt: expiresIn(300), used: false })
    find(id)?.Tags.set(Key, Value)
    expect(await refusal(token)).toBe(NOT_FOUND)
  })
})

describe('of requests with the same token at once', () => {
  it.each([2, 10])('%i, one is admitted', async (count) => {
    const token = await opened(seeded())
    const config = configFor(ecs.url)
    const all = await Promise.allSettled(Array.from({ length: count }, () => validateVncToken(callFor(config), token)))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of all) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ status: 404, code: 'InvalidVncToken.NotFound' })
    }
  })

  it('none keeps another token out', async () => {
    const id = seeded()
    const tokens = [await opened(id), await opened(id), await opened(id)]
    const all = await Promise.all(tokens.map((token) => admit(token)))
    expect(all).toHaveLength(3)
    expect(waiting(id)).toEqual([])
  })
})

describe('when the token cannot be removed', () => {
  const once = { 'volcengine.max_tries': 1 }

  it.each<[string, Fault, string]>([
    ['the cloud throttles', { Kind: 'Throttle' }, '429 FlowLimitExceeded'],
    ['the cloud fails', { Kind: 'Error', Status: 500, Code: 'InternalError' }, '503 InternalError'],
    ['the connection is cut', { Kind: 'CutBefore' }, '503 ServiceUnavailable'],
    ['the cloud refuses', { Kind: 'Error', Status: 403, Code: 'AccessDenied' }, '502 AccessDenied'],
  ])('because %s, nobody is admitted and the token stays good', async (_name, fault, expected) => {
    const token = await opened(seeded())
    ecs.faults.add({ ...fault, Action: 'UntagResources', Times: 1 })
    expect(await refusal(token, once)).toBe(expected)
    expect(await admit(token, once)).toMatchObject({ port: 5905 })
    expect(await refusal(token, once)).toBe(NOT_FOUND)
  })

  it('though it was, because the answer is lost once, it admits all the same', async () => {
    const token = await opened(seeded())
    ecs.faults.add({ Kind: 'CutAfter', Action: 'UntagResources', Times: 1 })
    expect(await admit(token)).toMatchObject({ port: 5905 })
    expect(await refusal(token)).toBe(NOT_FOUND)
  })
})

describe('vnc_token_reuse_seconds', () => {
  const reuse = { 'security.vnc_token_reuse_seconds': 60 }

  it('lets a token be used again, and each use after the first costs one call', async () => {
    const id = seeded()
    const token = await opened(id)
    const first = await admit(token, reuse)
    const before = ecs.calls.length
    expect(await admit(token, reuse)).toEqual(first)
    expect(await admit(token, reuse)).toEqual(first)
    expect(actions().slice(before)).toEqual(['DescribeInstances', 'DescribeInstances'])
    expect(waiting(id)).toHaveLength(1)
  })

  it('counts from the first use, not from the last', async () => {
    const id = seeded()
    const token = await opened(id)
    await admit(token, reuse)
    const end = waiting(id)[0]?.expiresAt
    await sleep(1_100)
    await admit(token, reuse)
    expect(waiting(id)[0]?.expiresAt).toBe(end)
  })

  it('shortens the life of a token that is used', async () => {
    const id = seeded()
    const token = stored(id, { seconds: 80_000 })
    await admit(token, reuse)
    expect(waiting(id)[0]?.expiresAt).toBeLessThanOrEqual(expiresIn(60))
  })

  it('ends', async () => {
    const id = seeded()
    expect(await refusal(stored(id, { seconds: 0, used: true }), reuse)).toBe(EXPIRED)
  })

  it('is not open to a token that expired unused', async () => {
    const id = seeded()
    expect(await refusal(stored(id, { seconds: -1 }), reuse)).toBe(EXPIRED)
  })

  it('lets two at once in', async () => {
    const token = await opened(seeded())
    expect(await Promise.all([admit(token, reuse), admit(token, reuse)])).toHaveLength(2)
  })

  it('set to 0 later shuts those out that have been used', async () => {
    const token = await opened(seeded())
    await admit(token, reuse)
    expect(await refusal(token)).toBe(NOT_FOUND)
  })

  it('admits nobody when the use cannot be noted', async () => {
    const id = seeded()
    const token = await opened(id)
    ecs.faults.add({ Kind: 'CutBefore', Action: 'TagResources', Times: 1 })
    expect(await refusal(token, { ...reuse, 'volcengine.max_tries': 1 })).toBe('503 ServiceUnavailable')
    expect(waiting(id)).toMatchObject([{ used: false }])
    expect(await admit(token, reuse)).toMatchObject({ port: 5905 })
  })
})
