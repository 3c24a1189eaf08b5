import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import {
  type Body,
  caller,
  echoFunctions,
  fetchFromGateway,
  gatewayBody,
  prepare,
  routeBody,
  upstreamBody,
} from './testing.ts'

const functions = echoFunctions('function-1')
const apig = await startApig({ functions, quotas: { routesPerService: 3 } })
const call = caller(apig.url)
let ids: Awaited<ReturnType<typeof prepare>>
beforeEach(async () => {
  apig.reset()
  ids = await prepare(call)
})
afterAll(() => apig.close())

const create = (body: Body = {}) => call('CreateRoute', { ...routeBody(ids.ServiceId, ids.UpstreamId), ...body })
const get = async (Id: string) => (await call('GetRoute', { Id })).result.Route
const path = (MatchType: string, MatchContent: string) => ({ MatchRule: { Path: { MatchType, MatchContent } } })
const advanced = (AdvancedSetting: Body) => ({ AdvancedSetting })
const header = (operation: Body) => advanced({ HeaderOperations: [operation] })

describe('CreateRoute', () => {
  it('creates a route that is shown as it was given', async () => {
    const settings = {
      MatchRule: {
        Path: { MatchType: 'Exact', MatchContent: '/' },
        Method: ['POST'],
        QueryString: [{ Key: 'Action', Value: { MatchType: 'Exact', MatchContent: 'A' } }],
      },
      AdvancedSetting: { TimeoutSetting: { Enable: true, Timeout: 60 } },
    }
    const { Id } = (await create(settings)).result
    expect(await get(Id)).toEqual({
      ...{ Id, Name: 'route-1', ServiceId: ids.ServiceId, ServiceName: 'service-1', Enable: true, Priority: 100 },
      ...settings,
      UpstreamList: [{ UpstreamId: ids.UpstreamId, Weight: 100 }],
      Domains: [{ Domain: apig.gatewayUrl, Type: 'public' }],
      ...{ CustomDomains: [], Reason: '' },
      ...{ CreateTime: expect.any(String), UpdateTime: expect.any(String) },
    })
  })

  it('does not enable it by default', async () => {
    const { Id } = (await create({ Enable: undefined })).result
    expect((await get(Id)).Enable).toBe(false)
    expect((await fetchFromGateway(apig, '/')).status).toBe(404)
  })

  it.each<[string, Body, string]>([
    ['a name of 255 characters', { Name: 'ä'.repeat(255) }, '200'],
    ['a name of 256 characters', { Name: 'r'.repeat(256) }, '400 InvalidParameter'],
    ['a name of 1 character', { Name: 'r' }, '400 InvalidParameter'],
    ['no name', { Name: undefined }, '400 MissingParameter'],
    ['a service that is not there', { ServiceId: 's-none' }, '404 ResourceNotFound'],
    ['no upstreams', { UpstreamList: undefined }, '400 MissingParameter'],
    ['an empty list of upstreams', { UpstreamList: [] }, '400 InvalidParameter'],
    ['an upstream that is not there', { UpstreamList: [{ UpstreamId: 'u', Weight: 1 }] }, '404 ResourceNotFound'],
    ['no weight', { UpstreamList: [{ UpstreamId: 'u' }] }, '400 MissingParameter'],
    ['a weight of 10001', { UpstreamList: [{ UpstreamId: 'u', Weight: 10_001 }] }, '400 InvalidParameter'],
    ['no match rule', { MatchRule: undefined }, '400 MissingParameter'],
    ['no path', { MatchRule: {} }, '400 MissingParameter'],
    ['an unknown match type', path('Suffix', '/'), '400 InvalidParameter'],
    ['a broken regular expression', path('Regex', '/('), '400 InvalidParameter'],
    ['an unknown method', { MatchRule: { ...path('Exact', '/').MatchRule, Method: ['GOT'] } }, '400 InvalidParameter'],
    ['PATCH', { MatchRule: { ...path('Exact', '/').MatchRule, Method: ['PATCH'] } }, '200'],
    ['a priority that says nothing', { Priority: 0 }, '200'],
    ['the default priority', { Priority: 100 }, '200'],
    ['a priority of its own', { Priority: 5 }, '403 OperationDenied.AccountNotInWhitelist'],
    ['a priority of 101', { Priority: 101 }, '400 InvalidParameter'],
    ['a timeout of 0', advanced({ TimeoutSetting: { Enable: true, Timeout: 0 } }), '400 InvalidParameter'],
    ['an operation on a header', header({ Operation: 'set', Key: 'X-A', Value: 'a' }), '200'],
    ['an operation without value', header({ Operation: 'add', Key: 'X-A' }), '400 InvalidParameter'],
    ['an unknown operation', header({ Operation: 'append', Key: 'X-A', Value: 'a' }), '400 InvalidParameter'],
    ['a header of two lines', header({ Operation: 'set', Key: 'X-A', Value: 'a\r\nb' }), '400 InvalidParameter'],
    ['a header that is no name', header({ Operation: 'remove', Key: 'X A' }), '400 InvalidParameter'],
    ['a rewrite that is off', advanced({ URLRewriteSetting: { Enable: false, URLRewrite: '/' } }), '200'],
    ['a rewrite', advanced({ URLRewriteSetting: { Enable: true, URLRewrite: '/' } }), '403 InvalidOperation'],
    ['retries', advanced({ RetryPolicySetting: { Enable: true } }), '403 InvalidOperation'],
    ['mirrors', advanced({ MirrorPolicies: [{}] }), '403 InvalidOperation'],
    ['a fallback', { FallbackSetting: { Enable: true } }, '403 InvalidOperation'],
    ['the usual scene', { Scene: 'Upstream' }, '200'],
    ['another scene', { Scene: 'Mock' }, '403 InvalidOperation'],
    ['a version of the API that has no routes', {}, '404 InvalidActionOrVersion'],
  ])('with %s', async (_what, body, outcome) => {
    const version = outcome === '404 InvalidActionOrVersion' ? '2021-03-03' : '2022-11-12'
    expect(
      (await call('CreateRoute', { ...routeBody(ids.ServiceId, ids.UpstreamId), ...body }, { version })).outcome,
    ).toBe(outcome)
  })

  it('reports what is not emulated', async () => {
    const { message } = await create(advanced({ RetryPolicySetting: { Enable: true } }))
    expect(message).toBe('The emulator does not support AdvancedSetting.RetryPolicySetting; the cloud may.')
  })

  it('accepts two with the same name, but not more than the quota', async () => {
    for (const outcome of ['200', '200', '200', '400 QuotaExceeded']) expect((await create()).outcome).toBe(outcome)
  })

  it('refuses the upstream of another gateway', async () => {
    const GatewayId = (await call('CreateGateway', { ...gatewayBody, Name: 'other' })).result.Id
    const UpstreamId = (await call('CreateUpstream', upstreamBody(GatewayId, 'function-1'))).result.Id
    expect((await create({ UpstreamList: [{ UpstreamId, Weight: 1 }] })).outcome).toBe('404 ResourceNotFound')
  })
})

