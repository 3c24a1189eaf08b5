import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { type Body, caller, echoFunctions, gatewayBody, prepare } from './testing.ts'

const apig = await startApig({ functions: echoFunctions('function-1'), quotas: { gateways: 12 } })
const call = caller(apig.url)
beforeEach(() => apig.reset())
afterAll(() => apig.close())

const create = (body: Body = {}) => call('CreateGateway', { ...gatewayBody, ...body })

describe('CreateGateway', () => {
  it('creates a gateway that is Running', async () => {
    const { Id } = (await create({ Comments: 'mine', ResourceSpec: { Replicas: 2 } })).result
    expect(Id).toMatch(/^g[a-z0-9]{20}$/)
    expect((await call('GetGateway', { Id })).result.Gateway).toEqual({
      ...{ Id, Name: 'gateway-1', Region: 'cn-beijing', Type: 'serverless', Status: 'Running', Message: '' },
      ...{ Comments: 'mine', ProjectName: 'default', ResourceSpec: { Replicas: 2 } },
      ...{ Version: 'v2', Events: [], CreateTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/) },
    })
  })

  it.each<[string, Body, string]>([
    ['a name of 2 characters', { Name: 'g1' }, '200'],
    ['a name of 63 characters', { Name: 'g'.repeat(63) }, '200'],
    ['a name of 1 character', { Name: 'g' }, '400 InvalidParameter'],
    ['a name of 64 characters', { Name: 'g'.repeat(64) }, '400 InvalidParameter'],
    ['a name that begins with -', { Name: '-g' }, '400 InvalidParameter'],
    ['a name with _', { Name: 'g_1' }, '400 InvalidParameter'],
    ['no name', { Name: undefined }, '400 MissingParameter'],
    ['no region', { Region: undefined }, '400 MissingParameter'],
    ['another region than that of the signature', { Region: 'cn-shanghai' }, '400 InvalidParameter'],
    ['another type', { Type: 'small' }, '400 InvalidParameter'],
    ['type standard without a network', { Type: 'standard' }, '400 MissingParameter'],
    ['type standard with a network', { Type: 'standard', NetworkSpec: { VpcId: 'vpc-1', SubnetIds: ['s'] } }, '200'],
    ['1 replica', { ResourceSpec: { Replicas: 1 } }, '400 InvalidParameter'],
    ['comments of 253 characters', { Comments: 'c'.repeat(253) }, '200'],
    ['comments of 254 characters', { Comments: 'c'.repeat(254) }, '400 InvalidParameter'],
    ['an unknown parameter', { Unknown: 1, Tags: 'none' }, '200'],
  ])('with %s', async (_what, body, outcome) => {
    expect((await create(body)).outcome).toBe(outcome)
  })

  it('reports the invalid parameter, and what a valid one is', async () => {
    expect((await create({ ResourceSpec: { Replicas: 1 } })).message).toBe(
      'The specified parameter ResourceSpec.Replicas is invalid: it must be an integer from 2 to 100',
    )
    expect((await create({ NetworkSpec: {} })).message).toBe(
      'The required parameter NetworkSpec.VpcId is not supplied.',
    )
  })

  it('refuses a name that exists in the region', async () => {
    await create()
    expect((await create()).outcome).toBe('409 DuplicatedResource')
    const elsewhere = await call('CreateGateway', { ...gatewayBody, Region: 'cn-shanghai' }, { region: 'cn-shanghai' })
    expect(elsewhere.outcome).toBe('200')
  })

  it('refuses more gateways than the quota', async () => {
    for (let n = 0; n < 12; n++) await create({ Name: `gateway-${n}` })
    expect((await create({ Name: 'one-more' })).outcome).toBe('400 QuotaExceeded')
  })
})

