import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from './index.ts'
import { type Status, statuses } from './instance.ts'
import { caller, type Params, runParams } from './testing.ts'

const ecs = await startEcs({ bootSeconds: 10, startSeconds: 4, stopSeconds: 3, rebootSeconds: 5, deleteSeconds: 2 })
const call = caller(ecs.url)
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

/** Creates an instance that stays in this status. Returns its id. */
function seedOne(status: Status = 'RUNNING'): string {
  ecs.seed(1, { status })
  return ecs.instances().at(-1)?.InstanceId ?? ''
}
const statusNow = () => ecs.instances()[0]?.Status ?? 'gone'

describe('an operation takes its time', () => {
  it.each<[string, Status, Status, number, string]>([
    ['StartInstance', 'STOPPED', 'STARTING', 4, 'RUNNING'],
    ['StopInstance', 'RUNNING', 'STOPPING', 3, 'STOPPED'],
    ['RebootInstance', 'RUNNING', 'REBOOTING', 5, 'RUNNING'],
    ['DeleteInstance', 'RUNNING', 'DELETING', 2, 'gone'],
    ['DeleteInstance', 'STOPPED', 'DELETING', 2, 'gone'],
    ['DeleteInstance', 'ERROR', 'DELETING', 2, 'gone'],
  ])('%s from %s: %s for %i s, then %s', async (action, from, via, seconds, to) => {
    const InstanceId = seedOne(from)
    expect((await call(action, { InstanceId })).result).toEqual({})
    expect(statusNow()).toBe(via)
    ecs.advance(seconds - 0.5)
    expect(statusNow()).toBe(via)
    ecs.advance(0.5)
    expect(statusNow()).toBe(to)
  })

  it('RunInstances: CREATING, then RUNNING', async () => {
    await call('RunInstances', runParams)
    expect(statusNow()).toBe('CREATING')
    ecs.advance(10)
    expect(statusNow()).toBe('RUNNING')
  })
})

describe('an operation is only allowed in some statuses', () => {
  const allowed: Record<string, Status[]> = {
    StartInstance: ['STOPPED'],
    StopInstance: ['RUNNING'],
    RebootInstance: ['RUNNING'],
    DeleteInstance: ['RUNNING', 'STOPPED', 'ERROR'],
    DescribeInstanceVncUrl: ['RUNNING'],
    DescribeInstanceECSTerminalUrl: ['RUNNING'],
    ModifyInstanceAttribute: statuses.filter((status) => status !== 'DELETING'),
    TagResources: statuses.filter((status) => status !== 'DELETING'),
    UntagResources: statuses.filter((status) => status !== 'DELETING'),
  }
  const cases = Object.entries(allowed).flatMap(([action, good]) =>
    statuses.map((status) => [action, status, good.includes(status) ? '200' : '400 InvalidInstanceStatus']),
  )
  it.each(cases as [string, Status, string][])('%s in %s: %s', async (action, status, expected) => {
    const InstanceId = seedOne(status)
    const ofResource = { ResourceType: 'instance', 'ResourceIds.1': InstanceId, 'Tags.1.Key': 'a', 'TagKeys.1': 'a' }
    expect((await call(action, { ...ofResource, InstanceId })).outcome).toBe(expected)
  })
})

