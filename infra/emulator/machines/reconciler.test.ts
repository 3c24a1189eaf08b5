import { afterEach, describe, expect, it } from 'vitest'
import { type EcsEmulator, type EcsOptions, startEcs } from '../ecs/index.ts'
import { caller, runParams } from '../ecs/testing.ts'
import type { StartProgram } from './instance-program.ts'
import { startReconciler } from './reconciler.ts'

const closed: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closed.splice(0)) await close()
})

/** A cloud whose Linux instances run a program that records when it starts (+) and stops (-). */
async function start(options: EcsOptions = {}, { stopMs = 0 } = {}) {
  const ecs = await startEcs(options)
  const call = caller(ecs.url)
  const events: string[] = []
  const lines: string[] = []
  /** Each deleted instance, with the latest event at that time. */
  const deleted: [instanceId: string, event: string | undefined][] = []
  const exit = new Map<string, (reason: string) => void>()
  const errors = { atStart: '', atStop: '' }
  const startProgram: StartProgram = (_, address) => {
    if (errors.atStart) throw new Error(errors.atStart)
    events.push(`+${address}`)
    const exited = new Promise<string>((resolve) => exit.set(address, resolve))
    const stop = async () => {
      if (errors.atStop) throw new Error(errors.atStop)
      await new Promise((resolve) => setTimeout(resolve, stopMs))
      events.push(`-${address}`)
      exit.get(address)?.('was stopped')
    }
    return { exited, stop }
  }
  const reconciler = startReconciler({
    instances: ecs.instances,
    startFor: ({ OsType }) => (OsType === 'Linux' ? startProgram : undefined),
    onDeleted: (instanceId) => deleted.push([instanceId, events.at(-1)]),
    onLog: (line) => lines.push(line),
    pauseMs: 20,
    intervalMs: 5,
  })
  closed.push(reconciler.close, ecs.close)
  const run = async (more = {}) => (await call('RunInstances', { ...runParams, ...more })).result.InstanceIds[0] ?? ''
  return { ecs, call, run, events, deleted, lines, exit, errors, close: reconciler.close }
}

const soon = <T>(get: () => T) => expect.poll(get, { interval: 5 })
const checks = () => new Promise((resolve) => setTimeout(resolve, 40))
const status = (ecs: EcsEmulator) => ecs.instances().map(({ Status }) => Status)
const [A, B] = ['10.0.0.4', '10.0.0.5']

describe('the program of an instance', () => {
  it('starts when the boot starts, not when it is over', async () => {
    const { ecs, run, events } = await start({ bootSeconds: 60 })
    await run()
    await soon(() => events).toEqual([`+${A}`])
    expect(status(ecs)).toEqual(['CREATING'])
    ecs.advance(60)
    await checks()
    expect(status(ecs)).toEqual(['RUNNING'])
    expect(events).toEqual([`+${A}`])
  })

  it.each(['StuckCreating', 'FailCreating'] as const)('does not start with %s', async (Kind) => {
    const { ecs, run, events } = await start({ bootSeconds: 60 })
    ecs.faults.add({ Kind, Times: 1 })
    await run()
    await run()
    await soon(() => events).toEqual([`+${B}`])
    ecs.advance(60)
    await checks()
    expect(events).toEqual([`+${B}`])
  })

  it('does not start in an instance that runs nothing', async () => {
    const { run, events } = await start()
    await run({ ImageId: 'image-windows' })
    await run()
    await soon(() => events).toEqual([`+${B}`])
  })

  it.each(['StopInstance', 'DeleteInstance'])('stops with %s', async (action) => {
    const { call, run, events } = await start({ stopSeconds: 60, deleteSeconds: 60 })
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    await call(action, { InstanceId })
    await soon(() => events).toEqual([`+${A}`, `-${A}`])
  })

  it('does not start with FailStarting, but with the next start', async () => {
    const { ecs, call, run, events } = await start({ startSeconds: 60 })
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    await call('StopInstance', { InstanceId })
    await soon(() => events).toEqual([`+${A}`, `-${A}`])
    ecs.faults.add({ Kind: 'FailStarting', Times: 1 })
    await call('StartInstance', { InstanceId })
    await checks()
    ecs.advance(60)
    await checks()
    expect([status(ecs), events]).toEqual([['STOPPED'], [`+${A}`, `-${A}`]])
    await call('StartInstance', { InstanceId })
    await soon(() => events).toEqual([`+${A}`, `-${A}`, `+${A}`])
  })

  it.each([[['RebootInstance']], [['StopInstance', 'StartInstance']]])(
    'restarts after %j, even if both are over before the next check',
    async (actions) => {
      const { ecs, call, run, events } = await start()
      const InstanceId = await run()
      await soon(() => events).toEqual([`+${A}`])
      for (const action of actions) expect((await call(action, { InstanceId })).outcome).toBe('200')
      expect(status(ecs)).toEqual(['RUNNING'])
      await soon(() => events).toEqual([`+${A}`, `-${A}`, `+${A}`])
    },
  )

  it('waits until the previous program at its address has stopped', async () => {
    const { ecs, run, events } = await start({}, { stopMs: 50 })
    await run()
    await soon(() => events).toEqual([`+${A}`])
    ecs.reset()
    await run()
    await soon(() => events).toEqual([`+${A}`, `-${A}`, `+${A}`])
  })

  it('stops with close(), which waits for it', async () => {
    const { run, events, close } = await start({}, { stopMs: 50 })
    await run()
    await run()
    await soon(() => events).toEqual([`+${A}`, `+${B}`])
    await close()
    expect(events.slice(2).sort()).toEqual([`-${A}`, `-${B}`])
    await run()
    await checks()
    expect(events).toHaveLength(4)
  })
})

