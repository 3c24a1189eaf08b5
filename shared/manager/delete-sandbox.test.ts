import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { type EcsEmulator, type EcsOptions, type Seed, startEcs } from '../../infra/emulator/ecs/index.ts'
import { callFor, configFor, errorOf, refusalOf, type Settings } from '../../tests/support/manager.ts'
import { createSandbox } from './create-sandbox.ts'
import { deleteSandbox } from './delete-sandbox.ts'

const ecs = await startEcs()
const opened: EcsEmulator[] = []

beforeEach(() => ecs.reset())
afterAll(() => Promise.all([ecs, ...opened].map((emulator) => emulator.close())))

const tags = { 'managed-by': 'ecs-manager' }

/** A cloud of the test's own, so that tests that wait can wait together. */
async function slow(options: EcsOptions = {}): Promise<EcsEmulator> {
  const emulator = await startEcs(options)
  opened.push(emulator)
  return emulator
}

function seeded(seed: Seed = { tags }): string {
  ecs.seed(1, seed)
  return ecs.instances().at(-1)?.InstanceId ?? ''
}

interface Options {
  on?: EcsEmulator
  settings?: Settings
  withinMs?: number
}

function remove(id: string, { on = ecs, settings = {}, withinMs = 10_000 }: Options = {}) {
  return deleteSandbox(callFor(configFor(on.url, settings), { withinMs }), id)
}

function create(on: EcsEmulator, settings: Settings = {}) {
  return createSandbox(callFor(configFor(on.url, settings)), { OsType: 'Linux' })
}

const actions = (on = ecs) => on.calls.map(({ action }) => action)
const later = (ms: number, work: () => void) => setTimeout(work, ms)

describe('a sandbox', () => {
  it.each(['RUNNING', 'STOPPED', 'ERROR'] as const)('that is %s is deleted with two calls', async (status) => {
    const id = seeded({ tags, status })
    expect(await remove(id)).toEqual({ SandboxId: id })
    expect(ecs.instances()).toEqual([])
    expect(actions()).toEqual(['DescribeInstances', 'DeleteInstance'])
  })

  it('that is DELETING already is a success, and nothing is asked for again', async () => {
    const id = seeded({ tags, status: 'DELETING' })
    expect(await remove(id)).toEqual({ SandboxId: id })
    expect(actions()).toEqual(['DescribeInstances'])
  })

  it.each(['CREATING', 'STARTING', 'STOPPING', 'REBOOTING', 'REBUILDING', 'RESIZING'] as const)(
    'that stays %s is told as such before the deadline, and how to go on',
    async (status) => {
      const id = seeded({ tags, status })
      // The first wait takes a second, so there is none.
      const error = await errorOf(remove(id, { withinMs: 1_000 }))
      expect([error.status, error.code]).toEqual([409, 'InvalidSandboxStatus'])
      expect(error.message).toContain(status)
      expect(error.message).toContain('repeat')
      expect(ecs.instances()).toHaveLength(1)
    },
  )
})

