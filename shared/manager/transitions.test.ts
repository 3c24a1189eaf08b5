import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import {
  callFor,
  configFor,
  errorOf,
  refusalOf,
  type Settings,
  type TestCallOptions,
} from '../../tests/support/manager.ts'
import { callerOfKey } from '../config/callers.ts'
import { cleanupSandboxes } from './cleanup-sandboxes.ts'
import { describeSandboxTerminalUrl } from './describe-sandbox-terminal-url.ts'
import { describeSandboxes } from './describe-sandboxes.ts'
import { toUtc } from './ecs/time.ts'
import { rebootSandbox } from './reboot-sandbox.ts'
import { renewSandbox } from './renew-sandbox.ts'
import { END_TAG } from './sandbox/lifetime.ts'
import { STOPPED_BY_TAG } from './sandbox/stopped-by.ts'
import { startSandbox } from './start-sandbox.ts'
import { stopSandbox } from './stop-sandbox.ts'
import { validateVncToken } from './validate-vnc-token.ts'

// The three actions share their rules, so they are tested side by side.

const DELAYS = { stopSeconds: 20, startSeconds: 20, rebootSeconds: 20 }
const ecs = await startEcs(DELAYS)
beforeEach(() => {
  ecs.reset()
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1_000) * 1_000 })
})
afterEach(() => vi.useRealTimers())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }
const ending = (inSeconds: number) => ({ ...tags, [END_TAG]: toUtc(Date.now() + inSeconds * 1_000) ?? '' })

function seeded(seed: Seed = {}): string {
  ecs.seed(1, { tags, ...seed })
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

const instance = (id: string) => ecs.instances().find(({ InstanceId }) => InstanceId === id) ?? expect.fail(`no ${id}`)
const actions = () => ecs.calls.map(({ action }) => action)
const paramsOf = (action: string) => ecs.calls.find((call) => call.action === action)?.params

function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
  ecs.advance(seconds)
}

const call = (settings: Settings = {}, options: TestCallOptions = {}) => callFor(configFor(ecs.url, settings), options)
const list = async (id: string) => (await describeSandboxes(call(), { SandboxId: id })).sandboxes[0] ?? expect.fail(id)

const OPERATIONS = {
  stop: { run: stopSandbox, action: 'StopInstance', from: 'RUNNING', to: 'STOPPING', end: 'STOPPED' },
  start: { run: startSandbox, action: 'StartInstance', from: 'STOPPED', to: 'STARTING', end: 'RUNNING' },
  reboot: { run: rebootSandbox, action: 'RebootInstance', from: 'RUNNING', to: 'REBOOTING', end: 'RUNNING' },
} as const

