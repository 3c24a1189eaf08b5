import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import {
  callFor,
  configFor,
  errorOf,
  refusalOf,
  type Settings,
  type TestCallOptions,
} from '../../tests/support/manager.ts'
import { answerWith, enveloped, startStub } from '../../tests/support/stub-cloud.ts'
import { createSandbox } from './create-sandbox.ts'
import { toUtc } from './ecs/time.ts'
import { renewSandbox } from './renew-sandbox.ts'
import { END_TAG } from './sandbox/lifetime.ts'

const ecs = await startEcs()
beforeEach(() => {
  ecs.reset()
  // The time stands still, so that ends can be compared to the second.
  vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 1_000) * 1_000 })
})
afterEach(() => vi.useRealTimers())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }

function seeded(seed: Seed = { tags }): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

const ending = (inSeconds: number) => ({ tags: { ...tags, [END_TAG]: at(inSeconds) } })
const at = (inSeconds: number) => toUtc(Date.now() + inSeconds * 1_000) ?? ''
const tagOf = (id: string) =>
  ecs
    .instances()
    .find(({ InstanceId }) => InstanceId === id)
    ?.Tags.get(END_TAG)
const actions = () => ecs.calls.map(({ action }) => action)

function renew(id: string, seconds: number, settings: Settings = {}, options: TestCallOptions = {}) {
  return renewSandbox(callFor(configFor(ecs.url, settings), options), id, seconds)
}

function pass(seconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1_000 })
  ecs.advance(seconds)
}

describe('a renewal', () => {
  it.each([
    ['lengthens', 7_200],
    ['shortens', 60],
    ['may end it in a second', 1],
  ])('%s, for two calls, and answers the end that stands on the machine', async (_name, seconds) => {
    const id = seeded(ending(3_600))
    const renewed = await renew(id, seconds)
    expect(renewed).toEqual({ SandboxId: id, ExpireAt: tagOf(id) })
    expect(renewed.ExpireAt).toBe(at(seconds))
    expect(actions()).toEqual(['DescribeInstances', 'TagResources'])
  })

  it('may take the end away where the operator has set no longest lifetime', async () => {
    const id = seeded(ending(3_600))
    const renewed = await renew(id, 0, { 'lifetime.max_seconds': 0 })
    expect(JSON.parse(JSON.stringify(renewed))).toEqual({ SandboxId: id })
    expect(tagOf(id)).toBe('never')
  })

  it('may give an end to one that has none', async () => {
    const id = seeded({ tags: { ...tags, [END_TAG]: 'never' } })
    await renew(id, 60)
    expect(tagOf(id)).toBe(at(60))
  })

  it('gives one that another tool has made an end', async () => {
    const id = seeded()
    await renew(id, 60)
    expect(tagOf(id)).toBe(at(60))
  })

  it('leaves every other tag alone', async () => {
    const id = seeded({ tags: { ...tags, owner: 'me', [END_TAG]: at(60) } })
    await renew(id, 120)
    expect(Object.fromEntries(ecs.instances()[0]?.Tags ?? [])).toEqual({ ...tags, owner: 'me', [END_TAG]: at(120) })
  })

  it.each(['CREATING', 'RUNNING', 'STOPPED'] as const)('works while it is %s', async (status) => {
    const id = seeded({ ...ending(60), status })
    expect((await renew(id, 120)).ExpireAt).toBe(at(120))
  })

  it('is repeated until the cloud confirms it', async () => {
    const id = seeded(ending(3_600))
    ecs.faults.add({ Kind: 'CutAfter', Action: 'TagResources', Times: 2 })
    expect((await renew(id, 60)).ExpireAt).toBe(tagOf(id))
  })
})

