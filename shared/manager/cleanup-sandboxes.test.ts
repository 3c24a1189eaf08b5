import { AsyncLocalStorage } from 'node:async_hooks'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, type Settings, type TestCall } from '../../tests/support/manager.ts'
import { type CleanupResult, cleanupSandboxes } from './cleanup-sandboxes.ts'
import { toUtc } from './ecs/time.ts'
import { renewSandbox } from './renew-sandbox.ts'
import { BEGIN_TAG, END_TAG } from './sandbox/lifetime.ts'
import { hashToken, toTag } from './sandbox/vnc-token.ts'

const ecs = await startEcs({ deleteSeconds: 0 })
// The time stands still, so that ends can be compared to the second.
beforeEach(() => {
  ecs.reset()
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1_000) * 1_000 })
})
afterEach(() => vi.useRealTimers())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }
const QUICK: Settings = { 'lifetime.calls_per_second': 1_000 }

/** Creates an instance that ends this number of seconds from now. */
function seeded(inSeconds: number, seed: Seed = {}): string {
  return put({ tags: { ...tags, [END_TAG]: toUtc(Date.now() + inSeconds * 1_000) ?? '' }, ...seed })
}

function put(seed: Seed): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

const instance = (id: string) => {
  const found = ecs.instances().find(({ InstanceId }) => InstanceId === id)
  if (!found) throw new Error(`there is no ${id}`)
  return found
}

interface Run {
  result: CleanupResult
  /** Why it failed; empty when it did not. */
  failure: string
  call: TestCall
}

async function run(settings: Settings = {}, { dryRun = false, withinMs = 30_000 } = {}): Promise<Run> {
  const call = callFor(configFor(ecs.url, { ...QUICK, ...settings }), { withinMs })
  const { result, failure } = await cleanupSandboxes(call, dryRun)
  return { result, failure: failure ? `${failure.status} ${failure.code} ${failure.message}` : '', call }
}

/** What is told of each sandbox. */
const told = ({ result }: Run) =>
  result.Sandboxes.map(({ SandboxId, Reason, Outcome }) => `${SandboxId} ${Reason} ${Outcome}`)
const left = () => ecs.instances().map(({ InstanceId }) => InstanceId)
const actions = () => ecs.calls.map(({ action }) => action)
const pass = (seconds: number) => {
  vi.setSystemTime(Date.now() + seconds * 1_000)
  ecs.advance(0)
}

/** A run whose listing is done but still on its way when it is counted among the calls. */
function runBehind(): Promise<Run> {
  ecs.faults.add({ Kind: 'Delay', Action: 'DescribeInstances', DelayMs: 1_000, Times: 1 })
  return run()
}

/** Waits until the cloud has received this number of calls. It may not have answered them yet. */
const called = (count: number) => vi.waitUntil(() => ecs.calls.length >= count, { timeout: 60_000, interval: 1 })