describe('operations on one instance', () => {
  const actions = ['DeleteInstance', 'StartInstance', 'StopInstance', 'RebootInstance']

  it.each([...actions, 'ModifyInstanceAttribute', 'DescribeInstanceVncUrl', 'DescribeInstanceECSTerminalUrl'])(
    '%s requires an existing instance',
    async (action) => {
      expect((await call(action)).outcome).toBe('400 MissingParameter.InstanceId')
      expect((await call(action, { InstanceId: '' })).outcome).toBe('400 MissingParameter.InstanceId')
      expect((await call(action, { InstanceId: 'i-unknown' })).outcome).toBe('404 InvalidInstance.NotFound')
    },
  )

  it.each(actions)('%s does nothing in a DryRun, and refuses an invalid ClientToken', async (action) => {
    const InstanceId = seedOne(action === 'StartInstance' ? 'STOPPED' : 'RUNNING')
    const before = statusNow()
    expect((await call(action, { InstanceId, DryRun: true })).outcome).toBe('400 DryRunOperation')
    expect((await call(action, { InstanceId, ClientToken: 'é' })).outcome).toBe('400 InvalidClientToken.Malformed')
    expect(statusNow()).toBe(before)
  })

  it('DeleteInstance of the same instance again', async () => {
    const InstanceId = seedOne()
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('200')
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('400 InvalidInstanceStatus')
    ecs.advance(2)
    expect((await call('DeleteInstance', { InstanceId })).outcome).toBe('404 InvalidInstance.NotFound')
  })

  it('DeleteInstance of a protected or a PrePaid instance', async () => {
    const protectedOne =
      (await call('RunInstances', { ...runParams, DeletionProtection: true })).result.InstanceIds[0] ?? ''
    const paidOne =
      (await call('RunInstances', { ...runParams, InstanceChargeType: 'PrePaid' })).result.InstanceIds[0] ?? ''
    ecs.advance(10)
    expect((await call('DeleteInstance', { InstanceId: protectedOne })).outcome).toBe(
      '400 InvalidInstance.DeletionProtection',
    )
    expect((await call('DeleteInstance', { InstanceId: paidOne })).outcome).toBe('400 InvalidChargeType')
    await call('ModifyInstanceAttribute', { InstanceId: protectedOne, DeletionProtection: false })
    expect((await call('DeleteInstance', { InstanceId: protectedOne })).outcome).toBe('200')
  })
})

describe('operations with a ClientToken', () => {
  const ClientToken = 'token-1'
  const back: Record<string, string> = { Start: 'StopInstance', Stop: 'StartInstance', Reboot: 'DescribeInstances' }
  const operations = [
    ['Start', 'STOPPED', 'RUNNING'],
    ['Stop', 'RUNNING', 'STOPPED'],
    ['Reboot', 'RUNNING', 'RUNNING'],
  ] as const

  it.each(operations)('%sInstance returns its first result again, and does nothing again', async (name, from, to) => {
    const InstanceId = seedOne(from)
    const repeat = () => call(`${name}Instance`, { InstanceId, ClientToken })
    const first = await repeat()
    expect((await repeat()).outcome).toBe('200') // without the token, the status would not allow it
    ecs.advance(10)
    expect(statusNow()).toBe(to)
    await call(back[name] ?? '', { InstanceId })
    ecs.advance(10)
    const boots = ecs.instances()[0]?.boots
    expect((await repeat()).result).toEqual(first.result)
    expect(ecs.instances()[0]).toMatchObject({ Status: from, boots })
  })

  it.each(operations)('%sInstances returns its first details again, and does nothing again', async (name, from, to) => {
    const InstanceId = seedOne(from)
    const params = { 'InstanceIds.1': InstanceId, 'InstanceIds.2': 'i-unknown', ClientToken }
    const first = await call(`${name}Instances`, params)
    expect(first.result.OperationDetails.map(({ Error: error }) => error?.Code)).toEqual([
      undefined,
      'InvalidInstance.NotFound',
    ])
    expect((await call(`${name}Instances`, params)).result).toEqual(first.result)
    ecs.advance(10)
    expect(statusNow()).toBe(to)
  })

  it.each(operations)('%s refuses another request with the token', async (name, from) => {
    const [one, two] = [seedOne(from), seedOne(from)]
    const mismatch = '400 IdempotentParameterMismatch'
    expect((await call(`${name}Instance`, { InstanceId: one, ClientToken })).outcome).toBe('200')
    expect((await call(`${name}Instance`, { InstanceId: two, ClientToken })).outcome).toBe(mismatch)
    expect((await call(`${name}Instances`, { 'InstanceIds.1': two, ClientToken })).outcome).toBe('200')
    expect((await call(`${name}Instances`, { 'InstanceIds.1': one, ClientToken })).outcome).toBe(mismatch)
  })

  it('a DryRun and a refusal do not use the token up', async () => {
    const InstanceId = seedOne('STOPPED')
    const params = { InstanceId, ClientToken }
    expect((await call('StopInstance', params)).outcome).toBe('400 InvalidInstanceStatus')
    expect((await call('StartInstance', { ...params, DryRun: true })).outcome).toBe('400 DryRunOperation')
    expect((await call('StartInstance', params)).outcome).toBe('200')
    ecs.advance(4)
    expect((await call('StopInstance', params)).outcome).toBe('200')
  })
})

