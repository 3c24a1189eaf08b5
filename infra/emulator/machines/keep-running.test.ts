import { afterEach, describe, expect, it } from 'vitest'
import { type EcsEmulator, type EcsOptions, startEcs } from '../ecs/index.ts'
import { caller, runParams } from '../ecs/testing.ts'
import { keepRunning } from './keep-running.ts'
import type { Start } from './program.ts'

const closed: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closed.splice(0)) await close()
})

/** A cloud in whose Linux instances something runs that says when it begins and ends. */
async function start(options: EcsOptions = {}, { endMs = 0 } = {}) {
  const ecs = await startEcs(options)
  const call = caller(ecs.url)
  const events: string[] = []
  const said: string[] = []
  const die = new Map<string, (reason: string) => void>()
  const trouble = { reason: '', atEnd: '' }
  const begin: Start = (_, address) => {
    if (trouble.reason) throw new Error(trouble.reason)
    events.push(`+${address}`)
    const ended = new Promise<string>((resolve) => die.set(address, resolve))
    const end = async () => {
      if (trouble.atEnd) throw new Error(trouble.atEnd)
      await new Promise((resolve) => setTimeout(resolve, endMs))
      events.push(`-${address}`)
      die.get(address)?.('was told to')
    }
    return { ended, end }
  }
  const running = keepRunning({
    instances: ecs.instances,
    startFor: ({ OsType }) => (OsType === 'Linux' ? begin : undefined),
    onLog: (line) => said.push(line),
    pauseMs: 20,
    lookMs: 5,
  })
  closed.push(running.close, ecs.close)
  const run = async (more = {}) => (await call('RunInstances', { ...runParams, ...more })).result.InstanceIds[0] ?? ''
  return { ecs, call, run, events, said, die, trouble, close: running.close }
}

const soon = <T>(get: () => T) => expect.poll(get, { interval: 5, timeout: 10_000 })
const looks = () => new Promise((resolve) => setTimeout(resolve, 40))
const status = (ecs: EcsEmulator) => ecs.instances().map(({ Status }) => Status)
const [A, B] = ['10.0.0.4', '10.0.0.5']

describe('what runs in an instance', () => {
  it('begins with the boot, not with its end', async () => {
    const { ecs, run, events } = await start({ bootSeconds: 60 })
    await run()
    await soon(() => events).toEqual([`+${A}`])
    expect(status(ecs)).toEqual(['CREATING'])
    ecs.advance(60)
    await looks()
    expect(status(ecs)).toEqual(['RUNNING'])
    expect(events).toEqual([`+${A}`])
  })

  it.each(['StuckCreating', 'FailCreating'] as const)('does not begin in one with %s', async (Kind) => {
    const { ecs, run, events } = await start({ bootSeconds: 60 })
    ecs.faults.add({ Kind, Times: 1 })
    await run()
    await run()
    await soon(() => events).toEqual([`+${B}`])
    ecs.advance(60)
    await looks()
    expect(events).toEqual([`+${B}`])
  })

  it('does not begin where nothing is to run', async () => {
    const { run, events } = await start()
    await run({ ImageId: 'image-windows' })
    await run()
    await soon(() => events).toEqual([`+${B}`])
  })

  it.each(['StopInstance', 'DeleteInstance'])('ends with %s', async (action) => {
    const { call, run, events } = await start({ stopSeconds: 60, deleteSeconds: 60 })
    const InstanceId = await run()
    await soon(() => events).toEqual([`+${A}`])
    await call(action, { InstanceId })
    await soon(() => events).toEqual([`+${A}`, `-${A}`])
  })

  it.each([[['RebootInstance']], [['StopInstance', 'StartInstance']]])(
    'begins anew after %j, also when nobody saw it in between',
    async (actions) => {
      const { ecs, call, run, events } = await start()
      const InstanceId = await run()
      await soon(() => events).toEqual([`+${A}`])
      for (const action of actions) expect((await call(action, { InstanceId })).outcome).toBe('200')
      expect(status(ecs)).toEqual(['RUNNING'])
      await soon(() => events).toEqual([`+${A}`, `-${A}`, `+${A}`])
    },
  )

  it('waits for what has had its address before', async () => {
    const { ecs, run, events } = await start({}, { endMs: 50 })
    await run()
    await soon(() => events).toEqual([`+${A}`])
    ecs.reset()
    await run()
    await soon(() => events).toEqual([`+${A}`, `-${A}`, `+${A}`])
  })

  it('ends at the close of all, which waits for it', async () => {
    const { run, events, close } = await start({}, { endMs: 50 })
    await run()
    await run()
    await soon(() => events).toEqual([`+${A}`, `+${B}`])
    await close()
    expect(events.slice(2).sort()).toEqual([`-${A}`, `-${B}`])
    await run()
    await looks()
    expect(events).toHaveLength(4)
  })
})

describe('what ends by itself', () => {
  it('begins again, ever later, and the reason is said once', async () => {
    const { events, said, die, run } = await start()
    const InstanceId = await run()
    await soon(() => events).toHaveLength(1)
    for (const [count, reason] of ['it broke', 'it broke', 'it broke differently'].entries()) {
      die.get(A)?.(reason)
      await soon(() => events).toHaveLength(count + 2)
    }
    const name = `sandbox-test (${InstanceId}, ${A})`
    expect(said).toEqual([`${name}: it broke; next try in 0.02 s`, `${name}: it broke differently; next try in 0.08 s`])
  })

  it('does not begin again once its instance is gone', async () => {
    const { call, events, die, run } = await start()
    const InstanceId = await run()
    await soon(() => events).toHaveLength(1)
    await call('DeleteInstance', { InstanceId })
    die.get(A)?.('it broke')
    await soon(() => events).toContain(`-${A}`)
    await looks()
    expect(events).toEqual([`+${A}`, `-${A}`])
  })

  it('what cannot end is said, and its address has another one', async () => {
    const { ecs, events, said, trouble, run, close } = await start()
    await run()
    await soon(() => events).toEqual([`+${A}`])
    trouble.atEnd = 'no room'
    ecs.reset()
    await soon(() => said).toEqual([`${A}: its end has failed: no room`])
    await run()
    await soon(() => events).toEqual([`+${A}`, `+${A}`])
    await close()
    expect(said).toHaveLength(2)
  })

  it('what cannot begin is tried again, too', async () => {
    const { events, said, trouble, run } = await start()
    trouble.reason = 'no room'
    await run()
    await soon(() => said).toEqual([expect.stringContaining('no room; next try')])
    trouble.reason = ''
    await soon(() => events).toEqual([`+${A}`])
  })
})