describe('a clean-up deletes', () => {
  it('what is past its end, the longest first, and says all there is to say', async () => {
    const [second, first, third] = [seeded(-60), seeded(-3_600), seeded(0)]
    const stays = seeded(1)
    const done = await run()
    expect(done.failure).toBe('')
    expect(done.result).toEqual({
      Scanned: 4,
      Expired: 3,
      Deleted: 3,
      Stopped: 0,
      Skipped: 0,
      Failed: 0,
      TokensRemoved: 0,
      DurationMs: expect.any(Number),
      Sandboxes: [first, second, third].map((SandboxId) => ({ SandboxId, Reason: 'Expired', Outcome: 'Deleted' })),
    })
    expect(left()).toEqual([stays])
    expect(actions()).toEqual(['DescribeInstances', 'DescribeInstances', 'DeleteInstances'])
  })

  it.each(['RUNNING', 'STOPPED', 'ERROR'] as const)('what is past its end and %s', async (status) => {
    const id = seeded(-1, { status })
    expect(told(await run())).toEqual([`${id} Expired Deleted`])
    expect(left()).toEqual([])
  })

  it('what is in ERROR, whenever it ends', async () => {
    const ids = [seeded(3_600, { status: 'ERROR' }), put({ tags: { ...tags, [BEGIN_TAG]: '1' }, status: 'ERROR' })]
    const done = await run()
    expect(told(done).sort()).toEqual(ids.map((id) => `${id} Error Deleted`).sort())
    expect(done.result.Expired).toBe(0)
    expect(left()).toEqual([])
  })

  it('what another tool has made, where lifetime.unmarked says so, counted from its creation', async () => {
    const settings = { 'lifetime.unmarked': 'expire', 'lifetime.default_seconds': 600 }
    const id = put({ tags })
    const forever = put({ tags: { ...tags, [END_TAG]: 'never' } })
    pass(599)
    expect((await run(settings)).result.Expired).toBe(0)
    pass(2)
    expect((await run()).result.Expired).toBe(0)
    expect(told(await run(settings))).toEqual([`${id} Expired Deleted`])
    expect(left()).toEqual([forever])
  })

  it('in batches of 100', async () => {
    ecs.seed(250, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    const { result } = await run()
    expect([result.Deleted, left().length]).toEqual([250, 0])
    const batches = ecs.calls.filter(({ action }) => action === 'DeleteInstances')
    expect(batches.map(({ params }) => Object.keys(params).filter((name) => /^InstanceIds/.test(name)).length)).toEqual(
      [100, 100, 50],
    )
    expect(actions().filter((action) => action === 'DescribeInstances')).toHaveLength(3 + 3)
  })
})

describe('a clean-up never deletes', () => {
  it.each<[string, Seed, Settings]>([
    ['a machine without the tag', { tags: { [END_TAG]: '2026-01-01T00:00:00Z' } }, {}],
    ['a machine of another manager', { tags: { 'managed-by': 'x', [END_TAG]: '2026-01-01T00:00:00Z' } }, {}],
    ["somebody else's in ERROR", { status: 'ERROR' }, {}],
    [
      'a machine outside the project',
      { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' }, projectName: 'other' },
      { 'instance.project_name': 'desktops' },
    ],
    ['one without an end', { tags: { ...tags, [END_TAG]: 'never' } }, { 'lifetime.unmarked': 'expire' }],
    ['one whose end cannot be read', { tags: { ...tags, [END_TAG]: 'yesterday' } }, {}],
    ['one whose end is on no calendar', { tags: { ...tags, [END_TAG]: '2026-02-30T00:00:00Z' } }, {}],
    ['one whose end is how Go writes no time', { tags: { ...tags, [END_TAG]: '0001-01-01T00:00:00Z' } }, {}],
    ['one whose end is how Unix writes no time', { tags: { ...tags, [END_TAG]: '1970-01-01T00:00:00Z' } }, {}],
    ['one whose end is a second later', { tags: { ...tags, [END_TAG]: '1970-01-01T00:00:01Z' } }, {}],
    ['one that another tool has made', { tags }, {}],
    ['one that another tool has made, in ERROR', { tags, status: 'ERROR' }, {}],
    ['one that another tool has made, CREATING for long', { tags, status: 'CREATING' }, {}],
    ['one that is stopped', { tags, status: 'STOPPED' }, {}],
  ])('%s', async (_name, seed, settings) => {
    const id = put(seed)
    // Old enough for everything.
    pass(10_000_000)
    if (settings['lifetime.unmarked'] === undefined) await run({ ...settings, 'lifetime.unmarked': 'keep' })
    else await run(settings)
    expect(left()).toEqual([id])
    expect(actions()).not.toContain('DeleteInstances')
  })

  it('what is renewed between the listing and the deletion', async () => {
    const [renewed, expired] = [seeded(5), seeded(4)]
    pass(5)
    const reading = runBehind()
    await called(1)
    instance(renewed).Tags.set(END_TAG, toUtc(Date.now() + 60_000) ?? '')
    const done = await reading
    expect(left()).toEqual([renewed])
    expect(told(done)).toEqual([`${expired} Expired Deleted`])
    expect(done.result).toMatchObject({ Deleted: 1, Skipped: 0, Failed: 0 })
  })

  it('what has lost its tag between the listing and the deletion', async () => {
    const id = seeded(-1)
    const reading = runBehind()
    await called(1)
    instance(id).Tags.delete('managed-by')
    expect(told(await reading)).toEqual([])
    expect(left()).toEqual([id])
  })

  it('in a dry run, which tells what a real one would', async () => {
    const [expired, stays] = [seeded(-1), withToken(seeded(60), -1)]
    const done = await run({}, { dryRun: true })
    expect(told(done)).toEqual([`${expired} Expired WouldDelete`])
    expect(done.result).toMatchObject({ Scanned: 2, Expired: 1, Deleted: 0, Skipped: 0, Failed: 0, TokensRemoved: 0 })
    expect(left()).toEqual([expired, stays])
    expect(actions()).toEqual(['DescribeInstances'])
  })
})

it('an end that cannot be read is told once in a run', async () => {
  const [one, other] = [
    put({ tags: { ...tags, [END_TAG]: '2026-02-30T00:00:00Z' } }),
    put({ tags: { ...tags, [END_TAG]: 'soon' } }),
  ]
  put({ tags: { ...tags, [END_TAG]: 'never' } })
  const done = await run()
  const { level, notes } = JSON.parse(done.call.line())
  expect([level, notes]).toEqual([
    'warn',
    [`2 sandboxes have no end because their tag ${END_TAG} is not a valid time: ${one}, ${other}`],
  ])
})

describe('what the cloud does not delete now', () => {
  it('is reported, and deleted by a later run', async () => {
    const [stuck, expired] = [put({ tags: { ...tags, [BEGIN_TAG]: '1' }, status: 'CREATING' }), seeded(1_802)]
    pass(1_799)
    const early = put({ tags, status: 'CREATING' })
    expect(told(await run())).toEqual([])
    pass(1)
    const first = await run()
    expect(told(first)).toEqual([`${stuck} Stuck Skipped`])
    expect(first.result).toMatchObject({ Deleted: 0, Skipped: 1, Failed: 0 })
    expect(first.failure).toBe('')
    expect(first.call.line()).toContain(`InvalidInstanceStatus: 1 not stopped or deleted, ${stuck}`)

    pass(2)
    instance(stuck).Status = 'ERROR'
    expect(told(await run()).sort()).toEqual([`${expired} Expired Deleted`, `${stuck} Error Deleted`].sort())
    expect(left()).toEqual([early])
  })

  it('is skipped without a call where it is DELETING already, or protected', async () => {
    const ids = [seeded(-2, { status: 'DELETING' }), seeded(-1)]
    instance(ids[1] ?? '').DeletionProtection = true
    for (const dryRun of [false, true]) {
      const done = await run({}, { dryRun })
      expect([told(done), done.failure]).toEqual([ids.map((id) => `${id} Expired Skipped`), ''])
      expect(done.call.line()).toContain(`DELETING: 1 not stopped or deleted, ${ids[0]}`)
      expect(done.call.line()).toContain(`DeletionProtection: 1 not stopped or deleted, ${ids[1]}`)
    }
    expect(left()).toEqual(ids)
    expect(actions()).toEqual(['DescribeInstances', 'DescribeInstances'])
  })

  it('is skipped where it became DELETING or protected after the listing', async () => {
    const ids = [seeded(-3), seeded(-2), seeded(-1)]
    const reading = runBehind()
    await called(1)
    instance(ids[0] ?? '').Status = 'DELETING'
    instance(ids[1] ?? '').DeletionProtection = true
    const done = await reading
    expect(told(done)).toEqual([`${ids[0]} Expired Skipped`, `${ids[1]} Expired Skipped`, `${ids[2]} Expired Deleted`])
    expect(done.failure).toBe('')
  })

  it('never takes the room of the others', async () => {
    const starting = [1, 2, 3].map(() => seeded(-9_000, { status: 'CREATING' }))
    const deleting = seeded(-9_000, { status: 'DELETING' })
    const kept = seeded(-9_000)
    instance(kept).DeletionProtection = true
    const [older, newer] = [seeded(-60), seeded(-1)]
    const done = await run({ 'lifetime.max_deletions_per_run': 2 })
    expect(told(done).slice(0, 2)).toEqual([older, newer].map((id) => `${id} Expired Deleted`))
    expect(done.result).toMatchObject({ Expired: 7, Deleted: 2, Skipped: 2 })
    expect(done.failure).toContain('is reached, 3 more sandboxes are due')
    expect(left()).toEqual([...starting, deleting, kept])
  })
})

describe('a clean-up goes on', () => {
  it('when one item fails, and fails itself in the end', async () => {
    const ids = [seeded(-30), seeded(-20), seeded(-10)]
    ecs.faults.add({ Kind: 'FailItem', InstanceId: ids[1] ?? '', Code: 'InternalError' })
    const done = await run()
    expect(told(done)).toEqual([`${ids[0]} Expired Deleted`, `${ids[1]} Expired Failed`, `${ids[2]} Expired Deleted`])
    expect(done.result).toMatchObject({ Deleted: 2, Failed: 1 })
    expect(done.failure).toBe('503 CleanupIncomplete 1 of 3 sandboxes could not be stopped or deleted.')
    expect(done.call.line()).toContain(`InternalError: 1 not stopped or deleted, ${ids[1]}`)
    expect(left()).toEqual([ids[1]])
  })

  it('when one is gone meanwhile, which is a success', async () => {
    const ids = [seeded(-30), seeded(-20)]
    ecs.faults.add({ Kind: 'FailItem', InstanceId: ids[0] ?? '', Code: 'InvalidInstance.NotFound' })
    const done = await run()
    expect(told(done)).toEqual(ids.map((id) => `${id} Expired Deleted`))
    expect(done.failure).toBe('')
  })

  it('when a whole batch fails', async () => {
    ecs.seed(150, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    ecs.faults.add({ Kind: 'Error', Action: 'DeleteInstances', Status: 403, Code: 'AccessDenied', Times: 1 })
    const done = await run()
    expect(done.result.Deleted + done.result.Failed).toBe(150)
    expect([100, 50]).toContain(done.result.Failed)
    expect(left()).toHaveLength(done.result.Failed)
    expect(done.failure).toMatch(/^503 CleanupIncomplete \d+ of 150 sandboxes could not be stopped or deleted\.$/)
    expect((await run()).failure).toBe('')
    expect(left()).toEqual([])
  })

  it.each<Fault>([
    { Kind: 'CutAfter', Action: 'DeleteInstances', Times: 2 },
    { Kind: 'Throttle', Times: 2 },
    { Kind: 'Html', Times: 3 },
    { Kind: 'CutBefore', Times: 2 },
  ])('over %o as if nothing were', async (fault) => {
    seeded(-1)
    ecs.faults.add(fault)
    const done = await run()
    expect([done.failure, done.result.Deleted, left()]).toEqual(['', 1, []])
  })

  it('with what it has found when the listing breaks off, and fails', async () => {
    ecs.seed(250, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    ecs.faults.add({ Kind: 'Error', Action: 'DescribeInstances', Status: 403, Code: 'AccessDenied', Skip: 2, Times: 1 })
    const done = await run()
    expect(done.result).toMatchObject({ Scanned: 200, Deleted: 200 })
    expect(done.failure).toContain('the listing broke off (AccessDenied): Scripted fault')
    expect(left()).toHaveLength(50)
  })
})

describe('a run', () => {
  it('deletes at most max_deletions_per_run, the longest expired, and fails', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => seeded(-10 - index))
    const settings = { 'lifetime.max_deletions_per_run': 3 }
    const done = await run(settings)
    expect(done.result).toMatchObject({ Scanned: 5, Expired: 5, Deleted: 3, Skipped: 0, Failed: 0 })
    expect(done.failure).toBe(
      '503 CleanupIncomplete lifetime.max_deletions_per_run (3) is reached, 2 more sandboxes are due.',
    )
    expect(left()).toEqual(ids.slice(0, 2))
    expect((await run(settings)).failure).toBe('')
    expect(left()).toEqual([])
  })

  it('leaves what there is no time for to the next one, which is no failure', async () => {
    ecs.seed(500, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    ecs.faults.add({ Kind: 'Delay', Action: 'DeleteInstances', DelayMs: 1_000 })
    const running = run({}, { withinMs: 10_000 })
    await vi.waitUntil(() => actions().includes('DeleteInstances'), { timeout: 60_000, interval: 1 })
    pass(9)
    const done = await running
    expect(done.failure).toBe('')
    expect(done.result.Deleted).toBeGreaterThanOrEqual(100)
    expect(left()).toHaveLength(500 - done.result.Deleted)
    expect(done.call.line()).toContain(
      `${500 - done.result.Deleted} sandboxes are left for the next run: the time ran out`,
    )
    ecs.faults.clear()
    await run()
    expect(left()).toEqual([])
  })

  it('fails when its time is not enough for the listing, but deletes what it has found', async () => {
    ecs.seed(700, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    ecs.faults.add({ Kind: 'Delay', Action: 'DescribeInstances', DelayMs: 1_000, Skip: 1, Times: 1 })
    const running = run({}, { withinMs: 10_000 })
    await called(2)
    // Three seconds are kept for the deletions.
    pass(7.5)
    const done = await running
    expect(done.failure).toMatch(/the listing was not done in time: \d00 sandboxes were looked at/)
    expect(done.result.Deleted).toBeGreaterThan(0)
  })

  it('does no harm beside another', async () => {
    const stays = [seeded(60), put({}), put({ tags })]
    ecs.seed(230, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
    for (const done of await Promise.all([run(), run(), run()]))
      expect([done.failure, done.result.Failed]).toEqual(['', 0])
    expect(left()).toEqual(stays)
  })

  it('costs one call where there is nothing to do', async () => {
    ecs.seed(100, { tags: { ...tags, [END_TAG]: '2099-01-01T00:00:00Z' } })
    expect((await run()).result).toMatchObject({ Scanned: 100, Deleted: 0, Sandboxes: [] })
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it('finds the sandboxes beyond the 1,000 that a tag filter shows, with a call for each page', async () => {
    ecs.seed(1_150, { tags: { ...tags, [END_TAG]: '2099-01-01T00:00:00Z' } })
    seeded(-1)
    expect((await run()).result).toMatchObject({ Scanned: 1_151, Deleted: 1 })
    expect(actions().filter((action) => action === 'DescribeInstances')).toHaveLength(12 + 1)
  })

  it('lists by the tag where most machines are of somebody else', async () => {
    ecs.seed(2_000)
    seeded(-1)
    ecs.seed(1_000)
    expect((await run()).result).toMatchObject({ Scanned: 1, Deleted: 1 })
    expect(actions()).toEqual(['DescribeInstances', 'DescribeInstances', 'DescribeInstances', 'DeleteInstances'])
  })
})

/** Tags an instance with a token that expires this number of seconds from now, and returns the id of the instance. */
function withToken(id: string, inSeconds: number, { text = `${id} ${inSeconds}`, used = false } = {}): string {
  const { Key, Value } = toTag({ hash: hashToken(text), expiresAt: Math.floor(Date.now() / 1_000) + inSeconds, used })
  instance(id).Tags.set(Key, Value)
  return id
}

const tokens = (id: string) => [...instance(id).Tags.keys()].filter((key) => key.startsWith('ecs-manager:vnc-token:'))

describe('what should have been gone for long', () => {
  it('is an error in the log, though no failure of the run', async () => {
    const ids = [seeded(-3_601, { status: 'DELETING' }), seeded(-3_601, { status: 'CREATING' }), seeded(-3_599)]
    instance(ids[2] ?? '').DeletionProtection = true
    const done = await run()
    expect(done.failure).toBe('')
    const { level, notes } = JSON.parse(done.call.line())
    expect(level).toBe('error')
    expect(notes.at(-1)).toBe(`should have been stopped or deleted more than an hour ago: ${ids[1]}, ${ids[0]}`)
    ecs.reset()
    seeded(-3_599, { status: 'DELETING' })
    expect(JSON.parse((await run()).call.line()).level).toBe('warn')
  })
})

it('nothing is deleted where the most is 0', async () => {
  const id = seeded(-1)
  const done = await run({ 'lifetime.max_deletions_per_run': 0 })
  expect(done.failure).toContain('lifetime.max_deletions_per_run (0) is reached, 1 more sandboxes are due')
  expect(left()).toEqual([id])
})

it('a dry run tells all it found, though a run would fail', async () => {
  const ids = [seeded(-2), seeded(-1)]
  const done = await run({ 'lifetime.max_deletions_per_run': 1 }, { dryRun: true })
  expect([told(done), done.failure]).toEqual([[`${ids[0]} Expired WouldDelete`], ''])
  expect(JSON.parse(done.call.line())).toMatchObject({
    level: 'warn',
    notes: [
      'a dry run: nothing was stopped or deleted',
      expect.stringContaining('max_deletions_per_run (1) is reached'),
    ],
  })
})

it('a dry run that could not see everything fails: else it would seem that nothing is due', async () => {
  ecs.faults.add({ Kind: 'Error', Action: 'DescribeInstances', Status: 403, Code: 'AccessDenied' })
  expect((await run({}, { dryRun: true })).failure).toContain('the listing broke off (AccessDenied)')
})

it("somebody else's machine that is odd does not stop it", async () => {
  put({})
  ecs.instances()[0]?.Tags.set('', 'no key')
  const id = seeded(-1)
  expect(told(await run())).toEqual([`${id} Expired Deleted`])
})

it('what the pace leaves no time for is left to the next run', async () => {
  vi.useRealTimers()
  ecs.seed(700, { tags: { ...tags, [END_TAG]: '2026-01-01T00:00:00Z' } })
  const settings = { 'lifetime.calls_per_second': 1, 'lifetime.max_deletions_per_run': 1_000 }
  const done = await run(settings, { withinMs: 5_000 })
  expect([done.failure, done.result.Failed]).toEqual(['', 0])
  expect(left()).toHaveLength(700 - done.result.Deleted)
  // Seven pages and seven batches are fourteen calls. In the four seconds before the last one there is room for eight at
  // once and three more, however fast the machine is.
  expect(left().length).toBeGreaterThanOrEqual(100)
  expect(actions().filter((action) => action === 'DescribeInstances').length).toBeLessThanOrEqual(13)
})

describe('of VNC tokens', () => {
  it('those that have expired are removed, 20 with a call', async () => {
    const ids = Array.from({ length: 30 }, () => seeded(60))
    for (const id of ids) {
      withToken(id, -60)
      withToken(id, 0)
      withToken(id, 60)
    }
    const done = await run()
    expect([done.failure, done.result.TokensRemoved]).toEqual(['', 60])
    expect(ids.map((id) => tokens(id).length)).toEqual(ids.map(() => 1))
    expect(actions()).toEqual(['DescribeInstances', 'UntagResources', 'UntagResources', 'UntagResources'])
  })

  it('one that cannot be read is removed too', async () => {
    const id = seeded(60)
    instance(id).Tags.set('ecs-manager:vnc-token:aaaaaaaaaaaaaaaa', 'nonsense')
    expect((await run()).result.TokensRemoved).toBe(1)
    expect(tokens(id)).toEqual([])
  })

  it('none is removed that could be in use again', async () => {
    const settings = { 'security.vnc_token_reuse_seconds': 600 }
    const id = seeded(600)
    withToken(id, 0)
    expect((await run(settings)).result.TokensRemoved).toBe(0)
    pass(25)
    expect((await run(settings)).result.TokensRemoved).toBe(1)
    withToken(id, 0, { used: true })
    expect((await run(settings)).result.TokensRemoved).toBe(1)
  })

  it('no foreign machine loses a tag', async () => {
    const id = withToken(put({}), -60)
    await run()
    expect(tokens(id)).toHaveLength(1)
  })

  it('those of other machines go when one machine is gone meanwhile', async () => {
    const ids = [seeded(60), seeded(60), seeded(60)].map((id) => withToken(id, -60))
    const reading = runBehind()
    await called(1)
    instance(ids[1] ?? '').Status = 'DELETING'
    const done = await reading
    expect([done.failure, done.result.TokensRemoved]).toEqual(['', 2])
    expect(ids.map((id) => tokens(id).length)).toEqual([0, 1, 0])
  })

  it('the run fails when they cannot be removed', async () => {
    withToken(seeded(60), -60)
    ecs.faults.add({ Kind: 'Error', Action: 'UntagResources', Status: 403, Code: 'AccessDenied' })
    const done = await run()
    expect(done.failure).toBe('503 CleanupIncomplete expired VNC tokens could not be removed: AccessDenied.')
  })
})

it('a renewal that was confirmed is never undone by a clean-up at the same moment, whose clock is ahead', async () => {
  vi.useRealTimers()
  const ahead = new AsyncLocalStorage<number>()
  const { now } = Date
  vi.spyOn(Date, 'now').mockImplementation(() => now() + (ahead.getStore() ?? 0))
  const config = configFor(ecs.url, QUICK)
  const call = () => callFor(config, { withinMs: 60_000 })
  let confirmed = 0
  // A busy machine needs more time, an idle one comes closer to the moment: the lead doubles until a renewal is in time.
  for (let leadMs = 60; leadMs <= 480 || confirmed === 0; leadMs *= 2) {
    ecs.reset()
    // Renewals are at work just when it gets too late for them, and clean-ups just when they begin to be allowed.
    const end = Math.ceil((now() + 2_300 + leadMs) / 1_000) * 1_000
    ecs.seed(40, { tags: { ...tags, [END_TAG]: toUtc(end) ?? '' } })
    await new Promise((resolve) => setTimeout(resolve, end - now() - 2_000 - leadMs))
    const renewals = left().map(async (id, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * leadMs) / 12))
      return renewSandbox(call(), id, 60).then(
        () => [id],
        () => [],
      )
    })
    const cleaning = Array.from({ length: 30 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, (index * leadMs) / 8))
      await ahead.run(1_900, () => cleanupSandboxes(call(), false))
    })
    const renewed = (await Promise.all(renewals)).flat()
    await Promise.all(cleaning)
    expect(left()).toEqual(expect.arrayContaining(renewed))
    expect(left().length).toBeLessThan(40)
    confirmed += renewed.length
  }
  vi.restoreAllMocks()
  expect(confirmed).toBeGreaterThan(0)
})