describe.concurrent('a sandbox that takes its time', () => {
  it('that is CREATING is waited for and deleted once it is RUNNING', async () => {
    const cloud = await slow({ bootSeconds: 3_600 })
    const { SandboxId } = await create(cloud)
    later(200, () => cloud.advance(3_600))
    expect(await remove(SandboxId, { on: cloud })).toEqual({ SandboxId })
    expect(cloud.instances()).toEqual([])
  })

  it('that is CREATING and ends in ERROR is deleted', async () => {
    const cloud = await slow({ bootSeconds: 3_600 })
    cloud.faults.add({ Kind: 'FailCreating' })
    const { SandboxId } = await create(cloud)
    later(200, () => cloud.advance(3_600))
    expect(await remove(SandboxId, { on: cloud })).toEqual({ SandboxId })
    expect(cloud.instances()).toEqual([])
  })

  it('that is stuck CREATING is waited for until the deadline and not beyond', async () => {
    const cloud = await slow()
    cloud.faults.add({ Kind: 'StuckCreating' })
    const { SandboxId } = await create(cloud)
    const started = performance.now()
    // The first wait takes a second and the second one two: it would end after the deadline.
    expect(await refusalOf(remove(SandboxId, { on: cloud, withinMs: 2_900 }))).toBe('409 InvalidSandboxStatus')
    expect(performance.now() - started).toBeGreaterThan(900)
    expect(actions(cloud).filter((action) => action === 'DeleteInstance').length).toBeGreaterThan(1)
  })

  it('that is deleted by somebody else while it is waited for is a success', async () => {
    const cloud = await slow({ bootSeconds: 3_600, deleteSeconds: 3_600 })
    const { SandboxId } = await create(cloud)
    const first = remove(SandboxId, { on: cloud })
    later(200, () => cloud.advance(3_600))
    expect(await Promise.all([first, remove(SandboxId, { on: cloud })])).toEqual([{ SandboxId }, { SandboxId }])
    expect(cloud.instances()).toMatchObject([{ Status: 'DELETING' }])
  })

  it.each([0, 3_600])('deleted twice at once, in %i s, is gone, and both are told so', async (deleteSeconds) => {
    const cloud = await slow({ deleteSeconds, latencyMs: 100 })
    const { SandboxId } = await create(cloud)
    const both = await Promise.all([remove(SandboxId, { on: cloud }), remove(SandboxId, { on: cloud })])
    expect(both).toEqual([{ SandboxId }, { SandboxId }])
    cloud.advance(3_600)
    expect(cloud.instances()).toEqual([])
  })

  it('deleted many times at once is DELETING, and all are told so', async () => {
    const cloud = await slow({ deleteSeconds: 3_600, latencyMs: 100 })
    const { SandboxId } = await create(cloud)
    const all = await Promise.all(Array.from({ length: 10 }, () => remove(SandboxId, { on: cloud })))
    expect(all).toEqual(Array.from({ length: 10 }, () => ({ SandboxId })))
    expect(cloud.instances()).toMatchObject([{ Status: 'DELETING' }])
  })

  it('that lists do not show yet is found and deleted', async () => {
    const cloud = await slow()
    cloud.faults.add({ Kind: 'HideNew', Seconds: 3_600 })
    const { SandboxId } = await create(cloud)
    later(200, () => cloud.advance(3_600))
    expect(await remove(SandboxId, { on: cloud })).toEqual({ SandboxId })
    expect(cloud.instances()).toEqual([])
  })

  it("that turns into somebody else's while it is waited for is left alone", async () => {
    const cloud = await slow()
    cloud.seed(1, { tags, status: 'CREATING' })
    const [instance] = cloud.instances()
    later(200, () => {
      instance?.Tags.delete('managed-by')
      if (instance) instance.Status = 'RUNNING'
    })
    expect(await refusalOf(remove(instance?.InstanceId ?? '', { on: cloud }))).toBe('404 InvalidSandbox.NotFound')
    expect(cloud.instances()).toHaveLength(1)
  })

  it('that is gone is told so within seconds', async () => {
    const cloud = await slow()
    const { SandboxId } = await create(cloud)
    await remove(SandboxId, { on: cloud })
    const before = cloud.calls.length
    expect(await refusalOf(remove(SandboxId, { on: cloud, withinMs: 60_000 }))).toBe('404 InvalidSandbox.NotFound')
    expect(actions(cloud).slice(before)).toEqual(['DescribeInstances', 'DescribeInstances', 'DescribeInstances'])
  })

  it('whose deletion is not answered, and that takes its time to go, is a success', async () => {
    const cloud = await slow({ deleteSeconds: 3_600 })
    const { SandboxId } = await create(cloud)
    cloud.faults.add({ Kind: 'CutAfter', Action: 'DeleteInstance', Times: 1 })
    expect(await remove(SandboxId, { on: cloud })).toEqual({ SandboxId })
    expect(cloud.instances()).toMatchObject([{ Status: 'DELETING' }])
  })
})

