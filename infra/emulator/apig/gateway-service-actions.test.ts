import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { type Body, caller, echoFunctions, gatewayBody, routeBody, serviceBody, upstreamBody } from './testing.ts'

const apig = await startApig({ functions: echoFunctions('function-1'), quotas: { servicesPerGateway: 2 } })
const call = caller(apig.url)
let GatewayId: string
beforeEach(async () => {
  apig.reset()
  GatewayId = (await call('CreateGateway', gatewayBody)).result.Id
})
afterAll(() => apig.close())

const create = (body: Body = {}) => call('CreateGatewayService', { ...serviceBody, GatewayId, ...body })
const get = async (Id: string) => (await call('GetGatewayService', { Id })).result.GatewayService

describe('CreateGatewayService', () => {
  it('creates a service with an address in the public network', async () => {
    const { Id } = (await create({ Comments: 'mine' })).result
    expect(Id).toMatch(/^s[a-z0-9]{20}$/)
    expect(await get(Id)).toMatchObject({
      ...{ Id, Name: 'service-1', GatewayId, GatewayName: 'gateway-1', Status: 'Running', Comments: 'mine' },
      ...{ Protocol: ['HTTP', 'HTTPS'], AuthSpec: { Enable: false }, CustomDomains: [] },
      Domains: [{ Domain: apig.gatewayUrl, Type: 'public' }],
    })
    for (const name of ['ServiceName', 'ServiceNetworkSpec', 'UpdateTime'])
      expect(await get(Id)).not.toHaveProperty(name)
  })

  it.each([
    [{ EnablePublicNetwork: true, EnablePrivateNetwork: true }, ['public', 'private']],
    [{ EnablePrivateNetwork: true }, ['private']],
    [{}, []],
  ])('has addresses in its networks: %j', async (ServiceNetworkSpec, types) => {
    const { Domains } = await get((await create({ ServiceNetworkSpec })).result.Id)
    expect(Domains.map(({ Type }: { Type: string }) => Type)).toEqual(types)
  })

  it.each<[string, Body, string]>([
    ['a name of 128 characters', { ServiceName: 's'.repeat(128) }, '200'],
    ['a name of 129 characters', { ServiceName: 's'.repeat(129) }, '400 InvalidParameter'],
    ['no name', { ServiceName: undefined }, '400 MissingParameter'],
    ['no protocol', { Protocol: undefined }, '400 MissingParameter'],
    ['an empty list of protocols', { Protocol: [] }, '400 InvalidParameter'],
    ['an unknown protocol', { Protocol: ['FTP'] }, '400 InvalidParameter'],
    ['no AuthSpec', { AuthSpec: undefined }, '400 MissingParameter'],
    ['an unknown gateway', { GatewayId: 'g-none' }, '404 ResourceNotFound'],
    ['its own authentication', { AuthSpec: { Enable: true } }, '403 InvalidOperation'],
    ['its own domain', { CustomDomains: [{ Domain: 'a.example' }] }, '403 InvalidOperation'],
    ['a type', { ServiceType: 'AIProvider' }, '403 InvalidOperation'],
  ])('with %s', async (_what, body, outcome) => {
    expect((await create(body)).outcome).toBe(outcome)
  })

  it('refuses a name that exists on the gateway, and more services than the quota', async () => {
    await create()
    expect((await create()).outcome).toBe('409 DuplicatedResource')
    await create({ ServiceName: 'second' })
    expect((await create({ ServiceName: 'third' })).outcome).toBe('400 QuotaExceeded')
    const other = (await call('CreateGateway', { ...gatewayBody, Name: 'other' })).result.Id
    expect((await create({ GatewayId: other })).outcome).toBe('200')
  })
})

describe('the other actions', () => {
  it('list by gateway, name and status', async () => {
    const { Id } = (await create()).result
    await create({ ServiceName: 'second' })
    const list = async (body: Body) => (await call('ListGatewayServices', body)).result
    expect(await list({ GatewayId, Filter: { Name: 'service' } })).toMatchObject({ Items: [{ Id }], Total: 1 })
    expect(await list({ GatewayId: 'g-none' })).toEqual({ Items: [], Total: 0 })
    expect(await list({ Filter: { Status: 'Running' }, PageSize: 1 })).toMatchObject({ Items: [{ Id }], Total: 2 })
    expect(await list({ Filter: { Status: 'Creating' } })).toMatchObject({ Total: 0 })
    expect(await list({ Filter: { ServiceType: 'AIProvider' } })).toMatchObject({ Total: 0 })
  })

  it('check whether a service with a name exists', async () => {
    const { Id } = (await create()).result
    const check = async (body: Body) => (await call('CheckGatewayServiceExist', body)).result
    expect(await check({ GatewayId, Name: 'service-1' })).toEqual({ Exist: true, Id })
    expect(await check({ GatewayId, Name: 'service' })).toEqual({ Exist: false })
    expect(await check({ GatewayId: 'g-none', Name: 'service-1' })).toEqual({ Exist: false })
  })

  it('update the fields that can change', async () => {
    const { Id } = (await create()).result
    const changes = { Protocol: ['HTTPS'], Comments: 'new', ServiceNetworkSpec: { EnablePrivateNetwork: true } }
    expect((await call('UpdateGatewayService', { Id, ...changes })).result).toEqual({ Id })
    expect(await get(Id)).toMatchObject({
      ...{ Protocol: ['HTTPS'], Comments: 'new' },
      Domains: [{ Domain: apig.gatewayUrl, Type: 'private' }],
    })
    expect((await call('UpdateGatewayService', { Id, Comments: 'x' })).outcome).toBe('400 MissingParameter')
  })

  it('delete a service only if it has no routes', async () => {
    const { Id } = (await create()).result
    const UpstreamId = (await call('CreateUpstream', upstreamBody(GatewayId, 'function-1'))).result.Id
    const route = (await call('CreateRoute', routeBody(Id, UpstreamId))).result.Id
    const refused = await call('DeleteGatewayService', { Id })
    expect([refused.outcome, refused.message]).toEqual([
      '409 StatusConflictError',
      `The gateway service ${Id} is used by the route ${route}. Delete what uses it first.`,
    ])
    await call('DeleteRoute', { Id: route })
    expect(await call('DeleteGatewayService', { Id })).toMatchObject({ outcome: '200', result: {} })
    expect((await call('GetGatewayService', { Id })).outcome).toBe('404 ResourceNotFound')
  })
})
