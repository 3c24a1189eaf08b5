import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from './faults.ts'
import { startApig } from './index.ts'
import {
  type Body,
  caller,
  echoFunctions,
  fetchFromGateway,
  gatewayBody,
  prepare,
  routeBody,
  serviceBody,
  upstreamBody,
} from './testing.ts'

const apig = await startApig({ functions: echoFunctions('function-1') })
const call = caller(apig.url)
beforeEach(() => apig.reset())
afterAll(() => apig.close())

const createGateway = (body: Body = {}) => call('CreateGateway', { ...gatewayBody, ...body })
const gateway = async (Id: string) => (await call('GetGateway', { Id })).result.Gateway
const service = async (Id: string) => (await call('GetGatewayService', { Id })).result.GatewayService

describe('a fault of a creation', () => {
  it.each<[Fault, string]>([
    [{ Kind: 'NotActivated', Times: 1 }, '401 ServiceNotActivated'],
    [{ Kind: 'NotInWhitelist', Times: 1 }, '403 OperationDenied.AccountNotInWhitelist'],
    [{ Kind: 'NoQuota', Times: 1 }, '400 QuotaExceeded'],
    [{ Kind: 'Throttle', Times: 1 }, '429 FlowLimitExceeded'],
    [{ Kind: 'Error', Status: 500, Code: 'InternalServiceError', Times: 1 }, '500 InternalServiceError'],
  ])('%j makes nothing', async (fault, outcome) => {
    apig.faults.add(fault)
    expect((await createGateway()).outcome).toBe(outcome)
    expect(apig.gateways()).toEqual([])
    expect((await createGateway()).outcome).toBe('200')
  })

  it('strikes every kind of thing that is made', async () => {
    const { GatewayId, ServiceId, UpstreamId } = await prepare(call)
    const ConsumerId = (await call('CreateConsumer', { GatewayId, Name: 'ann' })).result.Id
    const plugin = { GatewayId, PluginName: 'wasm-key-auth', Enable: true }
    await call('CreatePlugin', plugin)
    const PluginConfig = JSON.stringify({ KeySources: [{ Header: 'X' }], AllowedConsumers: [] })
    const KeyAuthCredential = { APIKey: 'key' }
    apig.faults.add({ Kind: 'NoQuota' })
    const creations: [string, Body][] = [
      ['CreateGateway', { ...gatewayBody, Name: 'other' }],
      ['CreateGatewayService', { ...serviceBody, GatewayId, ServiceName: 'other' }],
      ['CreateUpstream', { ...upstreamBody(GatewayId, 'function-1'), Name: 'other' }],
      ['CreateRoute', routeBody(ServiceId, UpstreamId)],
      ['CreateConsumer', { GatewayId, Name: 'bob' }],
      ['CreateConsumerCredential', { ConsumerId, CredentialType: 'key-auth', KeyAuthCredential }],
      ['CreatePlugin', { ...plugin, PluginName: 'geoip' }],
      ['CreatePluginBinding', { ...plugin, Scope: 'GATEWAY', Target: GatewayId, PluginConfig }],
    ]
    for (const [action, body] of creations)
      expect([action, (await call(action, body)).outcome]).toEqual([action, '400 QuotaExceeded'])
    apig.faults.clear()
    for (const [action, body] of creations)
      expect([action, (await call(action, body)).outcome]).toEqual([action, '200'])
  })

  it('may lose the answer after the work', async () => {
    apig.faults.add({ Kind: 'CutAfter', Action: 'CreateGateway', Times: 1 })
    await expect(createGateway()).rejects.toThrow()
    expect(apig.gateways()).toMatchObject([{ Name: 'gateway-1' }])
  })
})

describe('FailGateway and StuckGateway', () => {
  it('end in CreatedFailed, from which it can be deleted', async () => {
    apig.faults.add({ Kind: 'FailGateway', Message: 'No room.', Times: 1 })
    const { Id } = (await createGateway()).result
    expect(await gateway(Id)).toMatchObject({ Status: 'CreatedFailed', Message: 'No room.' })
    expect((await call('CreateGatewayService', { ...serviceBody, GatewayId: Id })).outcome).toBe(
      '409 StatusConflictError',
    )
    expect((await call('DeleteGateway', { Id })).outcome).toBe('200')
  })

  it('stay Creating, and cannot be deleted', async () => {
    apig.faults.add({ Kind: 'StuckGateway', Times: 1 })
    const { Id } = (await createGateway()).result
    apig.advance(1e6)
    expect(await gateway(Id)).toMatchObject({ Status: 'Creating', Message: '' })
    expect((await call('DeleteGateway', { Id })).outcome).toBe('409 StatusConflictError')
  })
})

