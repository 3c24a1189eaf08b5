import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, type Settings, type TestCallOptions } from '../../tests/support/manager.ts'
import { createSandbox } from './create-sandbox.ts'
import { type TeardownRequest, teardownSandboxes } from './teardown-sandboxes.ts'

const ecs = await startEcs()
// The time stands still, so that a call has as much of it as another.
beforeEach(() => {
  ecs.reset()
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => vi.useRealTimers())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }

function put(seed: Seed = { tags }): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

/** Tears down what each message names; answers what became of each sandbox, and why messages have to come again. */
async function teardown(
  messages: (readonly string[] | TeardownRequest)[],
  settings: Settings = {},
  options: TestCallOptions = {},
) {
  // Less than a second from the end nothing is waited for.
  const call = callFor(configFor(ecs.url, settings), { withinMs: 950, ...options })
  const requests = messages.map((message) => ('SandboxIds' in message ? message : { SandboxIds: message }))
  const { result, failures } = await teardownSandboxes(call, requests)
  return {
    outcomes: Object.fromEntries(result.Sandboxes.map(({ SandboxId, Outcome }) => [SandboxId, Outcome])),
    failures: failures.map((failure) => failure && `${failure.status} ${failure.code} ${failure.message}`),
    call,
  }
}

const left = () => ecs.instances().map(({ InstanceId }) => InstanceId)
const actions = () => ecs.calls.map(({ action }) => action)

