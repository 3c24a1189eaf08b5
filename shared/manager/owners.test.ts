import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, errorOf, refusalOf, type Settings } from '../../tests/support/manager.ts'
import { type Caller, callerOfKey, PLATFORM } from '../config/callers.ts'
import { createSandbox } from './create-sandbox.ts'
import { deleteSandbox } from './delete-sandbox.ts'
import { describeSandboxTerminalUrl } from './describe-sandbox-terminal-url.ts'
import { type DescribeRequest, describeSandboxes } from './describe-sandboxes.ts'
import { rebootSandbox } from './reboot-sandbox.ts'
import { renewSandbox } from './renew-sandbox.ts'
import { OWNER_TAG } from './sandbox/owner.ts'
import { startSandbox } from './start-sandbox.ts'
import { stopSandbox } from './stop-sandbox.ts'
import { teardownSandboxes } from './teardown-sandboxes.ts'
import { validateVncToken } from './validate-vnc-token.ts'

const ecs = await startEcs()
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const limited = (name: string, owner = 'self') =>
  callerOfKey(name, { key: `fake-key-of-${name}`, actions: ['read', 'use', 'lifecycle'], owner })
const PLANNER = limited('planner')
const OTHER = limited('other')
const TEAM = limited('front-end', 'planner')
const OPERATOR = limited('operator', 'all')
const TEXT = callerOfKey('text', 'fake-key-of-text')

const call = (caller: Caller, settings: Settings = {}, withinMs = 10_000) =>
  callFor(configFor(ecs.url, settings), { caller, withinMs })
const tags = { 'managed-by': 'ecs-manager' }