it.each<[string, Status, Params, string]>([
  ['StopInstance', 'RUNNING', { StoppedMode: 'KeepCharging', ForceStop: true }, '200'],
  ['StopInstance', 'RUNNING', { StoppedMode: 'NotApplicable' }, '400 InvalidStoppedMode.Malformed'],
  ['StopInstance', 'RUNNING', { ForceStop: 'yes' }, '400 InvalidForceStop.Malformed'],
  ['StopInstances', 'RUNNING', { StoppedMode: 'StopCharging', ForceStop: false }, '200'],
  ['StopInstances', 'RUNNING', { StoppedMode: 'Off' }, '400 InvalidStoppedMode.Malformed'],
  ['RebootInstance', 'RUNNING', { ForceStop: 'yes' }, '400 InvalidForceStop.Malformed'],
  ['RebootInstances', 'RUNNING', { ForceStop: 'yes' }, '400 InvalidForceStop.Malformed'],
  // These actions do not have the parameters, and the cloud ignores unknown ones.
  ['RebootInstance', 'RUNNING', { StoppedMode: 'Off' }, '200'],
  ['StartInstance', 'STOPPED', { StoppedMode: 'Off', ForceStop: 'yes' }, '200'],
  ['DeleteInstance', 'RUNNING', { StoppedMode: 'Off', ForceStop: 'yes' }, '200'],
  ['StopInstances', 'RUNNING', { DryRun: true }, '200'],
])('%s from %s with %j: %s', async (action, from, params, expected) => {
  const InstanceId = seedOne(from)
  const { outcome } = await call(action, { InstanceId, 'InstanceIds.1': InstanceId, ...params })
  expect(outcome).toBe(expected)
  expect(statusNow() === from).toBe(expected !== '200')
})

describe('operations on several instances', () => {
  it.each([
    ['DeleteInstances', 'RUNNING'],
    ['StartInstances', 'STOPPED'],
    ['StopInstances', 'RUNNING'],
    ['RebootInstances', 'RUNNING'],
  ] as const)('%s succeeds, and returns an error for each item that fails', async (action, from) => {
    const good = seedOne(from)
    const wrong = seedOne('CREATING')
    const reply = await call(action, { 'InstanceIds.1': good, 'InstanceIds.2': wrong, 'InstanceIds.3': 'i-unknown' })
    expect(reply.outcome).toBe('200')
    expect(reply.result.OperationDetails).toMatchObject([
      { InstanceId: good },
      { InstanceId: wrong, Error: { Code: 'InvalidInstanceStatus' } },
      { InstanceId: 'i-unknown', Error: { Code: 'InvalidInstance.NotFound' } },
    ])
    expect(reply.result.OperationDetails[0]).not.toHaveProperty('Error')
    expect(statusNow()).not.toBe(from)
  })

  const ids = (count: number): Params =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`InstanceIds.${index + 1}`, `i-${index}`]))
  it.each([
    [0, '400 MissingParameter.InstanceIds'],
    [1, '200'],
    [100, '200'],
    [101, '400 InvalidInstanceIds.Malformed'],
  ])('%i ids: %s', async (count, expected) => {
    for (const action of ['DeleteInstances', 'StartInstances', 'StopInstances', 'RebootInstances']) {
      expect((await call(action, ids(count))).outcome).toBe(expected)
    }
  })
})