describe('ListGateways', () => {
  const namesOf = async (body: Body) => {
    const { Items, Total } = (await call('ListGateways', body)).result
    return [Items.map(({ Name }: { Name: string }) => Name).join(' '), Total]
  }

  it('has a default page size of 10', async () => {
    for (let n = 0; n < 12; n++) await create({ Name: `g-${n}` })
    expect(await namesOf({})).toEqual(['g-0 g-1 g-2 g-3 g-4 g-5 g-6 g-7 g-8 g-9', 12])
    expect(await namesOf({ PageNumber: 2 })).toEqual(['g-10 g-11', 12])
    expect(await namesOf({ PageNumber: 2, PageSize: 5 })).toEqual(['g-5 g-6 g-7 g-8 g-9', 12])
    expect(await namesOf({ PageNumber: 9 })).toEqual(['', 12])
    for (const body of [{ PageSize: 101 }, { PageSize: -1 }, { PageNumber: 0 }, { PageNumber: 1.5 }]) {
      expect((await call('ListGateways', body)).outcome).toBe('400 InvalidParameter')
    }
  })

  it('filters, also by a part of the name', async () => {
    const { Id } = (await create({ Name: 'gateway', ProjectName: 'mine' })).result
    await create({ Name: 'gateway-2', Type: 'standard', NetworkSpec: { VpcId: 'vpc-1', SubnetIds: [] } })
    expect(await namesOf({ Filter: { Name: 'gateway' } })).toEqual(['gateway gateway-2', 2])
    expect(await namesOf({ Filter: { Name: 'gateway-2' } })).toEqual(['gateway-2', 1])
    expect(await namesOf({ Filter: { Ids: [Id] } })).toEqual(['gateway', 1])
    expect(await namesOf({ Filter: { Type: 'standard' } })).toEqual(['gateway-2', 1])
    expect(await namesOf({ Filter: { VpcIds: ['vpc-1'] } })).toEqual(['gateway-2', 1])
    expect(await namesOf({ Filter: { Status: 'Creating' } })).toEqual(['', 0])
    expect(await namesOf({ ProjectName: 'mine' })).toEqual(['gateway', 1])
  })

  it('only shows its own region', async () => {
    const { Id } = (await create()).result
    const elsewhere = { region: 'cn-shanghai' }
    expect((await call('ListGateways', {}, elsewhere)).result).toEqual({ Items: [], Total: 0 })
    expect((await call('GetGateway', { Id }, elsewhere)).outcome).toBe('404 ResourceNotFound')
    expect((await call('DeleteGateway', { Id }, elsewhere)).outcome).toBe('404 ResourceNotFound')
    expect((await call('CheckGatewayExist', { Name: 'gateway-1' }, elsewhere)).result).toEqual({ Exist: false })
  })
})

describe('the other actions', () => {
  it('update the fields that can change', async () => {
    const { Id } = (await create({ Comments: 'old' })).result
    const changes = { Comments: 'new', MonitorSpec: { Enable: true, WorkspaceID: 'w' } }
    expect((await call('UpdateGateway', { Id, ...changes, Name: 'other' })).result).toEqual({ Id })
    expect((await call('GetGateway', { Id })).result.Gateway).toMatchObject({ ...changes, Name: 'gateway-1' })
  })

  it('check whether a gateway with a name exists, without its id', async () => {
    await create()
    expect((await call('CheckGatewayExist', { Name: 'gateway-1' })).result).toEqual({ Exist: true })
    expect((await call('CheckGatewayExist', { Name: 'gateway' })).result).toEqual({ Exist: false })
  })

  it('delete a gateway only if it is empty, even with ForceDelete', async () => {
    const { GatewayId, ServiceId, UpstreamId } = await prepare(call)
    const { result } = await call('CreateConsumer', { GatewayId, Name: 'ann' })
    await call('CreatePlugin', { GatewayId, PluginName: 'wasm-key-auth', Enable: true })
    const deleted = async () => (await call('DeleteGateway', { Id: GatewayId, ForceDelete: true })).outcome
    expect(await deleted()).toBe('409 StatusConflictError')
    await call('DeleteGatewayService', { Id: ServiceId })
    expect(await deleted()).toBe('409 StatusConflictError')
    await call('DeleteUpstream', { Id: UpstreamId })
    expect(await deleted()).toBe('409 StatusConflictError')
    await call('DeleteConsumer', { Id: result.Id })
    expect(await deleted()).toBe('200')
    expect(apig.gateways()).toEqual([])
    expect(apig.plugins()).toEqual([]) // what is installed on it goes with it
    expect(await deleted()).toBe('404 ResourceNotFound')
  })

  it.each(['GetGateway', 'UpdateGateway', 'DeleteGateway'])('%s needs an existing gateway', async (action) => {
    expect((await call(action, { Id: 'g-none' })).outcome).toBe('404 ResourceNotFound')
    expect((await call(action)).outcome).toBe('400 MissingParameter')
  })
})