describe.each(Object.entries(OPERATIONS))('%s', (name, { run, action, from, to, end }) => {
  it('asks ECS with two calls, and returns the status and the end', async () => {
    const id = seeded({ status: from, tags: ending(3_600) })
    expect(await run(call(), id)).toEqual({
      SandboxId: id,
      Status: to,
      ExpireAt: toUtc(Date.now() + 3_600_000),
    })
    expect(actions()).toEqual(['DescribeInstances', action])
    pass(20)
    expect(instance(id).Status).toBe(end)
  })

  it('is a success without a change if it is already on its way', async () => {
    const id = seeded({ status: from })
    await run(call(), id)
    expect((await run(call(), id)).Status).toBe(to)
    expect(actions()).toEqual(['DescribeInstances', action, 'DescribeInstances'])
  })

  it('is done once if two callers ask at the same moment', async () => {
    const id = seeded({ status: from })
    const both = await Promise.all([run(call(), id), run(call(), id)])
    expect(both.map(({ Status }) => Status)).toEqual([to, to])
    expect(instance(id).Status).toBe(to)
  })

  it('is done once if its answer is lost', async () => {
    const id = seeded({ status: from })
    ecs.faults.add({ Kind: 'CutAfter', Action: action, Times: 1 })
    expect((await run(call(), id)).Status).toBe(to)
    expect(actions().filter((found) => found === action)).toHaveLength(2)
    const tokens = ecs.calls.filter((made) => made.action === action).map(({ params }) => params.ClientToken)
    expect(new Set(tokens).size).toBe(1)
  })

  it('is done once for calls with the same request id, even after it is over', async () => {
    const id = seeded({ status: from })
    await run(call({}, { callerRequestId: 'task-1' }), id)
    pass(20)
    const before = instance(id).Status
    await run(call({}, { callerRequestId: 'task-1' }), id).catch(() => {})
    expect(instance(id).Status).toBe(before)
  })

  it('is not the same call for another caller with the same request id', async () => {
    const [one, other] = [callerOfKey('one', 'fake-key-1'), callerOfKey('other', 'fake-key-2')]
    for (const caller of [one, other])
      await run(call({}, { caller, callerRequestId: 'task-1' }), seeded({ status: from }))
    const tokens = ecs.calls.filter((made) => made.action === action).map(({ params }) => params.ClientToken)
    expect(new Set(tokens).size).toBe(2)
  })

  it.each((['CREATING', 'DELETING', 'ERROR', 'REBUILDING', 'RESIZING'] as const).map((status) => [status]))(
    'is refused while the sandbox is %s',
    async (status) => {
      const error = await errorOf(run(call(), seeded({ status })))
      expect([error.status, error.code]).toEqual([409, 'InvalidSandboxStatus'])
      expect(error.message).toMatch(new RegExp(`is ${status}\\. Only a ${from} sandbox can be`))
      expect(actions()).toEqual(['DescribeInstances'])
    },
  )

  it('refuses what is not a sandbox, like an id that does not exist', async () => {
    expect(await refusalOf(run(call(), seeded({ tags: {}, status: from })))).toBe('404 InvalidSandbox.NotFound')
    expect(await refusalOf(run(call(), 'i-unknown'))).toBe('404 InvalidSandbox.NotFound')
    expect(actions()).toEqual(['DescribeInstances', 'DescribeInstances'])
  })

  it('is not found if the machine is deleted in between', async () => {
    ecs.faults.add({ Kind: 'Error', Action: action, Status: 404, Code: 'InvalidInstance.NotFound', Message: 'gone' })
    expect(await refusalOf(run(call(), seeded({ status: from })))).toBe('404 InvalidSandbox.NotFound')
  })

  it('tells the state if it changed in between', async () => {
    const id = seeded({ status: from })
    ecs.faults.add({
      Kind: 'Error',
      Action: action,
      Status: 400,
      Code: 'InvalidInstanceStatus',
      Message: 'no',
      Times: 1,
    })
    const error = await errorOf(run(call(), id))
    expect([error.status, error.message]).toEqual([409, expect.stringContaining(`${id} is ${from}.`)])
  })

  it(`keeps the end of the sandbox, whatever ${name} does`, async () => {
    const id = seeded({ status: from, tags: ending(60) })
    await run(call(), id)
    pass(20)
    expect((await list(id)).ExpireAt).toBe(toUtc(Date.now() + 40_000))
  })
})

describe('a reboot', () => {
  it('of a STOPPED sandbox is refused', async () => {
    expect((await errorOf(rebootSandbox(call(), seeded({ status: 'STOPPED' })))).message).toContain('Only a RUNNING')
  })
})

describe('a stop', () => {
  it.each([
    ['as shipped', {}, { StoppedMode: 'StopCharging', ForceStop: 'false' }],
    [
      'as configured',
      { 'stop.mode': 'KeepCharging', 'stop.force': true },
      { StoppedMode: 'KeepCharging', ForceStop: 'true' },
    ],
  ])('asks ECS %s', async (_name, settings, params) => {
    await stopSandbox(call(settings), seeded())
    expect(paramsOf('StopInstance')).toMatchObject(params)
  })

  it.each([
    ['StopCharging', {}],
    ['KeepCharging', { EconomicalModeAdmitted: false }],
    ['NotApplicable', { NotApplicableTypes: ['ecs.g3i.large'] }],
  ])('shows what ECS says once it is STOPPED: %s', async (mode, settings) => {
    ecs.configure(settings)
    const id = seeded({ instanceTypeId: 'ecs.g3i.large' })
    expect((await list(id)).StoppedMode).toBeUndefined()
    await stopSandbox(call(), id)
    expect((await list(id)).StoppedMode).toBeUndefined()
    pass(20)
    expect(await list(id)).toMatchObject({ Status: 'STOPPED', StoppedMode: mode })
    expect((await list(id)).StoppedBy).toBeUndefined()
  })

  it('makes the tokens void, also after the next start', async () => {
    const id = seeded()
    const tokens: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const terminal = await describeSandboxTerminalUrl(call(), id)
      if (terminal.OsType === 'Linux') tokens.push(terminal.Token)
    }
    await stopSandbox(call(), id)
    expect(await refusalOf(validateVncToken(call(), tokens[0] ?? ''))).toBe('404 InvalidVncToken.NotFound')
    pass(20)
    expect(await refusalOf(validateVncToken(call(), tokens[1] ?? ''))).toBe('404 InvalidVncToken.NotFound')
    await startSandbox(call(), id)
    pass(20)
    expect(instance(id).Status).toBe('RUNNING')
    for (const token of tokens)
      expect(await refusalOf(validateVncToken(call(), token))).toBe('404 InvalidVncToken.NotFound')
    const terminal = await describeSandboxTerminalUrl(call(), id)
    expect(terminal.OsType === 'Linux' && (await validateVncToken(call(), terminal.Token))).toHaveProperty('port', 5905)
  })
})