describe('ModifyInstanceAttribute', () => {
  const describeOne = async () => (await call('DescribeInstances')).result.Instances[0]

  it('changes only the given attributes; an empty Description or UserData clears it', async () => {
    const InstanceId = seedOne()
    await call('ModifyInstanceAttribute', {
      InstanceId,
      Description: 'before',
      UserData: 'YQ==',
      InstanceName: 'new',
      Hostname: 'h-1',
    })
    expect(await describeOne()).toMatchObject({ Description: 'before', InstanceName: 'new', Hostname: 'h-1' })
    await call('ModifyInstanceAttribute', { InstanceId, Description: '', UserData: '', InstanceName: '' })
    expect(await describeOne()).toMatchObject({ Description: '', InstanceName: 'new', Hostname: 'h-1' })
    expect(ecs.instances()[0]?.UserData).toBe('')
  })

  it.each<[Params, string]>([
    [{ InstanceName: '-a' }, '400 InvalidInstanceName.Malformed'],
    [{ Password: 'short' }, '400 InvalidPassword.Malformed'],
    [{ DeletionProtection: 1 }, '400 InvalidDeletionProtection.Malformed'],
    [{ UserData: '*' }, '400 InvalidUserData.Malformed'],
    [{ Password: 'Good-Secret-1' }, '200'],
  ])('%j: %s', async (params, expected) => {
    expect((await call('ModifyInstanceAttribute', { InstanceId: seedOne(), ...params })).outcome).toBe(expected)
  })
})

describe('URLs', () => {
  it('have the form of those of the cloud, and are new each time', async () => {
    const InstanceId = seedOne()
    const terminal = (await call('DescribeInstanceECSTerminalUrl', { InstanceId })).result.EcsTerminalUrl
    const vnc = (await call('DescribeInstanceVncUrl', { InstanceId })).result.VncUrl
    expect(terminal).toMatch(/^wss:\/\/cn-beijing01-vncproxy-ecs\.volcengine\.com:443\/instance\/login\/[\da-f-]{36}$/)
    expect(vnc).toMatch(
      /^wss:\/\/cn-beijing-a01-vncproxy-ecs\.volcengine\.com:443\/websockify\/destInfoToken\/[\da-f-]{36}$/,
    )
    expect((await call('DescribeInstanceVncUrl', { InstanceId })).result.VncUrl).not.toBe(vnc)
  })
})

