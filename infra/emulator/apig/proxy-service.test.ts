import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import type { GatewayResponse } from './proxy/response.ts'
import { type Body, caller, echoFunctions, fetchFromGateway, prepare, routeBody, upstreamBody } from './testing.ts'

const functions = echoFunctions('function-1', 'function-2', 'never', 'own-headers')
const { invoke } = functions
const ownHeaders = { 'x-trace': 'own', 'access-control-allow-origin': '*', Vary: 'Accept' }
functions.invoke = async (functionId, request): Promise<GatewayResponse> => {
  if (functionId === 'never') return new Promise(() => {})
  const answer = await invoke(functionId, request)
  return functionId === 'own-headers' ? { ...answer, headers: { ...answer.headers, ...ownHeaders } } : answer
}
const apig = await startApig({ functions })
const call = caller(apig.url)

let ids: Awaited<ReturnType<typeof prepare>>
beforeEach(async () => {
  apig.reset()
  ids = await prepare(call)
})
afterAll(() => apig.close())

async function addUpstream(functionId: string): Promise<string> {
  return (await call('CreateUpstream', { ...upstreamBody(ids.GatewayId, functionId), Name: functionId })).result.Id
}

async function addRoute(settings: Body, UpstreamId = ids.UpstreamId): Promise<void> {
  const { outcome, message } = await call('CreateRoute', { ...routeBody(ids.ServiceId, UpstreamId), ...settings })
  expect([outcome, message]).toEqual(['200', ''])
}

describe('the match rule of a route', () => {
  const exact = (MatchContent: string) => ({ MatchType: 'Exact', MatchContent })

  it('selects by action, and leaves the rest to other routes', async () => {
    const byAction = { Path: exact('/'), Method: ['GET', 'POST'], QueryString: [{ Key: 'Action', Value: exact('A') }] }
    await addRoute({ Name: 'rest', MatchRule: { Path: { MatchType: 'Prefix', MatchContent: '/' } } })
    await addRoute({ Name: 'by-action', MatchRule: byAction }, await addUpstream('function-2'))
    const reached = async (path: string, method = 'GET') =>
      (await fetchFromGateway(apig, path, { method })).body.functionId
    expect(await reached('/?Action=A')).toBe('function-2')
    expect(await reached('/?Action=A', 'DELETE')).toBe('function-1')
    expect(await reached('/?Action=B')).toBe('function-1')
    expect(await reached('/x?Action=A')).toBe('function-1')
  })

  it('can match headers and regular expressions', async () => {
    const Header = [{ Key: 'X-Tenant', Value: { MatchType: 'Regex', MatchContent: 't-[0-9]+' } }]
    await addRoute({ MatchRule: { Path: { MatchType: 'Regex', MatchContent: '/v[12]/.*' }, Header } })
    const statusOf = async (path: string, tenant: string) =>
      (await fetchFromGateway(apig, path, { headers: { 'X-Tenant': tenant } })).status
    expect(await statusOf('/v1/a', 't-1')).toBe(200)
    expect(await statusOf('/v1/a', 't-')).toBe(404)
    expect(await statusOf('/v3/a', 't-1')).toBe(404)
  })

  it('prefers the route that was created earlier, even after an update of it', async () => {
    await addRoute({ Name: 'earlier' })
    await addRoute({ Name: 'later' }, await addUpstream('function-2'))
    const [earlier] = (await call('ListRoutes')).result.Items
    const { MatchRule, UpstreamList } = routeBody(ids.ServiceId, ids.UpstreamId)
    await call('UpdateRoute', { Id: earlier.Id, Name: 'earlier', Enable: true, MatchRule, UpstreamList })
    expect((await fetchFromGateway(apig, '/')).body.functionId).toBe('function-1')
  })
})

describe('the upstreams of a route', () => {
  it('get requests by their weights', async () => {
    const [one, two] = [ids.UpstreamId, await addUpstream('function-2')]
    const weights = (first: number, second: number) => ({
      UpstreamList: [
        { UpstreamId: one, Weight: first },
        { UpstreamId: two, Weight: second },
      ],
    })
    const at = (path: string) => ({ MatchRule: { Path: { MatchType: 'Exact', MatchContent: path } } })
    await addRoute({ ...at('/two'), ...weights(0, 10) })
    await addRoute({ ...at('/both'), ...weights(50, 50) })
    await addRoute({ ...at('/none'), ...weights(0, 0) })
    const reached = async (path: string) =>
      new Set(
        await Promise.all(Array.from({ length: 40 }, async () => (await fetchFromGateway(apig, path)).body.functionId)),
      )
    expect(await reached('/two')).toEqual(new Set(['function-2']))
    expect(await reached('/both')).toEqual(new Set(['function-1', 'function-2'])) // one in 2^39 fails
    expect((await fetchFromGateway(apig, '/none')).status).toBe(503)
  })
})

describe('TimeoutSetting', () => {
  it('limits the wait: 504', async () => {
    const TimeoutSetting = { Enable: true, Timeout: 1 }
    await addRoute({ AdvancedSetting: { TimeoutSetting } }, await addUpstream('never'))
    const { status, body } = await fetchFromGateway(apig, '/')
    expect(status).toBe(504)
    expect(body.ResponseMetadata.Error.Message).toBe('route-1 did not answer within 1 s.')
  })
})