describe('FailService and StuckService', () => {
  it.each([
    ['FailService', 'CreatedFailed'],
    ['StuckService', 'Creating'],
  ] as const)('%s leaves it %s, without an address that serves', async (Kind, Status) => {
    apig.faults.add({ Kind, Times: 1 })
    const { GatewayId, ServiceId, UpstreamId } = await prepare(call)
    apig.advance(1e6)
    expect(await service(ServiceId)).toMatchObject({ Status, Domains: [] })
    expect((await call('CreateRoute', routeBody(ServiceId, UpstreamId))).outcome).toBe('409 StatusConflictError')
    expect((await fetchFromGateway(apig, '/')).status).toBe(503)
    expect((await call('DeleteGateway', { Id: GatewayId })).outcome).toBe('409 StatusConflictError')
  })
})

describe('FailDeleting and StuckDeleting', () => {
  it.each([
    ['FailDeleting', 'DeletedFailed', '200'],
    ['StuckDeleting', 'Deleting', '409 StatusConflictError'],
  ] as const)('%s leaves gateways and services %s; deleted again: %s', async (Kind, Status, again) => {
    const { ServiceId } = await prepare(call)
    const { Id } = (await createGateway({ Name: 'other' })).result
    apig.faults.add({ Kind, Times: 2 })
    await call('DeleteGatewayService', { Id: ServiceId })
    await call('DeleteGateway', { Id })
    apig.advance(1e6)
    expect([await service(ServiceId), await gateway(Id)]).toMatchObject([{ Status }, { Status }])
    expect((await fetchFromGateway(apig, '/')).status).toBe(503)
    expect((await call('DeleteGateway', { Id })).outcome).toBe(again)
  })
})

describe('HideNew', () => {
  it('keeps what is made out of lists and checks for a while, though not from who knows its id', async () => {
    apig.faults.add({ Kind: 'HideNew', Seconds: 5, Times: 1 })
    const { Id } = (await createGateway()).result
    const seen = async () => [
      (await call('ListGateways')).result.Total,
      (await call('CheckGatewayExist', { Name: 'gateway-1' })).result.Exist,
    ]
    expect(await seen()).toEqual([0, false])
    expect(await gateway(Id)).toMatchObject({ Id })
    expect((await createGateway()).outcome).toBe('409 DuplicatedResource')
    apig.advance(5)
    expect(await seen()).toEqual([1, true])
  })
})

describe('the control', () => {
  it('scripts faults, shows what there is, and resets', async () => {
    const at = (path: string, body?: object) =>
      fetch(`${apig.url}/_emulator/${path}`, {
        ...(body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      }).then((response) => response.json())
    expect(await at('faults', { Kind: 'StuckGateway', Times: 1 })).toMatchObject({ Faults: [{ Kind: 'StuckGateway' }] })
    expect(await at('faults', { Kind: 'StuckInstance' })).toMatchObject({ Error: expect.stringContaining('HideNew') })
    const { Id } = (await createGateway()).result
    expect(await at('gateways')).toMatchObject({ Gateways: [{ Id, Status: 'Creating' }] })
    expect(await at('calls')).toMatchObject({ Calls: [{ action: 'CreateGateway', body: { Name: 'gateway-1' } }] })
    for (const name of ['services', 'upstreams', 'routes', 'consumers', 'credentials', 'plugins', 'pluginBindings']) {
      expect(Object.values((await at(name)) as object)).toEqual([[]])
    }
    await at('reset', {})
    expect(await at('gateways')).toEqual({ Gateways: [] })
  })
})

describe('a limit on calls', () => {
  it('throttles those that are too many', async () => {
    const limited = await startApig({ functions: echoFunctions(), rateLimit: { perSecond: 0.001, burst: 2 } })
    try {
      const limitedCall = caller(limited.url)
      const outcomes = []
      for (let n = 0; n < 3; n++) outcomes.push((await limitedCall('ListGateways')).outcome)
      expect(outcomes).toEqual(['200', '200', '429 FlowLimitExceeded'])
    } finally {
      await limited.close()
    }
  })
})