describe('a program that exits by itself', () => {
  it('starts again after ever longer pauses, and the reason is logged once', async () => {
    const { events, lines, exit, run } = await start()
    const InstanceId = await run()
    await soon(() => events).toHaveLength(1)
    for (const [count, reason] of ['it broke', 'it broke', 'it broke differently'].entries()) {
      exit.get(A)?.(reason)
      await soon(() => events).toHaveLength(count + 2)
    }
    const name = `sandbox-test (${InstanceId}, ${A})`
    expect(lines).toEqual([
      `${name}: it broke; next try in 0.02 s`,
      `${name}: it broke differently; next try in 0.08 s`,
    ])
  })

  it('does not start again when its instance is gone', async () => {
    const { call, events, exit, run } = await start()
    const InstanceId = await run()
    await soon(() => events).toHaveLength(1)
    await call('DeleteInstance', { InstanceId })
    exit.get(A)?.('it broke')
    await soon(() => events).toContain(`-${A}`)
    await checks()
    expect(events).toEqual([`+${A}`, `-${A}`])
  })

  it('is logged if it cannot be stopped, and its address can have another one', async () => {
    const { ecs, events, lines, errors, run, close } = await start()
    await run()
    await soon(() => events).toEqual([`+${A}`])
    errors.atStop = 'no room'
    ecs.reset()
    await soon(() => lines).toEqual([`${A}: could not be stopped: no room`])
    await run()
    await soon(() => events).toEqual([`+${A}`, `+${A}`])
    await close()
    expect(lines).toHaveLength(2)
  })

  it('is started again if it could not start', async () => {
    const { events, lines, errors, run } = await start()
    errors.atStart = 'no room'
    await run()
    await soon(() => lines).toEqual([expect.stringContaining('no room; next try')])
    errors.atStart = ''
    await soon(() => events).toEqual([`+${A}`])
  })
})

describe('onDeleted', () => {
  it('is called once after a delete, when the program has stopped', async () => {
    const { call, run, events, deleted } = await start({}, { stopMs: 50 })
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    await call('DeleteInstance', { InstanceId })
    await soon(() => deleted).toEqual([[InstanceId, `-${A}`]])
    await checks()
    expect(deleted).toHaveLength(1)
  })

  it('is called for a STOPPED instance too, and not before its delete', async () => {
    const { call, run, events, deleted } = await start()
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    await call('StopInstance', { InstanceId })
    await soon(() => events).toEqual([`+${A}`, `-${A}`])
    await checks()
    expect(deleted).toEqual([])
    await call('DeleteInstance', { InstanceId })
    await soon(() => deleted).toEqual([[InstanceId, `-${A}`]])
  })

  it('is called when the program has stopped, even if another instance has the address by then', async () => {
    const { ecs, run, events, deleted } = await start({}, { stopMs: 50 })
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    ecs.reset()
    await run()
    await soon(() => deleted).toEqual([[InstanceId, `-${A}`]])
  })
})