describe('it never lives beyond its creation and the longest lifetime', () => {
  it('however often it is renewed', async () => {
    const { SandboxId } = await createSandbox(callFor(configFor(ecs.url)), {
      OsType: 'Linux',
      LifetimeSeconds: 604_800,
    })
    pass(1_000)
    const error = await errorOf(renew(SandboxId, 604_800))
    expect([error.status, error.code]).toEqual([400, 'InvalidParameter.LifetimeSeconds'])
    const [, longest] = /^LifetimeSeconds must be at most (\d+): a sandbox ends at most 604800 seconds after/.exec(
      error.message,
    ) ?? ['', '0']
    expect(Number(longest)).toBeGreaterThan(604_800 - 1_003)
    expect(Number(longest)).toBeLessThanOrEqual(604_800 - 1_000)
    await renew(SandboxId, Number(longest))
    expect(tagOf(SandboxId)).toBe(at(Number(longest)))
  })

  it('but for the seconds that a call takes, which are cut', async () => {
    const { SandboxId, ExpireAt } = await createSandbox(callFor(configFor(ecs.url)), {
      OsType: 'Linux',
      LifetimeSeconds: 604_800,
    })
    pass(10)
    expect(await renew(SandboxId, 604_800)).toEqual({ SandboxId, ExpireAt })
    pass(1)
    expect(await refusalOf(renew(SandboxId, 604_800))).toBe('400 InvalidParameter.LifetimeSeconds')
    expect(tagOf(SandboxId)).toBe(ExpireAt)
  })

  it('and is not cut to an end that is past', async () => {
    const id = seeded(ending(700_000))
    pass(604_799)
    expect((await renew(id, 5)).ExpireAt).toBe(at(1))
    pass(2)
    const old = seeded(ending(3_600))
    pass(604_800)
    expect(await refusalOf(renew(old, 5))).toBe('409 InvalidSandboxStatus')
  })

  it('and is not renewed where the cloud does not say when it was created', async () => {
    const stub = await startStub((_request, response) => {
      const Tags = [{ Key: 'managed-by', Value: 'ecs-manager' }]
      const machine = { InstanceId: 'i-1', Status: 'RUNNING', CreatedAt: '0001-01-01T00:00:00Z', Tags }
      answerWith(response, enveloped({ Instances: [machine], TotalCount: 1 }))
    })
    const call = callFor(configFor(stub.url))
    expect(await refusalOf(renewSandbox(call, 'i-1', 60))).toBe('503 ServiceUnavailable')
    expect(stub.asked).toHaveLength(1)
    await stub.close()
  })

  it('and is not asked of the cloud where it cannot be at all', async () => {
    for (const seconds of [0, 604_801]) {
      expect(await refusalOf(renew('i-a', seconds))).toBe('400 InvalidParameter.LifetimeSeconds')
    }
    expect(ecs.calls).toHaveLength(0)
  })

  it('is told so where not even a second is left', async () => {
    const id = seeded()
    pass(604_800)
    const error = await errorOf(renew(id, 1))
    expect(`${error.status} ${error.code} ${error.message}`).toBe(
      `409 InvalidSandboxStatus Sandbox ${id} is 604800 seconds old. It cannot live longer.`,
    )
  })
})

describe('a renewal is refused', () => {
  it.each<[string, Seed]>([
    ['of a machine without the tag', {}],
    ['of a machine of another manager', { tags: { 'managed-by': 'somebody-else' } }],
  ])('%s, like that of an unknown id', async (_name, seed) => {
    const id = seeded(seed)
    expect(await refusalOf(renew(id, 60))).toBe('404 InvalidSandbox.NotFound')
    expect(await refusalOf(renew('i-nobody', 60))).toBe('404 InvalidSandbox.NotFound')
    expect(tagOf(id)).toBeUndefined()
  })

  it('outside the project', async () => {
    const id = seeded({ tags, projectName: 'other' })
    expect(await refusalOf(renew(id, 60, { 'instance.project_name': 'desktops' }))).toBe('404 InvalidSandbox.NotFound')
  })

  it.each([-1, 0, 2])('of a sandbox that ends in %i seconds', async (seconds) => {
    const id = seeded(ending(seconds))
    const error = await errorOf(renew(id, 60))
    expect(`${error.status} ${error.code} ${error.message}`).toBe(
      `409 InvalidSandboxStatus Sandbox ${id} is past its end, or two seconds before it. It cannot be renewed.`,
    )
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it.each(['DELETING', 'ERROR'] as const)('of a sandbox in %s', async (status) => {
    const error = await errorOf(renew(seeded({ ...ending(60), status }), 60))
    expect([error.code, error.message]).toEqual(['InvalidSandboxStatus', expect.stringContaining(`is ${status}.`)])
  })

  it('of a sandbox that has been CREATING for too long', async () => {
    const id = seeded({ ...ending(7_200), status: 'CREATING' })
    pass(1_799)
    await renew(id, 7_200)
    pass(1)
    expect(await refusalOf(renew(id, 7_200))).toBe('409 InvalidSandboxStatus')
  })

  it('of one that another tool has made and that is past its end by lifetime.unmarked', async () => {
    const id = seeded()
    pass(86_401)
    expect(await refusalOf(renew(id, 60, { 'lifetime.unmarked': 'expire' }))).toBe('409 InvalidSandboxStatus')
    expect((await renew(id, 60)).SandboxId).toBe(id)
  })

  it('when the cloud has not confirmed it two seconds before the old end', async () => {
    const id = seeded(ending(10))
    // A second try would be before the end, but less than two seconds.
    ecs.faults.add({ Kind: 'Throttle', Action: 'TagResources', RetryAfterSeconds: 9 })
    expect(await refusalOf(renew(id, 60))).toBe('429 FlowLimitExceeded')
    expect(actions()).toEqual(['DescribeInstances', 'TagResources'])
  })

  it.each<[Fault, string]>([
    [
      { Kind: 'Error', Action: 'TagResources', Status: 404, Code: 'InvalidResourceId.NotFound' },
      '404 InvalidSandbox.NotFound',
    ],
    [{ Kind: 'Error', Action: 'TagResources', Status: 400, Code: 'InvalidInstanceStatus' }, '409 InvalidSandboxStatus'],
    [{ Kind: 'Error', Status: 403, Code: 'AccessDenied' }, '502 AccessDenied'],
    [{ Kind: 'Error', Status: 500, Code: 'InternalError' }, '503 InternalError'],
  ])('by %o as %s', async (fault, refusal) => {
    const id = seeded(ending(60))
    ecs.faults.add(fault)
    expect(await refusalOf(renew(id, 120, { 'volcengine.max_tries': 1 }))).toBe(refusal)
  })
})
