import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createEcs, startEcs } from './index.ts'
import type { Settings } from './settings.ts'
import { caller, type Params, runParams } from './testing.ts'

const ecs = await startEcs({ startSeconds: 4, stopSeconds: 3, rebootSeconds: 5, deleteSeconds: 2 })
const call = caller(ecs.url)
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const describeOne = async () => (await call('DescribeInstances')).result.Instances[0]
const shown = async () => {
  const { Status, StoppedMode } = (await describeOne()) ?? {}
  return `${Status} ${StoppedMode}`
}

/** Creates a RUNNING instance. Returns its id. */
async function run(params: Params = {}): Promise<string> {
  const { result } = await call('RunInstances', { ...runParams, ...params })
  return result.InstanceIds[0] ?? ''
}

describe('StoppedMode', () => {
  it('is shown while the instance is STOPPED', async () => {
    const InstanceId = await run()
    expect(await shown()).toBe('RUNNING NotApplicable')
    await call('StopInstance', { InstanceId, StoppedMode: 'StopCharging' })
    expect(await shown()).toBe('STOPPING NotApplicable')
    ecs.advance(3)
    expect(await shown()).toBe('STOPPED StopCharging')
    await call('StartInstance', { InstanceId })
    expect(await shown()).toBe('STARTING NotApplicable')
    ecs.advance(4)
    expect(await shown()).toBe('RUNNING NotApplicable')
    await call('StopInstances', { 'InstanceIds.1': InstanceId, StoppedMode: 'KeepCharging' })
    ecs.advance(3)
    expect(await shown()).toBe('STOPPED KeepCharging')
    await call('DeleteInstance', { InstanceId })
    expect(await shown()).toBe('DELETING NotApplicable')
  })

  const stop = { StoppedMode: 'StopCharging' }
  const keep = { StoppedMode: 'KeepCharging' }
  const notAdmitted = { EconomicalModeAdmitted: false }
  const byDefault = { EconomicalModeByDefault: true }
  const otherType = { NotApplicableTypes: ['ecs.c3i.large'] }
  const itsType = { NotApplicableTypes: ['ecs.c3i.large', runParams.InstanceTypeId] }
  it.each<[Partial<Settings>, Params, string]>([
    [{}, {}, 'KeepCharging'],
    [{}, keep, 'KeepCharging'],
    [{}, stop, 'StopCharging'],
    [byDefault, {}, 'StopCharging'],
    [byDefault, { StoppedMode: '' }, 'StopCharging'],
    [byDefault, keep, 'KeepCharging'],
    [notAdmitted, stop, 'KeepCharging'],
    [{ ...notAdmitted, ...byDefault }, {}, 'KeepCharging'],
    [otherType, stop, 'StopCharging'],
    [itsType, stop, 'NotApplicable'],
    [itsType, {}, 'NotApplicable'],
    [{ ...itsType, ...notAdmitted }, stop, 'NotApplicable'],
  ])('with the settings %j and %j: %s', async (settings, params, expected) => {
    ecs.configure(settings)
    const [one, two] = [await run(), await run()]
    expect((await call('StopInstance', { InstanceId: one, ...params })).outcome).toBe('200')
    expect((await call('StopInstances', { 'InstanceIds.1': two, ...params })).result.OperationDetails).toEqual([
      { InstanceId: two },
    ])
    ecs.advance(3)
    const { Instances } = (await call('DescribeInstances')).result
    expect(Instances.map(({ StoppedMode }) => StoppedMode)).toEqual([expected, expected])
  })

  it('of a PrePaid instance is NotApplicable', async () => {
    const InstanceId = await run({ InstanceChargeType: 'PrePaid' })
    await call('StopInstance', { InstanceId, ...stop })
    ecs.advance(3)
    expect(await shown()).toBe('STOPPED NotApplicable')
  })

  it('of a seeded instance is that of a stop', async () => {
    ecs.seed(1, { status: 'STOPPED' })
    expect(await shown()).toBe('STOPPED KeepCharging')
    ecs.reset()
    ecs.seed(1, { status: 'STOPPED', stoppedMode: 'StopCharging' })
    expect(await shown()).toBe('STOPPED StopCharging')
  })
})

it('a stop and a start change nothing but the status, whatever the StoppedMode', async () => {
  const InstanceId = await run({
    'EipAddress.BandwidthMbps': 5,
    'Volumes.1.Size': 40,
    'Volumes.2.Size': 40,
    'Tags.1.Key': 'a',
    'Tags.1.Value': 'b',
  })
  const unchanged = async () => {
    const { Status, StoppedMode, UpdatedAt, ...others } = (await describeOne()) ?? {}
    return others
  }
  const before = await unchanged()
  expect(before).toMatchObject({ EipAddress: { IpAddress: expect.any(String) }, Tags: [{ Key: 'a', Value: 'b' }] })
  for (const StoppedMode of ['StopCharging', 'KeepCharging']) {
    await call('StopInstance', { InstanceId, StoppedMode })
    ecs.advance(3)
    expect(await shown()).toBe(`STOPPED ${StoppedMode}`)
    expect(await unchanged()).toEqual(before)
    await call('StartInstance', { InstanceId })
    ecs.advance(4)
    expect(await shown()).toBe('RUNNING NotApplicable')
    expect(await unchanged()).toEqual(before)
  }
})

it('no other instance gets the address of a stopped one', async () => {
  const small = await startEcs({ addressBlock: '127.8.0.0/29' }) // has 4 assignable addresses
  const callSmall = caller(small.url)
  const { result } = await callSmall('RunInstances', { ...runParams, Count: 4 })
  await callSmall('StopInstance', { InstanceId: result.InstanceIds[0] ?? '', StoppedMode: 'StopCharging' })
  expect((await callSmall('RunInstances', runParams)).outcome).toBe('400 InsufficientIpInSubnet')
  await small.close()
})

it('a reset restores the settings of the start', async () => {
  const other = createEcs({ settings: { EconomicalModeByDefault: true } })
  const seeded = () => {
    other.seed(1, { status: 'STOPPED' })
    return other.instances().at(-1)?.StoppedMode
  }
  expect(seeded()).toBe('StopCharging')
  other.configure({ EconomicalModeAdmitted: false })
  expect(seeded()).toBe('KeepCharging')
  other.reset()
  expect(seeded()).toBe('StopCharging')
})

it('invalid settings are refused', () => {
  const settings = { EconomicalModeAdmitted: 'no' } as unknown as Settings
  const message = 'the setting EconomicalModeAdmitted must be true or false'
  expect(() => createEcs({ settings })).toThrow(new TypeError(message))
  expect(() => ecs.configure(settings)).toThrow(new TypeError(message))
})
