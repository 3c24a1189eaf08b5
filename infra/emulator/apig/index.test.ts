import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import {
  caller,
  domainOf,
  echoFunctions,
  fetchFromGateway,
  gatewayBody,
  prepare,
  routeBody,
  serviceBody,
  upstreamBody,
} from './testing.ts'

const functions = echoFunctions('function-1', 'function-2')
const apig = await startApig({ functions })
const call = caller(apig.url)

beforeEach(() => {
  apig.reset()
  for (const id of ['function-1', 'function-2']) functions.ids.add(id)
})
afterAll(() => apig.close())

describe('what the API creates', () => {
  it('serves: a gateway, a service, an upstream, a route', async () => {
    const { ServiceId, UpstreamId } = await prepare(call)
    const { outcome, result } = await call('CreateRoute', routeBody(ServiceId, UpstreamId))
    expect([outcome, result]).toEqual(['200', { Id: expect.stringMatching(/^r[a-z0-9]{20}$/) }])
    expect(await domainOf(call, ServiceId)).toBe(apig.gatewayUrl)

    const { status, headers, body } = await fetchFromGateway(apig, '/?Action=A', { method: 'POST', body: 'körper' })
    expect([status, headers.get('x-function')]).toEqual([200, 'function-1'])
    expect(body).toMatchObject({ method: 'POST', path: '/', query: 'Action=A', body: 'körper' })
  })

  it('serves each service at its own address, and reuses the first address', async () => {
    const { GatewayId, ServiceId, UpstreamId } = await prepare(call)
    const second = (await call('CreateGatewayService', { ...serviceBody, GatewayId, ServiceName: 'second' })).result.Id
    await call('CreateRoute', routeBody(second, UpstreamId))
    const url = await domainOf(call, second)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(url).not.toBe(apig.gatewayUrl)
    expect((await fetch(url)).status).toBe(200)
    expect((await fetchFromGateway(apig, '/')).status).toBe(404)

    await call('DeleteGatewayService', { Id: ServiceId })
    expect((await fetchFromGateway(apig, '/')).status).toBe(503)
    const third = (await call('CreateGatewayService', { ...serviceBody, GatewayId, ServiceName: 'third' })).result.Id
    expect(await domainOf(call, third)).toBe(apig.gatewayUrl)
    expect((await fetchFromGateway(apig, '/')).status).toBe(404)

    await call('DeleteRoute', { Id: (await call('ListRoutes')).result.Items[0].Id })
    await call('DeleteGatewayService', { Id: second })
    expect(apig.services()).toMatchObject([{ Id: third }])
    await expect(fetch(url)).rejects.toThrow()
  })

  it('is answered by the gateway if no route matches', async () => {
    expect((await fetchFromGateway(apig, '/')).status).toBe(503) // no service
    const { ServiceId, UpstreamId } = await prepare(call)
    expect((await fetchFromGateway(apig, '/')).body.ResponseMetadata).toMatchObject({
      Service: 'apig',
      Region: 'cn-beijing',
      Error: { Code: 'InvalidActionOrVersion' },
    })
    const { Id } = (await call('CreateRoute', { ...routeBody(ServiceId, UpstreamId), Enable: false })).result
    expect((await fetchFromGateway(apig, '/')).status).toBe(404)
    const { ServiceId: _, ...settings } = routeBody(ServiceId, UpstreamId)
    await call('UpdateRoute', { ...settings, Id })
    expect((await fetchFromGateway(apig, '/')).status).toBe(200)
    functions.ids.delete('function-1')
    expect((await fetchFromGateway(apig, '/')).status).toBe(503)
  })

  it('is visible to the owner of the emulator', async () => {
    const { GatewayId, ServiceId, UpstreamId } = await prepare(call)
    await call('CreateRoute', routeBody(ServiceId, UpstreamId))
    expect(apig.gateways()).toMatchObject([{ Id: GatewayId, Status: 'Running', Region: 'cn-beijing' }])
    const control = await fetch(`${apig.url}/_emulator/routes`)
    expect(await control.json()).toMatchObject({ Routes: [{ ServiceId, UpstreamList: [{ UpstreamId }] }] })
  })
})