describe('without stock', () => {
  const outOfStock = 'InsufficientInventory'
  const codes = async (action: string, ids: string[]) => {
    const params = Object.fromEntries(ids.map((id, index) => [`InstanceIds.${index + 1}`, id]))
    return (await call(action, params)).result.OperationDetails.map(({ Error: error }) => error?.Code ?? 'ok')
  }

  it('NoStock: a start is refused, also in a DryRun, and the instance stays STOPPED', async () => {
    const InstanceId = seedOne('STOPPED')
    const { Id } = ecs.faults.add({ Kind: 'NoStock' })[0] ?? {}
    expect((await call('StartInstance', { InstanceId, DryRun: true })).outcome).toBe(`400 ${outOfStock}`)
    expect((await call('StartInstance', { InstanceId, ClientToken: 't' })).outcome).toBe(`400 ${outOfStock}`)
    expect(await codes('StartInstances', [InstanceId])).toEqual([outOfStock])
    expect(ecs.instances()[0]).toMatchObject({ Status: 'STOPPED', next: undefined, boots: 1 })
    ecs.faults.remove(Id ?? '')
    expect((await call('StartInstance', { InstanceId, DryRun: true })).outcome).toBe('400 DryRunOperation')
    expect((await call('StartInstance', { InstanceId, ClientToken: 't' })).outcome).toBe('200')
  })

  it('NoStock affects neither a stop, a reboot nor a delete, nor a start that the status refuses', async () => {
    ecs.faults.add({ Kind: 'NoStock', Times: 1 })
    const InstanceId = seedOne()
    expect((await call('StartInstance', { InstanceId })).outcome).toBe('400 InvalidInstanceStatus')
    for (const action of ['RebootInstance', 'StopInstance', 'DeleteInstance']) {
      expect((await call(action, { InstanceId })).outcome).toBe('200')
      ecs.advance(5)
    }
    expect(ecs.faults.list()).toHaveLength(1)
  })

  it('NoStock may name the action, and counts each item of StartInstances', async () => {
    const ids = [seedOne('STOPPED'), seedOne('STOPPED'), seedOne('STOPPED')]
    ecs.faults.add({ Kind: 'NoStock', Action: 'StartInstances', Skip: 1, Times: 1 })
    ecs.faults.add({ Kind: 'NoStock', Action: 'StartInstance' })
    expect((await call('RunInstances', runParams)).outcome).toBe('200')
    expect(await codes('StartInstances', ids)).toEqual(['ok', outOfStock, 'ok'])
    expect((await call('StartInstance', { InstanceId: ids[1] ?? '' })).outcome).toBe(`400 ${outOfStock}`)
  })

  it('NoStock with Left lets instances start', async () => {
    ecs.faults.add({ Kind: 'NoStock', Left: 1 })
    expect((await call('StartInstance', { InstanceId: seedOne('STOPPED') })).outcome).toBe('200')
  })

  it('FailStarting: a start is accepted, and the instance is STOPPED again, with its StoppedMode', async () => {
    ecs.seed(1, { status: 'STOPPED', stoppedMode: 'StopCharging' })
    const [{ InstanceId } = { InstanceId: '' }] = ecs.instances()
    ecs.faults.add({ Kind: 'FailStarting', Times: 1 })
    expect((await call('StartInstance', { InstanceId, DryRun: true })).outcome).toBe('400 DryRunOperation')
    expect((await call('StartInstance', { InstanceId })).result).toEqual({})
    ecs.advance(3.5)
    expect(statusNow()).toBe('STARTING')
    ecs.advance(0.5)
    const [instance] = (await call('DescribeInstances')).result.Instances
    expect(instance).toMatchObject({ Status: 'STOPPED', StoppedMode: 'StopCharging' })
    expect((await call('StartInstance', { InstanceId })).outcome).toBe('200')
    ecs.advance(4)
    expect(statusNow()).toBe('RUNNING')
  })

  it('FailStarting counts each item of StartInstances', async () => {
    const ids = [seedOne('STOPPED'), seedOne('STOPPED')]
    ecs.faults.add({ Kind: 'FailStarting', Skip: 1, Times: 1 })
    expect(await codes('StartInstances', ids)).toEqual(['ok', 'ok'])
    ecs.advance(4)
    expect(ecs.instances().map(({ Status }) => Status)).toEqual(['RUNNING', 'STOPPED'])
  })

  it('other errors of a start can be scripted too', async () => {
    const InstanceId = seedOne('STOPPED')
    const balance = { Code: 'Insufficient.Balance', Times: 1 }
    ecs.faults.add({ Kind: 'Error', Action: 'StartInstance', Status: 400, ...balance })
    ecs.faults.add({ Kind: 'FailItem', Action: 'StartInstances', ...balance })
    expect((await call('StartInstance', { InstanceId })).outcome).toBe('400 Insufficient.Balance')
    expect(await codes('StartInstances', [InstanceId])).toEqual(['Insufficient.Balance'])
    expect(await codes('StartInstances', [InstanceId])).toEqual(['ok'])
  })
})