describe('UpdateRoute', () => {
  it('replaces all settings, so that omitted ones get their defaults', async () => {
    const { Id } = (await create(advanced({ TimeoutSetting: { Enable: true, Timeout: 5 } }))).result
    const { ServiceId, Enable, ...settings } = routeBody(ids.ServiceId, ids.UpstreamId, '/new')
    expect((await call('UpdateRoute', { ...settings, Id })).result).toEqual({ Id })
    const route = await get(Id)
    expect(route).toMatchObject({ Enable: false, ServiceId, MatchRule: path('Exact', '/new').MatchRule })
    expect(route).not.toHaveProperty('AdvancedSetting')
  })

  it('accepts what GetRoute returns', async () => {
    const { Id } = (await create()).result
    const before = await get(Id)
    expect((await call('UpdateRoute', before)).outcome).toBe('200')
    expect(await get(Id)).toEqual({ ...before, UpdateTime: expect.any(String) })
  })

  it('checks as CreateRoute does, and changes nothing when it refuses', async () => {
    const { Id } = (await create()).result
    const before = await get(Id)
    for (const wrong of [{ Priority: 5 }, { UpstreamList: [{ UpstreamId: 'u', Weight: 1 }] }, { MatchRule: {} }]) {
      expect((await call('UpdateRoute', { ...before, ...wrong })).outcome).not.toBe('200')
    }
    expect(await get(Id)).toEqual(before)
    expect((await call('UpdateRoute', { ...before, Id: 'r-none' })).outcome).toBe('404 ResourceNotFound')
  })
})

