import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { type Body, caller, echoFunctions, gatewayBody, prepare, routeBody, upstreamBody } from './testing.ts'

const apig = await startApig({
  functions: echoFunctions('function-1', 'function-2'),
  quotas: { upstreamsPerGateway: 3 },
})
const call = caller(apig.url)
let ids: Awaited<ReturnType<typeof prepare>>
beforeEach(async () => {
  apig.reset()
  ids = await prepare(call)
})
afterAll(() => apig.close())

const create = (body: Body = {}) =>
  call('CreateUpstream', { ...upstreamBody(ids.GatewayId, 'function-1'), Name: 'second', ...body })
const get = async (Id: string) => (await call('GetUpstream', { Id })).result.Upstream
const functionSpec = (FunctionId: string) => ({ VeFaas: { FunctionId } })

describe('CreateUpstream', () => {
  it('creates an upstream to a function', async () => {
    const { Id } = (await create()).result
    expect(Id).toMatch(/^u[a-z0-9]{20}$/)
    expect(await get(Id)).toEqual({
      ...{ Id, Name: 'second', GatewayId: ids.GatewayId, SourceType: 'VeFaas', Protocol: 'HTTP', Comments: '' },
      ...{ UpstreamSpec: functionSpec('function-1') },
      ...{ BackendTargetList: [], VersionDetails: [] },
      ...{ CreateTime: expect.any(String), UpdateTime: expect.any(String) },
    })
    expect((await call('ListUpstreams', { Filter: { Ids: [Id] } })).result.Items).toEqual([await get(Id)])
  })

  it.each<[string, Body, string]>([
    ['the same function twice', {}, '200'],
    ['no name', { Name: undefined }, '400 MissingParameter'],
    ['a name that begins with -', { Name: '-u' }, '400 InvalidParameter'],
    ['an existing name', { Name: 'upstream-1' }, '409 DuplicatedResource'],
    ['an unknown gateway', { GatewayId: 'g-none' }, '404 ResourceNotFound'],
    ['no source', { SourceType: undefined }, '400 MissingParameter'],
    ['an unknown source', { SourceType: 'Lambda' }, '400 InvalidParameter'],
    ['a source that needs a whitelist', { SourceType: 'Domain' }, '403 OperationDenied.AccountNotInWhitelist'],
    ['a source that is not emulated', { SourceType: 'ECS' }, '403 InvalidOperation'],
    ['no spec', { UpstreamSpec: undefined }, '400 MissingParameter'],
    ['no function', { UpstreamSpec: {} }, '400 MissingParameter'],
    ['a function without a release', { UpstreamSpec: functionSpec('new') }, '400 InvalidParameter'],
    ['an unknown protocol', { Protocol: 'FTP' }, '400 InvalidParameter'],
  ])('with %s', async (_what, body, outcome) => {
    expect((await create(body)).outcome).toBe(outcome)
  })

  it('needs a serverless gateway', async () => {
    const NetworkSpec = { VpcId: 'vpc-1', SubnetIds: ['subnet-1'] }
    const standard = await call('CreateGateway', { ...gatewayBody, Name: 'standard', Type: 'standard', NetworkSpec })
    expect((await create({ GatewayId: standard.result.Id })).outcome).toBe('403 InvalidOperation')
  })

  it('refuses more upstreams than the quota', async () => {
    for (const Name of ['u2', 'u3']) await create({ Name })
    expect((await create({ Name: 'u4' })).outcome).toBe('400 QuotaExceeded')
  })
})

describe('the other actions', () => {
  it('list by gateway, source, id and name', async () => {
    const { Id } = (await create()).result
    const total = async (body: Body) => (await call('ListUpstreams', body)).result.Total
    expect(await total({})).toBe(2)
    expect(await total({ GatewayId: ids.GatewayId, SourceType: 'VeFaas', ResourceType: 'Console' })).toBe(2)
    expect(await total({ GatewayId: 'g-none' })).toBe(0)
    expect(await total({ SourceType: 'ECS' })).toBe(0)
    expect(await total({ ResourceType: 'Ingress' })).toBe(0)
    expect(await total({ Filter: { Ids: [Id] } })).toBe(1)
    expect(await total({ Filter: { Name: 'upstream' } })).toBe(1)
  })

  it('check whether one with a name, or to a function, exists', async () => {
    const { GatewayId, UpstreamId } = ids
    const exist = async (action: string, body: Body) => (await call(action, { GatewayId, ...body })).result
    const found = { Exist: true, Id: UpstreamId }
    expect(await exist('CheckUpstreamExist', { Name: 'upstream-1' })).toEqual(found)
    expect(await exist('CheckUpstreamExist', { Name: 'upstream' })).toEqual({ Exist: false })
    expect(await exist('CheckUpstreamSpecExist', { UpstreamSpec: functionSpec('function-1') })).toEqual(found)
    expect(await exist('CheckUpstreamSpecExist', { UpstreamSpec: functionSpec('function-2') })).toEqual({
      Exist: false,
    })
  })

  it('replace all settings, so that omitted ones are removed', async () => {
    const { GatewayId, ...body } = upstreamBody(ids.GatewayId, 'function-2')
    const { Id } = (await create({ Comments: 'old', TlsSettings: { Sni: 'a' } })).result
    expect((await call('UpdateUpstream', { ...body, Id, Name: 'renamed' })).result).toEqual({ Id })
    const upstream = await get(Id)
    expect(upstream).toMatchObject({
      Name: 'renamed',
      GatewayId,
      Comments: '',
      UpstreamSpec: functionSpec('function-2'),
    })
    expect(upstream).not.toHaveProperty('TlsSettings')
    expect((await call('UpdateUpstream', { ...body, Id, Name: 'upstream-1' })).outcome).toBe('409 DuplicatedResource')
    const unreleased = { ...body, Id, UpstreamSpec: functionSpec('new') }
    expect((await call('UpdateUpstream', unreleased)).outcome).toBe('400 InvalidParameter')
  })

  it('delete an upstream only if no route uses it', async () => {
    const { ServiceId, UpstreamId } = ids
    const route = (await call('CreateRoute', { ...routeBody(ServiceId, UpstreamId), Enable: false })).result.Id
    expect((await call('DeleteUpstream', { Id: UpstreamId })).outcome).toBe('409 StatusConflictError')
    await call('DeleteRoute', { Id: route })
    expect((await call('DeleteUpstream', { Id: UpstreamId })).outcome).toBe('200')
    expect((await call('DeleteUpstream', { Id: UpstreamId })).outcome).toBe('404 ResourceNotFound')
  })
})
