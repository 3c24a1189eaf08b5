import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { caller, echoFunctions, fetchFromGateway, prepare, routeBody } from './testing.ts'

const apig = await startApig({ functions: echoFunctions('function-1') })
const call = caller(apig.url)
const keyAuth = (...AllowedConsumers: string[]) =>
  JSON.stringify({ KeySources: [{ Header: 'X-API-Key' }, { Header: 'authorization' }], AllowedConsumers })

let ids: { GatewayId: string; ServiceId: string; UpstreamId: string; guarded: string; open: string }
const targetOf = { GATEWAY: () => ids.GatewayId, SERVICE: () => ids.ServiceId, ROUTE: () => ids.guarded }

/** A gateway with the plugin on it, two routes, and the consumers ann and bob. */
beforeEach(async () => {
  apig.reset()
  const prepared = await prepare(call)
  const { GatewayId, ServiceId, UpstreamId } = prepared
  const guarded = (await call('CreateRoute', routeBody(ServiceId, UpstreamId, '/guarded'))).result.Id
  const open = (await call('CreateRoute', routeBody(ServiceId, UpstreamId, '/open'))).result.Id
  ids = { ...prepared, guarded, open }
  await call('CreatePlugin', { GatewayId, PluginName: 'wasm-key-auth', PluginConfig: '', Enable: true })
  for (const Name of ['ann', 'bob']) {
    const { Id } = (await call('CreateConsumer', { GatewayId, Name })).result
    await addKey(Id, `key-of-${Name}`)
  }
})
afterAll(() => apig.close())

function addKey(ConsumerId: string, APIKey: string) {
  return call('CreateConsumerCredential', { ConsumerId, CredentialType: 'key-auth', KeyAuthCredential: { APIKey } })
}

function bind(Scope: keyof typeof targetOf, PluginConfig = keyAuth('ann'), Enable = true) {
  return call('CreatePluginBinding', {
    PluginName: 'wasm-key-auth',
    Scope,
    Target: targetOf[Scope](),
    PluginConfig,
    Enable,
  })
}

const statusOf = async (path: string, headers: Record<string, string> = {}) =>
  (await fetchFromGateway(apig, path, { headers })).status

describe('a binding of wasm-key-auth', () => {
  it.each([
    ['no key', {}, 401],
    ['an allowed key', { 'X-API-Key': 'key-of-ann' }, 200],
    ['an allowed key, in the other header', { Authorization: 'key-of-ann' }, 200],
    ['a key with a prefix', { Authorization: 'Bearer key-of-ann' }, 401],
    ['the key of a consumer that is not allowed', { 'X-API-Key': 'key-of-bob' }, 401],
    ['a wrong key', { 'X-API-Key': 'key-of-an' }, 401],
    ['an empty key', { 'X-API-Key': '' }, 401],
    ['a key in another header', { 'X-Key': 'key-of-ann' }, 401],
  ])('with %s', async (_what, headers, status) => {
    await bind('ROUTE')
    expect(await statusOf('/guarded', headers)).toBe(status)
    expect(await statusOf('/open', headers)).toBe(200)
  })

  it.each([
    ['GATEWAY', 401, 401],
    ['SERVICE', 401, 401],
    ['ROUTE', 401, 200],
  ] as const)('at the scope %s guards what is in it', async (scope, guarded, open) => {
    expect((await bind(scope)).outcome).toBe('200')
    expect([await statusOf('/guarded'), await statusOf('/open')]).toEqual([guarded, open])
    expect(await statusOf('/guarded', { 'X-API-Key': 'key-of-ann' })).toBe(200)
    expect(await statusOf('/none')).toBe(404)
  })

  it('tells the function who called, and a client cannot forge this', async () => {
    await bind('ROUTE', keyAuth('ann', 'bob'))
    const forwarded = async (path: string, headers: Record<string, string>) =>
      (await fetchFromGateway(apig, path, { headers })).body.headers.filter(([name]: [string]) =>
        /consumer/i.test(name),
      )
    const forged = { 'X-API-Key': 'key-of-bob', 'x-forward-consumer': 'ann' }
    expect(await forwarded('/guarded', forged)).toEqual([['X-Forward-Consumer', 'bob']])
    expect(await forwarded('/open', forged)).toEqual([])
  })

  it('answers 401 in the envelope, and never calls the function', async () => {
    await bind('ROUTE')
    const { status, headers, body } = await fetchFromGateway(apig, '/guarded')
    expect([status, headers.get('x-function')]).toEqual([401, null])
    expect(body.ResponseMetadata.Error).toEqual({
      Code: 'Unauthorized',
      Message: 'A key is required in the header X-API-Key or authorization.',
    })
  })

  it('must allow a request at every scope', async () => {
    await bind('SERVICE', keyAuth('ann', 'bob'))
    await bind('ROUTE', keyAuth('bob'))
    expect(await statusOf('/guarded', { 'X-API-Key': 'key-of-ann' })).toBe(401)
    expect(await statusOf('/guarded', { 'X-API-Key': 'key-of-bob' })).toBe(200)
    expect(await statusOf('/open', { 'X-API-Key': 'key-of-ann' })).toBe(200)
  })

  it('has an effect only while it, the plugin and the key exist', async () => {
    const { Id } = (await bind('ROUTE', keyAuth('ann'), false)).result
    const PluginName = 'wasm-key-auth'
    const both = async () => [await statusOf('/guarded'), await statusOf('/guarded', { 'X-API-Key': 'key-of-ann' })]
    expect(await both()).toEqual([200, 200])
    await call('UpdatePluginBinding', { Id, Enable: true, PluginConfig: keyAuth('ann') })
    expect(await both()).toEqual([401, 200])
    await call('UpdatePlugin', { GatewayId: ids.GatewayId, PluginName, Enable: false })
    expect(await both()).toEqual([200, 200])
    await call('UpdatePlugin', { GatewayId: ids.GatewayId, PluginName, Enable: true })
    const [credential] = (await call('ListConsumerCredentials', await credentialsOf('ann'))).result.Items
    await call('DeleteConsumerCredential', { ...(await credentialsOf('ann')), Id: credential.Id })
    expect(await both()).toEqual([401, 401])
    await call('DeletePluginBinding', { Id })
    expect(await both()).toEqual([200, 200])
  })

  it('does not accept the keys of another gateway', async () => {
    const { result } = await call('CreateGateway', { Name: 'other', Region: 'cn-beijing', Type: 'serverless' })
    const consumer = (await call('CreateConsumer', { GatewayId: result.Id, Name: 'ann' })).result
    expect((await addKey(consumer.Id, 'key-of-ann')).outcome).toBe('200')
    expect((await addKey(consumer.Id, 'key-elsewhere')).outcome).toBe('200')
    await bind('ROUTE')
    expect(await statusOf('/guarded', { 'X-API-Key': 'key-elsewhere' })).toBe(401)
  })
})

async function credentialsOf(Name: string) {
  const { result } = await call('ListConsumers', { Filter: { GatewayId: ids.GatewayId, Name } })
  return { ConsumerId: result.Items[0].Id, CredentialType: 'key-auth' }
}