describe('listening', () => {
  it('at a port that is taken fails at once', async () => {
    const gatewayPort = Number(new URL(apig.gatewayUrl).port)
    await expect(startApig({ functions, gatewayPort })).rejects.toMatchObject({ code: 'EADDRINUSE', port: gatewayPort })
  })

  it('stops with close(), for every service', async () => {
    const own = await startApig({ functions })
    const ownCall = caller(own.url)
    const { GatewayId } = await prepare(ownCall)
    const second = await ownCall('CreateGatewayService', { ...serviceBody, GatewayId, ServiceName: 'second' })
    const urls = [own.url, own.gatewayUrl, await domainOf(ownCall, second.result.Id)]
    await own.close()
    for (const url of urls) await expect(fetch(url)).rejects.toThrow()
  })

  it('does not start with an invalid option', async () => {
    await expect(startApig({ functions, gatewaySeconds: -1 })).rejects.toThrow('gatewaySeconds is -1')
    await expect(startApig({ functions, latencyMs: Number.NaN })).rejects.toThrow(RangeError)
  })
})

describe('by the clock', () => {
  it('gateways and services become Running, serve, and disappear', async () => {
    const slow = await startApig({ functions, gatewaySeconds: 60, serviceSeconds: 5, deleteSeconds: 30 })
    try {
      const slowCall = caller(slow.url)
      const { Id } = (await slowCall('CreateGateway', gatewayBody)).result
      const gateway = async () => (await slowCall('GetGateway', { Id })).result.Gateway?.Status
      expect(await gateway()).toBe('Creating')
      const body = { ...serviceBody, GatewayId: Id }
      expect((await slowCall('CreateGatewayService', body)).outcome).toBe('409 StatusConflictError')
      slow.advance(60)
      expect(await gateway()).toBe('Running')

      const ServiceId = (await slowCall('CreateGatewayService', body)).result.Id
      const service = async () => (await slowCall('GetGatewayService', { Id: ServiceId })).result.GatewayService
      expect(await service()).toMatchObject({ Status: 'Creating', Domains: [] })
      expect((await fetchFromGateway(slow, '/')).status).toBe(503)
      slow.advance(5)
      expect(await service()).toMatchObject({
        Status: 'Running',
        Domains: [{ Domain: slow.gatewayUrl, Type: 'public' }],
      })
      expect((await fetchFromGateway(slow, '/')).status).toBe(404)

      await slowCall('DeleteGatewayService', { Id: ServiceId })
      expect(await service()).toMatchObject({ Status: 'Deleting' })
      expect((await fetchFromGateway(slow, '/')).status).toBe(503)
      slow.advance(30)
      expect(slow.services()).toEqual([])
      await slowCall('DeleteGateway', { Id })
      expect((await slowCall('ListGateways')).result).toMatchObject({ Items: [{ Id, Status: 'Deleting' }], Total: 1 })
      for (const [action, late] of [
        ['UpdateGateway', { Id, Comments: 'late' }],
        ['CreateGatewayService', body],
        ['CreateUpstream', upstreamBody(Id, 'function-1')],
        ['CreateConsumer', { GatewayId: Id, Name: 'late' }],
        ['CreatePlugin', { GatewayId: Id, PluginName: 'geoip', Enable: true }],
        ['DeleteGateway', { Id }],
      ] as const) {
        expect([action, (await slowCall(action, late)).outcome]).toEqual([action, '409 StatusConflictError'])
      }
      slow.advance(30)
      expect((await slowCall('ListGateways')).result).toEqual({ Items: [], Total: 0 })
    } finally {
      await slow.close()
    }
  })
})