/** Creates an instance of this owner, or of nobody. */
function seeded(owner?: string, seed: Seed = {}): string {
  ecs.seed(1, { tags: { ...tags, ...(owner !== undefined && { [OWNER_TAG]: owner }) }, ...seed })
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

const actions = () => ecs.calls.map(({ action }) => action)
const list = async (caller: Caller, request: DescribeRequest = {}) =>
  (await describeSandboxes(call(caller), request)).sandboxes.map(({ SandboxId }) => SandboxId)

describe('the owner of a new sandbox', () => {
  it.each([
    ['the name of its key', PLANNER, 'planner'],
    ['the owner of its key', TEAM, 'planner'],
    ['the name of a key that sees all', OPERATOR, 'operator'],
    ['the name of a key without a table', TEXT, 'text'],
    ['nobody, if the caller has no name', PLATFORM, undefined],
  ])('is %s', async (_name, caller, owner) => {
    const { SandboxId } = await createSandbox(call(caller), { OsType: 'Linux' })
    expect(ecs.instances()[0]?.Tags.get(OWNER_TAG)).toBe(owner)
    const { sandboxes } = await describeSandboxes(call(OPERATOR), { SandboxId })
    expect(sandboxes[0]?.Owner).toBe(owner)
  })
})

// Too short for another try: an operation that waits for a new machine would need a second more.
const SOON = 1_000

/** Every operation on one sandbox. */
const OPERATIONS: Record<string, (caller: Caller, id: string) => Promise<unknown>> = {
  DeleteSandbox: (caller, id) => deleteSandbox(call(caller, {}, SOON), id),
  RenewSandbox: (caller, id) => renewSandbox(call(caller), id, 60),
  StopSandbox: (caller, id) => stopSandbox(call(caller), id),
  StartSandbox: (caller, id) => startSandbox(call(caller), id),
  RebootSandbox: (caller, id) => rebootSandbox(call(caller), id),
  DescribeSandboxTerminalUrl: (caller, id) => describeSandboxTerminalUrl(call(caller), id),
  DescribeSandboxes: (caller, id) => list(caller, { SandboxId: id }),
  TeardownSandboxes: async (caller, id) => {
    const { result } = await teardownSandboxes(call(caller, {}, SOON), [{ SandboxIds: [id] }])
    return result.Sandboxes.map(({ Outcome }) => Outcome)
  },
}

/** What happens, with the id left out, and the calls to the cloud. */
async function outcomeOf(work: Promise<unknown>, id: string): Promise<string> {
  const before = actions().length
  const ended = await work.then(
    (result) => JSON.stringify(result),
    (error: Error & { status?: number; code?: string }) => `${error.status} ${error.code} ${error.message}`,
  )
  return `${ended.replaceAll(id, 'ID')} ${actions().slice(before)}`
}

describe.each(Object.entries(OPERATIONS))('%s', (_name, operate) => {
  // Without the time standing still, the number of tries would depend on the machine.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => vi.useRealTimers())

  it.each([
    ['another owner', 'planner'],
    ['nobody', undefined],
    ['an owner whose name begins like its own', 'other2'],
  ])('treats a sandbox of %s like one that does not exist', async (_owner, owner) => {
    for (const status of ['RUNNING', 'STOPPED', 'DELETING'] as const) {
      const id = seeded(owner, { status })
      const before = JSON.stringify(ecs.instances().map(({ Status, Tags }) => [Status, ...Tags]))
      const found = await outcomeOf(operate(OTHER, id), id)
      expect(found).toBe(await outcomeOf(operate(OTHER, 'i-unknown'), 'i-unknown'))
      expect(JSON.stringify(ecs.instances().map(({ Status, Tags }) => [Status, ...Tags]))).toBe(before)
    }
  })
})

describe('a key', () => {
  it.each([
    ['that shares the owner', TEAM, 'planner'],
    ['that sees all', OPERATOR, 'planner'],
    ['without a table', TEXT, 'planner'],
    ['that sees all, for a sandbox of nobody', OPERATOR, undefined],
  ])('%s does everything with the sandbox', async (_name, caller, owner) => {
    const id = seeded(owner)
    expect(await list(caller)).toEqual([id])
    await renewSandbox(call(caller), id, 60)
    await describeSandboxTerminalUrl(call(caller), id)
    await stopSandbox(call(caller), id)
    await startSandbox(call(caller), id)
    await deleteSandbox(call(caller), id)
  })
})

describe('a list', () => {
  it('has only the sandboxes of the owner, with one call to the cloud that filters by both tags', async () => {
    const own = [seeded('planner'), seeded('planner')]
    for (const owner of ['other', undefined, 'Planner', 'planner2']) seeded(owner)
    expect((await list(PLANNER)).sort()).toEqual(own.sort())
    expect(actions()).toEqual(['DescribeInstances'])
    expect(ecs.calls[0]?.params).toMatchObject({
      'TagFilters.1.Key': 'managed-by',
      'TagFilters.2.Key': OWNER_TAG,
      'TagFilters.2.Values.1': 'planner',
    })
    expect(await list(TEAM)).toHaveLength(2)
    expect(await list(OPERATOR)).toHaveLength(6)
  })

  it('of 50 among 5,000 is one call', async () => {
    ecs.seed(4_950, { tags: { ...tags, [OWNER_TAG]: 'other' } })
    ecs.seed(50, { tags: { ...tags, [OWNER_TAG]: 'planner' } })
    expect(await list(PLANNER)).toHaveLength(50)
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it('of more than 1,000 is complete, and has no others', async () => {
    ecs.seed(300, { tags: { ...tags, [OWNER_TAG]: 'other' } })
    ecs.seed(1_100, { tags: { ...tags, [OWNER_TAG]: 'planner' } })
    expect(new Set(await list(PLANNER)).size).toBe(1_100)
    expect(await list(OTHER)).toHaveLength(300)
    expect(await list(OPERATOR)).toHaveLength(1_400)
  })

  it.each([
    ['some', 25],
    ['more than 1,000', 1_050],
  ])('page by page has them all, and no others: %s', async (_name, count) => {
    ecs.seed(30, { tags: { ...tags, [OWNER_TAG]: 'other' } })
    ecs.seed(count, { tags: { ...tags, [OWNER_TAG]: 'planner' } })
    const found: string[] = []
    for (let NextToken: string | undefined; NextToken !== ''; ) {
      const page = await describeSandboxes(call(PLANNER), { MaxResults: 100, NextToken })
      expect(page.sandboxes.filter(({ Owner }) => Owner !== 'planner')).toEqual([])
      found.push(...page.sandboxes.map(({ SandboxId }) => SandboxId))
      NextToken = page.NextToken ?? ''
    }
    expect(new Set(found).size).toBe(count)
  })

  it('shows nothing of others with the NextToken of another caller', async () => {
    ecs.seed(5, { tags: { ...tags, [OWNER_TAG]: 'planner' } })
    const { NextToken = '' } = await describeSandboxes(call(OPERATOR), { MaxResults: 2 })
    const seen = await list(OTHER, { NextToken }).catch(({ code }) => code)
    expect([[], 'InvalidParameter.NextToken']).toContainEqual(seen)
  })

  it('is not shared by callers who see different sandboxes', async () => {
    const ids = { planner: seeded('planner'), other: seeded('other') }
    const config = configFor(ecs.url)
    const lists = await Promise.all(
      [PLANNER, OTHER, TEAM, OPERATOR, PLANNER, OTHER].map(async (caller) => {
        const { sandboxes } = await describeSandboxes(callFor(config, { caller }), {})
        return sandboxes.map(({ SandboxId }) => SandboxId)
      }),
    )
    const { planner, other } = ids
    expect(lists.map((found) => found.sort())).toEqual([
      [planner],
      [other],
      [planner],
      [planner, other].sort(),
      [planner],
      [other],
    ])
  })

  it('of one owner is what a key that sees all may ask for', async () => {
    const own = seeded('planner')
    seeded('other')
    expect(await list(OPERATOR, { Owner: 'planner' })).toEqual([own])
    expect(await list(OPERATOR, { Owner: 'planner', MaxResults: 10 })).toEqual([own])
    expect(await list(OPERATOR, { Owner: 'other', SandboxId: own })).toEqual([])
    expect(await list(OPERATOR, { Owner: 'nobody' })).toEqual([])
    expect(await list(PLANNER, { Owner: 'planner' })).toEqual([own])
  })

  it('of another owner is refused without a call to the cloud', async () => {
    const error = await errorOf(describeSandboxes(call(PLANNER), { Owner: 'other' }))
    expect([error.status, error.code, error.message]).toEqual([
      403,
      'OperationDenied.Owner',
      'The caller sees only sandboxes of the owner planner.',
    ])
    expect(actions()).toEqual([])
  })
})

describe('security.max_sandboxes_per_owner', () => {
  const settings: Settings = { 'security.max_sandboxes_per_owner': 2 }
  const create = (caller: Caller, more: Settings = {}, ClientToken?: string) =>
    createSandbox(call(caller, { ...settings, ...more }), { OsType: 'Linux', ClientToken })

  it('counts the sandboxes of the owner, whichever key creates them, and no others', async () => {
    ecs.seed(5, { tags: { ...tags, [OWNER_TAG]: 'other' } })
    await create(PLANNER)
    await create(TEAM)
    const error = await errorOf(create(PLANNER))
    expect([error.status, error.code]).toEqual([429, 'QuotaExceeded.MaximumSandboxes'])
    expect(error.message).toBe('The limit of sandboxes of the owner planner (2) is reached.')
    expect(await refusalOf(create(TEAM))).toBe('429 QuotaExceeded.MaximumSandboxes')
    await create(OPERATOR)
    await create(TEXT)
  })

  it('applies beside security.max_sandboxes', async () => {
    await create(PLANNER)
    const error = await errorOf(create(OPERATOR, { 'security.max_sandboxes': 1 }))
    expect(error.message).toBe('The limit of sandboxes (1) is reached.')
    expect(
      await refusalOf(create(PLANNER, { 'security.max_sandboxes': 9, 'security.max_sandboxes_per_owner': 1 })),
    ).toBe('429 QuotaExceeded.MaximumSandboxes')
  })

  it('lets a retry of the last creation learn the id of its machine', async () => {
    await create(PLANNER)
    const last = await create(PLANNER, {}, 'task-1')
    expect(await create(PLANNER, {}, 'task-1')).toEqual(last)
  })
})

describe('a VNC token', () => {
  it('is the right to its desktop, whatever the owner of the key that validates it', async () => {
    const terminal = await describeSandboxTerminalUrl(call(PLANNER), seeded('planner'))
    const proxy = callerOfKey('websockify', { key: 'fake-key-9', actions: ['ValidateVncToken'], owner: 'self' })
    expect(terminal.OsType === 'Linux' && (await validateVncToken(call(proxy), terminal.Token))).toHaveProperty('host')
  })
})