describe('a start', () => {
  it('without stock is 503: the disk is safe, and it can be repeated later', async () => {
    const id = seeded({ status: 'STOPPED' })
    ecs.faults.add({ Kind: 'NoStock', Action: 'StartInstance', Times: 1 })
    const error = await errorOf(startSandbox(call(), id))
    expect([error.status, error.code, error.retryAfter]).toEqual([503, 'InsufficientInventory', 60])
    expect(error.message).toMatch(/^The cloud has no room for the machine now\. Its disk is safe: start it later\./)
    expect((await startSandbox(call(), id)).Status).toBe('STARTING')
  })

  it('that finds no stock after it was accepted leaves a sandbox that can be started again', async () => {
    const id = seeded({ status: 'STOPPED' })
    ecs.faults.add({ Kind: 'FailStarting', Times: 1 })
    expect((await startSandbox(call(), id)).Status).toBe('STARTING')
    pass(20)
    expect((await list(id)).Status).toBe('STOPPED')
    await startSandbox(call(), id)
    pass(20)
    expect((await list(id)).Status).toBe('RUNNING')
  })

  it.each([-60, 0, 1, 2])('%i seconds before the end is refused, and changes nothing', async (seconds) => {
    const id = seeded({ status: 'STOPPED', tags: { ...ending(seconds), [STOPPED_BY_TAG]: 'CleanupSandboxes' } })
    const error = await errorOf(startSandbox(call(), id))
    expect([error.status, error.code]).toEqual([409, 'InvalidSandboxStatus'])
    expect(error.message).toMatch(/past its end.*Renew it first/)
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it('3 seconds before the end is possible', async () => {
    expect((await startSandbox(call(), seeded({ status: 'STOPPED', tags: ending(3) }))).Status).toBe('STARTING')
  })

  it('removes all tokens first, 20 with each call', async () => {
    const tokens = Object.fromEntries(
      Array.from({ length: 23 }, (_, index) => [`ecs-manager:vnc-token:${`${index}`.padStart(16, 'x')}`, 'any']),
    )
    const id = seeded({ status: 'STOPPED', tags: { ...tags, ...tokens } })
    await startSandbox(call(), id)
    expect(actions()).toEqual(['DescribeInstances', 'UntagResources', 'UntagResources', 'StartInstance'])
    expect([...instance(id).Tags.keys()]).toEqual(['managed-by'])
  })
})

describe('with lifetime.on_expire = "stop"', () => {
  const settings: Settings = {
    'lifetime.on_expire': 'stop',
    'lifetime.stopped_seconds': 3_600,
    'lifetime.calls_per_second': 1_000,
  }
  const cleanup = async (dryRun = false) => {
    const { result, failure } = await cleanupSandboxes(call(settings, { withinMs: 30_000 }), dryRun)
    expect(failure).toBeUndefined()
    return result
  }
  const outcomes = async (dryRun = false) =>
    (await cleanup(dryRun)).Sandboxes.map(({ Reason, Outcome }) => `${Reason} ${Outcome}`)

  it('the clean-up stops a sandbox at its end, says so, and deletes it stopped_seconds later', async () => {
    const id = seeded({ tags: ending(60) })
    expect(await outcomes()).toEqual([])
    pass(60)
    expect(await outcomes(true)).toEqual(['Expired WouldStop'])
    expect(instance(id).Status).toBe('RUNNING')
    const before = actions().length
    expect(await cleanup()).toMatchObject({ Expired: 1, Stopped: 1, Deleted: 0, Sandboxes: [{ SandboxId: id }] })
    expect(actions().slice(before)).toEqual(['DescribeInstances', 'DescribeInstances', 'TagResources', 'StopInstances'])
    expect(paramsOf('StopInstances')).toMatchObject({ StoppedMode: 'StopCharging' })
    expect(await list(id)).toMatchObject({ Status: 'STOPPING', StoppedBy: 'CleanupSandboxes' })
    pass(20)
    expect(await list(id)).toMatchObject({
      Status: 'STOPPED',
      StoppedBy: 'CleanupSandboxes',
      StoppedMode: 'StopCharging',
    })
    expect(await outcomes()).toEqual([])
    pass(3_579)
    expect(await outcomes()).toEqual([])
    pass(1)
    expect(await outcomes(true)).toEqual(['Expired WouldDelete'])
    expect(await outcomes()).toEqual(['Expired Deleted'])
    expect(ecs.instances()).toEqual([])
  })

  it('a sandbox comes back by a renewal and a start, and then nothing says that it was stopped', async () => {
    const id = seeded({ tags: ending(0) })
    await cleanup()
    pass(20)
    expect(await refusalOf(startSandbox(call(settings), id))).toBe('409 InvalidSandboxStatus')
    await renewSandbox(call(settings), id, 600)
    expect((await startSandbox(call(settings), id)).Status).toBe('STARTING')
    pass(20)
    expect(await outcomes()).toEqual([])
    await stopSandbox(call(settings), id)
    expect(await list(id)).toMatchObject({ Status: 'STOPPING' })
    expect((await list(id)).StoppedBy).toBeUndefined()
  })

  it('a sandbox past its end is renewed only once it is stopped, and not in the last two seconds', async () => {
    const id = seeded({ tags: ending(0) })
    const error = await errorOf(renewSandbox(call(settings), id, 600))
    expect([error.status, error.message]).toEqual([409, expect.stringContaining('Renew it once it is STOPPED.')])
    await cleanup()
    expect(await renewSandbox(call(settings), id, 60)).toHaveProperty('SandboxId', id)
    pass(60)
    pass(3_600 - 2)
    expect(await refusalOf(renewSandbox(call(settings), id, 600))).toBe('409 InvalidSandboxStatus')
  })

  it('a sandbox that its user has stopped is left alone at its end, and deleted as late', async () => {
    const id = seeded({ tags: ending(60) })
    await stopSandbox(call(settings), id)
    pass(120)
    expect(await outcomes()).toEqual([])
    expect((await list(id)).StoppedBy).toBeUndefined()
    pass(3_540)
    expect(await outcomes()).toEqual(['Expired Deleted'])
  })

  it('a renewal that arrives while the clean-up works is heeded', async () => {
    const id = seeded({ tags: ending(1) })
    // The answer to the first reading is late.
    ecs.faults.add({ Kind: 'Delay', Action: 'DescribeInstances', DelayMs: 200, Times: 1 })
    pass(1)
    const running = cleanupSandboxes(call(settings, { withinMs: 30_000 }), false)
    await vi.waitUntil(() => actions().length > 0)
    instance(id).Tags.set(END_TAG, toUtc(Date.now() + 60_000) ?? '')
    await running
    expect(instance(id).Status).toBe('RUNNING')
    expect(actions()).not.toContain('StopInstances')
  })

  it('machines in ERROR are deleted, and those that cannot be stopped are skipped', async () => {
    const broken = seeded({ status: 'ERROR', tags: ending(60) })
    const busy = seeded({ status: 'REBUILDING', tags: ending(-1) })
    const found = (await cleanup()).Sandboxes
    expect(found).toHaveLength(2)
    expect(found).toContainEqual({ SandboxId: broken, Reason: 'Error', Outcome: 'Deleted' })
    expect(found).toContainEqual({ SandboxId: busy, Reason: 'Expired', Outcome: 'Skipped' })
  })

  it('130 sandboxes are stopped 50 at a time, within the limit of a run', async () => {
    ecs.seed(130, { tags: ending(0) })
    const limited = { ...settings, 'lifetime.max_deletions_per_run': 120 }
    const { result, failure } = await cleanupSandboxes(call(limited, { withinMs: 30_000 }), false)
    expect([result.Stopped, failure?.message]).toEqual([120, expect.stringContaining('10 more sandboxes are due')])
    expect(actions().filter((action) => action === 'StopInstances')).toHaveLength(3)
    expect(await cleanup()).toMatchObject({ Stopped: 10 })
  })

  it('the answer to a stop that is lost counts as a stop', async () => {
    const id = seeded({ tags: ending(0) })
    ecs.faults.add({ Kind: 'CutAfter', Action: 'StopInstances', Times: 1 })
    expect(await outcomes()).toEqual(['Expired Stopped'])
    expect(instance(id).Status).toBe('STOPPING')
  })

  it('a machine whose stop fails is tried again', async () => {
    const id = seeded({ tags: ending(0) })
    ecs.faults.add({ Kind: 'FailItem', Action: 'StopInstances', Code: 'InternalError', Times: 1 })
    const { result, failure } = await cleanupSandboxes(call(settings, { withinMs: 30_000 }), false)
    expect([result.Failed, failure?.code]).toEqual([1, 'CleanupIncomplete'])
    expect((await list(id)).StoppedBy).toBeUndefined()
    expect(await outcomes()).toEqual(['Expired Stopped'])
  })
})

describe('the clean-up', () => {
  it('removes the tokens of a stopped sandbox, which an outsider may start', async () => {
    const id = seeded({ tags: ending(3_600) })
    await describeSandboxTerminalUrl(call(), id)
    await stopSandbox(call(), id)
    pass(20)
    const { result } = await cleanupSandboxes(call({ 'lifetime.calls_per_second': 1_000 }, { withinMs: 30_000 }), false)
    expect(result).toMatchObject({ TokensRemoved: 1, Deleted: 0, Stopped: 0 })
  })
})