describe('the other actions', () => {
  it('list by location, upstream and name', async () => {
    const { GatewayId, ServiceId, UpstreamId } = ids
    const { Id } = (await create({ ...path('Exact', '/files') })).result
    await create({ Name: 'second' })
    const total = async (body: Body) => (await call('ListRoutes', body)).result.Total
    expect(await total({ GatewayId, ServiceId, UpstreamId, ResourceType: 'Console' })).toBe(2)
    const none = [{ GatewayId: 'g' }, { ServiceId: 's' }, { UpstreamId: 'u' }, { UpstreamVersion: 'v' }]
    for (const one of [...none, { ResourceType: 'Ingress' }]) expect(await total(one)).toBe(0)
    expect(await total({ Filter: { UpstreamIds: [UpstreamId] } })).toBe(2)
    expect(await total({ Filter: { UpstreamIds: ['u'] } })).toBe(0)
    expect(await total({ Filter: { Name: 'sec' } })).toBe(1)
    expect((await call('ListRoutes', { Filter: { Path: '/files' } })).result.Items).toMatchObject([{ Id }])
  })

  it('check whether a route with a name exists', async () => {
    const { ServiceId } = ids
    const { Id } = (await create()).result
    expect((await call('CheckRouteExist', { ServiceId, Name: 'route-1' })).result).toEqual({ Exist: true, Id })
    expect((await call('CheckRouteExist', { ServiceId, Name: 'route' })).result).toEqual({ Exist: false })
  })

  it('delete', async () => {
    const { Id } = (await create()).result
    expect((await fetchFromGateway(apig, '/')).status).toBe(200)
    expect(await call('DeleteRoute', { Id })).toMatchObject({ outcome: '200', result: {} })
    expect((await fetchFromGateway(apig, '/')).status).toBe(404)
    expect((await call('DeleteRoute', { Id })).outcome).toBe('404 ResourceNotFound')
  })
})

describe('routeSeconds', () => {
  it('is the delay before a new or changed route is in force', async () => {
    const slow = await startApig({ functions, routeSeconds: 10 })
    try {
      const slowCall = caller(slow.url)
      const { ServiceId, UpstreamId } = await prepare(slowCall)
      const { Id } = (await slowCall('CreateRoute', routeBody(ServiceId, UpstreamId, '/old'))).result
      const reached = async () => [
        (await fetchFromGateway(slow, '/old')).status,
        (await fetchFromGateway(slow, '/new')).status,
      ]
      expect(await reached()).toEqual([404, 404])
      slow.advance(10)
      expect(await reached()).toEqual([200, 404])
      const { ServiceId: _, ...settings } = routeBody(ServiceId, UpstreamId, '/new')
      await slowCall('UpdateRoute', { ...settings, Id })
      expect(await reached()).toEqual([200, 404])
      slow.advance(10)
      expect(await reached()).toEqual([404, 200])
    } finally {
      await slow.close()
    }
  })
})