describe('HeaderOperations', () => {
  it('change the request, in order, unless they are for the response', async () => {
    const HeaderOperations = [
      { Operation: 'set', Key: 'X-Set', Value: 'gateway' },
      { Operation: 'add', Key: 'x-both', Value: 'gateway' },
      { Operation: 'remove', Key: 'X-Secret' },
      { Operation: 'set', Key: 'X-Gone', Value: 'a' },
      { Operation: 'remove', Key: 'x-gone', DirectionType: 'request' },
      { Operation: 'set', Key: 'X-Answer', Value: 'a', DirectionType: 'response' },
    ]
    await addRoute({ AdvancedSetting: { HeaderOperations } })
    const headers = { 'x-set': 'client', 'X-Both': 'client', 'X-Secret': 'client' }
    const { body } = await fetchFromGateway(apig, '/', { headers })
    const sent = body.headers.filter(([name]: [string]) => /^x-(set|both|secret|gone|answer)$/i.test(name))
    expect(sent).toEqual([
      ['X-Both', 'client'],
      ['X-Set', 'gateway'],
      ['x-both', 'gateway'],
    ])
  })

  it('change the response', async () => {
    const response = (Operation: string, Key: string, Value?: string) => ({
      ...{ Operation, Key, DirectionType: 'response' },
      ...(Value !== undefined && { Value }),
    })
    const HeaderOperations = [
      response('add', 'X-Trace', 'gateway'),
      response('set', 'vary', 'Origin'),
      response('remove', 'X-Function'),
    ]
    await addRoute({ AdvancedSetting: { HeaderOperations } }, await addUpstream('own-headers'))
    const { headers } = await fetchFromGateway(apig, '/')
    expect([headers.get('x-trace'), headers.get('vary'), headers.get('x-function')]).toEqual([
      'own,gateway',
      'Origin',
      null,
    ])
  })
})

describe('CorsPolicySetting', () => {
  const policy = {
    Enable: true,
    AllowOrigins: [
      { MatchType: 'Exact', Value: 'https://app.example' },
      { MatchType: 'Regex', Value: 'https://[a-z]+\\.example\\.org' },
    ],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['X-API-Key', 'Content-Type'],
    ExposeHeaders: ['X-Request-ID'],
    AllowCredentials: true,
    MaxAge: 600,
  }
  const preflight = {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' },
  }
  const corsOf = (headers: Headers) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

  it('answers a preflight at the gateway', async () => {
    await addRoute({ AdvancedSetting: { CorsPolicySetting: policy } })
    const { status, headers, body } = await fetchFromGateway(apig, '/', preflight)
    expect([status, body]).toEqual([200, undefined])
    expect(corsOf(headers)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'X-API-Key,Content-Type',
      'access-control-max-age': '600',
    })
  })

  it('needs OPTIONS to match the route', async () => {
    const MatchRule = { Path: { MatchType: 'Exact', MatchContent: '/' }, Method: ['GET', 'POST'] }
    await addRoute({ MatchRule, AdvancedSetting: { CorsPolicySetting: policy } })
    const { status, headers } = await fetchFromGateway(apig, '/', preflight)
    expect([status, corsOf(headers)]).toEqual([404, {}])
  })

  it('answers a preflight without a key', async () => {
    const { GatewayId, ServiceId } = ids
    await call('CreatePlugin', { GatewayId, PluginName: 'wasm-key-auth', Enable: true })
    const PluginConfig = JSON.stringify({ KeySources: [{ Header: 'X-API-Key' }], AllowedConsumers: ['ann'] })
    await addRoute({ AdvancedSetting: { CorsPolicySetting: policy } })
    const binding = { PluginName: 'wasm-key-auth', Scope: 'SERVICE', Target: ServiceId, PluginConfig, Enable: true }
    expect((await call('CreatePluginBinding', binding)).outcome).toBe('200')
    expect((await fetchFromGateway(apig, '/', preflight)).status).toBe(200)
    const { status, headers } = await fetchFromGateway(apig, '/', { headers: { Origin: 'https://app.example' } })
    expect([status, corsOf(headers)]).toEqual([401, {}])
  })

  it('lets an allowed origin read the response, whatever headers the function sets', async () => {
    await addRoute({ AdvancedSetting: { CorsPolicySetting: policy } }, await addUpstream('own-headers'))
    const { headers } = await fetchFromGateway(apig, '/', { headers: { Origin: 'https://a.example.org' } })
    expect(corsOf(headers)).toEqual({
      'access-control-allow-origin': 'https://a.example.org',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'X-Request-ID',
    })
  })

  it.each([
    ['another origin', policy, 'https://evil.example'],
    ['an origin that only contains an allowed one', policy, 'https://a.example.org.evil'],
    ['a policy without origins', { Enable: true }, 'https://app.example'],
    ['a policy that is off', { ...policy, Enable: false }, 'https://app.example'],
    ['no origin', policy, undefined],
  ])('adds nothing for %s, and leaves preflights to the function', async (_what, CorsPolicySetting, origin) => {
    await addRoute({ AdvancedSetting: { CorsPolicySetting } })
    const headers: Record<string, string> = origin === undefined ? {} : { Origin: origin }
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await fetchFromGateway(apig, '/', {
        method,
        headers: { ...headers, 'Access-Control-Request-Method': 'GET' },
      })
      expect([answer.body.method, corsOf(answer.headers)]).toEqual([method, {}])
    }
  })

  it('allows every origin with *', async () => {
    const CorsPolicySetting = { Enable: true, AllowOrigins: [{ MatchType: 'Exact', Value: '*' }] }
    await addRoute({ AdvancedSetting: { CorsPolicySetting } })
    const { headers } = await fetchFromGateway(apig, '/', { headers: { Origin: 'null' } })
    expect(corsOf(headers)).toEqual({ 'access-control-allow-origin': 'null' })
  })
})