describe('a teardown', () => {
  it('deletes what all messages name, each once, for two calls', async () => {
    const [one, two, stays] = [put(), put(), put()]
    const done = await teardown([[one], [two, one], [one]])
    expect(done.outcomes).toEqual({ [one]: 'Deleted', [two]: 'Deleted' })
    expect(done.failures).toEqual([undefined, undefined, undefined])
    expect(left()).toEqual([stays])
    expect(actions()).toEqual(['DescribeInstances', 'DeleteInstances'])
  })

  it('takes as many as there are, 100 at a time', async () => {
    ecs.seed(250, { tags })
    const done = await teardown([left()])
    expect(Object.values(done.outcomes)).toEqual(Array(250).fill('Deleted'))
    expect(left()).toEqual([])
    expect(actions()).toHaveLength(6)
  })

  it('is a success at the second delivery of the same message', async () => {
    const id = put()
    await teardown([[id]])
    const again = await teardown([[id]])
    expect([again.outcomes, again.failures]).toEqual([{ [id]: 'NotFound' }, [undefined]])
  })

  it('is a success while it is DELETING already, without another deletion', async () => {
    const id = put({ tags, status: 'DELETING' })
    const done = await teardown([[id]])
    expect([done.outcomes, done.failures]).toEqual([{ [id]: 'Deleted' }, [undefined]])
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it('tells the log why', async () => {
    const id = put()
    const { call } = await teardown([{ SandboxIds: [id, 'i-none'], Reason: 'task 7 is done' }])
    expect(JSON.parse(call.line())).toMatchObject({ level: 'info', notes: [`task 7 is done: ${id}, i-none`] })
  })

  it.each<[string, Seed, Settings]>([
    ['a machine without the tag', {}, {}],
    ['a machine of another manager', { tags: { 'managed-by': 'x' } }, {}],
    ['a machine outside the project', { tags, projectName: 'other' }, { 'instance.project_name': 'desktops' }],
  ])('leaves %s alone, like an id that does not exist', async (_name, seed, settings) => {
    const [id, own] = [put(seed), put({ tags, projectName: 'desktops' })]
    const done = await teardown([[id, 'i-none', own]], settings)
    expect(done.outcomes).toEqual({ [id]: 'NotFound', 'i-none': 'NotFound', [own]: 'Deleted' })
    expect(done.failures).toEqual([undefined])
    expect(left()).toEqual([id])
  })
})

describe('a sandbox that cannot be deleted yet', () => {
  beforeEach(() => vi.useRealTimers())

  it('is waited for while it is CREATING', async () => {
    const slow = await startEcs({ bootSeconds: 1.5 })
    const config = configFor(slow.url)
    const { SandboxId } = await createSandbox(callFor(config), { OsType: 'Linux' })
    const { failures } = await teardownSandboxes(callFor(config), [{ SandboxIds: [SandboxId] }])
    expect(failures).toEqual([undefined])
    expect(slow.instances()).toEqual([])
    await slow.close()
  })

  it('is waited for while it is too new to be seen', async () => {
    ecs.faults.add({ Kind: 'HideNew', Seconds: 2 })
    const { SandboxId } = await createSandbox(callFor(configFor(ecs.url)), { OsType: 'Linux' })
    const { outcomes } = await teardown([[SandboxId]], {}, { withinMs: 10_000 })
    expect(outcomes).toEqual({ [SandboxId]: 'Deleted' })
    expect(left()).toEqual([])
  })

  it('is not taken for gone when it is not to be seen for a moment', async () => {
    const id = put({ tags, status: 'CREATING' })
    // Hidden again after it was seen.
    const working = teardown([[id]], {}, { withinMs: 3_500 })
    await vi.waitUntil(() => actions().includes('DeleteInstances'), { timeout: 60_000, interval: 1 })
    Object.assign(ecs.instances()[0] ?? {}, { hiddenUntil: Number.MAX_SAFE_INTEGER })
    expect((await working).outcomes).toEqual({ [id]: 'Failed' })
  })

  it('fails its own message when the time is up, and no other', async () => {
    const [creating, running] = [put({ tags, status: 'CREATING' }), put()]
    const done = await teardown([[running], [creating, running], ['i-none']], {}, { withinMs: 1_500 })
    expect(done.outcomes).toEqual({ [creating]: 'Failed', [running]: 'Deleted', 'i-none': 'NotFound' })
    expect(done.failures).toEqual([
      undefined,
      `503 ServiceUnavailable Not deleted yet (InvalidInstanceStatus): ${creating}. Deliver the event again.`,
      undefined,
    ])
    expect(left()).toEqual([creating])
  })
})

describe('a failure of the cloud', () => {
  it.each<[Fault, string]>([
    [{ Kind: 'Error', Status: 500, Code: 'InternalError' }, 'InternalError'],
    [{ Kind: 'Throttle', Action: 'DeleteInstances' }, 'FlowLimitExceeded'],
    [{ Kind: 'CutBefore', Action: 'DeleteInstances' }, 'unreachable'],
    [{ Kind: 'FailItem', Code: 'InternalError' }, 'InternalError'],
  ])('by %o fails the messages that it is about', async (fault, code) => {
    const id = put()
    ecs.faults.add(fault)
    const { outcomes, failures } = await teardown([[id]], { 'volcengine.max_tries': 2 })
    expect(outcomes).toEqual({ [id]: 'Failed' })
    expect(failures).toEqual([`503 ServiceUnavailable Not deleted yet (${code}): ${id}. Deliver the event again.`])
    ecs.faults.clear()
    expect((await teardown([[id]])).failures).toEqual([undefined])
    expect(left()).toEqual([])
  })

  it('of one machine does not keep the others', async () => {
    const ids = [put(), put(), put()]
    ecs.faults.add({ Kind: 'FailItem', InstanceId: ids[1] ?? '', Code: 'InternalError', Times: 1 })
    const done = await teardown(ids.map((id) => [id]))
    expect(done.failures.map((failure) => failure !== undefined)).toEqual([false, true, false])
    expect(left()).toEqual([ids[1]])
  })

  it('that loses the answer is got over', async () => {
    const id = put()
    ecs.faults.add({ Kind: 'CutAfter', Action: 'DeleteInstances', Times: 1 })
    expect((await teardown([[id]])).failures).toEqual([undefined])
    expect(left()).toEqual([])
  })
})
