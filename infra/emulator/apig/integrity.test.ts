import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { createApig } from './index.ts'
import { type Body, directCaller, echoFunctions, gatewayBody, routeBody, serviceBody, upstreamBody } from './testing.ts'

const apig = await createApig({ functions: echoFunctions('function-1'), serviceSeconds: 1, deleteSeconds: 2 })
const call = directCaller(apig)
afterAll(() => apig.close())

interface Known {
  Id: string
  GatewayId: string
  ServiceId: string
  ConsumerId: string
  CredentialType: string
  Target: string
  UpstreamList: { UpstreamId: string }[]
}
const known = (look: () => readonly object[]) => look() as Known[]

/** An operation, its kind of resource, which resource of that kind, and the name of a new resource. */
const step = fc.record({
  what: fc.constantFrom('make', 'delete', 'delete', 'wait'),
  kind: fc.nat(7),
  first: fc.nat(1),
  second: fc.nat(2),
})

test('no resource refers to a deleted one, whatever is created and deleted', () => {
  const property = fc.property(
    fc.subarray([1, 2, 3, 4, 5, 6, 7]),
    fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }),
    (others, steps) => {
      apig.reset()
      for (const kind of [0, ...others]) {
        const [action, body] = making(kind, 0, 0)
        call(action, body)
        apig.advance(1)
      }
      for (const { what, kind, first, second } of steps) {
        if (what === 'wait') apig.advance(1)
        else {
          const [action, body] = what === 'make' ? making(kind, first, second) : deleting(kind, first)
          expect(call(action, body).outcome).toMatch(/^(200|403 InvalidOperation|40[49] \w+)$/)
        }
        expectWhole()
      }
    },
  )
  fc.assert(property, { numRuns: 100 })
})

function making(kind: number, first: number, second: number): [action: string, body: Body] {
  const GatewayId = idOf(apig.gateways, first)
  const Name = `name-${second}`
  const makings: [string, Body][] = [
    ['CreateGateway', { ...gatewayBody, Name }],
    ['CreateGatewayService', { ...serviceBody, GatewayId, ServiceName: Name }],
    ['CreateUpstream', { ...upstreamBody(GatewayId, 'function-1'), Name }],
    ['CreateRoute', routeBody(idOf(apig.services, first), idOf(apig.upstreams, second))],
    ['CreateConsumer', { GatewayId, Name }],
    [
      'CreateConsumerCredential',
      { ConsumerId: idOf(apig.consumers, first), CredentialType: 'key-auth', KeyAuthCredential: { APIKey: Name } },
    ],
    ['CreatePlugin', { GatewayId, PluginName: 'geoip', Enable: true }],
    [
      'CreatePluginBinding',
      {
        ...[atGateway(first), atService(first), atRoute(first)][second],
        PluginName: 'geoip',
        PluginConfig: '',
        Enable: false,
      },
    ],
  ]
  return makings[kind] ?? ['', {}]
}

const atGateway = (n: number) => ({ Scope: 'GATEWAY', Target: idOf(apig.gateways, n) })
const atService = (n: number) => ({ Scope: 'SERVICE', Target: idOf(apig.services, n) })
const atRoute = (n: number) => ({ Scope: 'ROUTE', Target: idOf(apig.routes, n) })

function deleting(kind: number, n: number): [action: string, body: Body] {
  const credential = known(apig.credentials)[n]
  const deletings: [string, Body][] = [
    ['DeleteGateway', { Id: idOf(apig.gateways, n) }],
    ['DeleteGatewayService', { Id: idOf(apig.services, n) }],
    ['DeleteUpstream', { Id: idOf(apig.upstreams, n) }],
    ['DeleteRoute', { Id: idOf(apig.routes, n) }],
    ['DeleteConsumer', { Id: idOf(apig.consumers, n) }],
    [
      'DeleteConsumerCredential',
      credential ? { ...credential } : { Id: 'x', ConsumerId: 'x', CredentialType: 'key-auth' },
    ],
    ['DeletePlugin', { GatewayId: idOf(apig.gateways, n), PluginName: 'geoip' }],
    ['DeletePluginBinding', { Id: idOf(apig.pluginBindings, n) }],
  ]
  return deletings[kind] ?? ['', {}]
}

function idOf(look: () => readonly object[], n: number): string {
  return known(look)[n]?.Id ?? 'none'
}

function expectWhole(): void {
  const ids = (look: () => readonly object[]) => new Set(known(look).map(({ Id }) => Id))
  const [gateways, services, upstreams, consumers] = [
    ids(apig.gateways),
    ids(apig.services),
    ids(apig.upstreams),
    ids(apig.consumers),
  ]
  const targets = new Set([...gateways, ...services, ...ids(apig.routes)])
  for (const look of [apig.services, apig.upstreams, apig.consumers, apig.plugins, apig.pluginBindings]) {
    for (const { GatewayId } of known(look)) expect(gateways).toContain(GatewayId)
  }
  for (const { ServiceId, UpstreamList } of known(apig.routes)) {
    expect(services).toContain(ServiceId)
    for (const { UpstreamId } of UpstreamList) expect(upstreams).toContain(UpstreamId)
  }
  for (const { ConsumerId } of known(apig.credentials)) expect(consumers).toContain(ConsumerId)
  for (const { Target } of known(apig.pluginBindings)) expect(targets).toContain(Target)
}