describe('what is no sandbox of this manager', () => {
  // The time stands still, and the first wait takes a second: there is none.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())
  const withinMs = 1_000

  const unknown = (settings: Settings) => refusalOf(remove('i-none', { settings, withinMs }))

  it.each<[string, Seed, Settings]>([
    ['an instance without tags', {}, {}],
    ['an instance with another value of the tag', { tags: { 'managed-by': 'other' } }, {}],
    ['an instance with the tag in other letters', { tags: { 'Managed-By': 'ecs-manager' } }, {}],
    ['a sandbox of another project', { tags, projectName: 'other' }, { 'instance.project_name': 'desktops' }],
    ['a sandbox of no project', { tags }, { 'instance.project_name': 'desktops' }],
    ['an instance that cannot be deleted anyway', { status: 'CREATING' }, {}],
    ['an instance that is being deleted', { status: 'DELETING' }, {}],
  ])('is not deleted, and looks like an id that does not exist: %s', async (_name, seed, settings) => {
    const id = seeded(seed)
    const error = await errorOf(remove(id, { settings, withinMs }))
    expect(`${error.status} ${error.code}`).toBe('404 InvalidSandbox.NotFound')
    expect(error.message.replace(id, '')).toBe(
      (await errorOf(remove('i-none', { settings, withinMs }))).message.replace('i-none', ''),
    )
    expect(await unknown(settings)).toBe('404 InvalidSandbox.NotFound')
    expect(ecs.instances()).toHaveLength(1)
    expect(actions()).not.toContain('DeleteInstance')
  })

  it('is an instance of another region', async () => {
    const id = seeded({ tags, zoneId: 'cn-shanghai-a' })
    expect(await refusalOf(remove(id, { withinMs }))).toBe('404 InvalidSandbox.NotFound')
    expect(ecs.instances()).toHaveLength(1)
  })

  it('is told before the deadline when there is no time to look again', async () => {
    expect(await refusalOf(remove('i-none', { withinMs }))).toBe('404 InvalidSandbox.NotFound')
    expect(actions()).toEqual(['DescribeInstances'])
  })
})

describe('an answer that is lost', () => {
  it.each<[string, Fault]>([
    ['a connection cut after the work', { Kind: 'CutAfter' }],
    ['an answer that comes too late', { Kind: 'Delay', DelayMs: 60_000 }],
    ['a 504 after the work', { Kind: 'Error', Status: 504, Code: 'InternalServiceTimeout', AfterWork: true }],
    ['an empty answer', { Kind: 'Empty', AfterWork: true }],
  ])('does not turn a success into a failure: %s', async (_name, fault) => {
    const id = seeded()
    ecs.faults.add({ ...fault, Action: 'DeleteInstance', Times: 1 })
    expect(await remove(id)).toEqual({ SandboxId: id })
    expect(ecs.instances()).toEqual([])
  })

  it('is a failure when the work was not done', async () => {
    const id = seeded()
    ecs.faults.add({ Kind: 'CutBefore', Action: 'DeleteInstance' })
    expect(await refusalOf(remove(id, { settings: { 'volcengine.max_tries': 2 } }))).toBe('503 ServiceUnavailable')
    expect(ecs.instances()).toHaveLength(1)
  })
})

describe('a refusal of the cloud', () => {
  it.each(['InvalidInstance.DeletionProtection', 'InvalidChargeType', 'InvalidInstance.RequestForbidden'])(
    'that is about the machine is no fault of the manager: %s',
    async (Code) => {
      const id = seeded()
      ecs.faults.add({ Kind: 'Error', Action: 'DeleteInstance', Status: 400, Code, Message: 'No.' })
      const { status, code, message } = await errorOf(remove(id))
      expect(`${status} ${code}`).toBe('409 InvalidSandboxStatus')
      expect(message).toContain(`${Code}: No.`)
    },
  )

  it('that is about the manager is told as it is', async () => {
    const id = seeded()
    ecs.faults.add({ Kind: 'Error', Action: 'DeleteInstance', Status: 403, Code: 'AccessDenied' })
    expect(await refusalOf(remove(id))).toBe('502 AccessDenied')
  })

  it('that the instance does not exist is a success: it was there a moment ago', async () => {
    const id = seeded()
    ecs.faults.add({ Kind: 'Error', Action: 'DeleteInstance', Status: 404, Code: 'InvalidInstance.NotFound' })
    expect(await remove(id)).toEqual({ SandboxId: id })
  })
})
