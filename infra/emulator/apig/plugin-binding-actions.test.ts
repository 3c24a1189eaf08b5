import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { type Body, caller, echoFunctions, prepare, routeBody } from './testing.ts'

const apig = await startApig({ functions: echoFunctions('function-1') })
const call = caller(apig.url)
const PluginName = 'wasm-key-auth'
const PluginConfig = JSON.stringify({ KeySources: [{ Header: 'X-API-Key' }], AllowedConsumers: ['ann'] })

let ids: Awaited<ReturnType<typeof prepare>> & { RouteId: string }
beforeEach(async () => {
  apig.reset()
  const prepared = await prepare(call)
  ids = {
    ...prepared,
    RouteId: (await call('CreateRoute', routeBody(prepared.ServiceId, prepared.UpstreamId))).result.Id,
  }
})
afterAll(() => apig.close())

const plugin = (action: string, body: Body = {}) => call(action, { GatewayId: ids.GatewayId, PluginName, ...body })
const bind = (body: Body = {}) =>
  call('CreatePluginBinding', { PluginName, Scope: 'ROUTE', Target: ids.RouteId, PluginConfig, Enable: true, ...body })

describe('plugins', () => {
  it('are installed once on a gateway, then updated', async () => {
    const created = await plugin('CreatePlugin', { PluginConfig: '', Enable: false })
    expect(created.result).toEqual({ PluginID: expect.stringMatching(/^p[a-z0-9]{20}$/) })
    expect((await plugin('CreatePlugin', { Enable: true })).outcome).toBe('409 DuplicatedResource')
    expect((await plugin('UpdatePlugin', { Enable: true })).result).toEqual(created.result)
    expect((await plugin('GetPlugin')).result).toEqual({
      ...{ ...created.result, PluginName, GatewayId: ids.GatewayId, PluginConfig: '', Enable: true, Message: '' },
      ...{ AddonStatus: 'Running', CreateTime: expect.any(String), UpdateTime: expect.any(String) },
    })
  })

  it.each<[string, Body, string]>([
    ['CreatePlugin', { PluginName: 'mine', Enable: true }, '400 InvalidParameter'],
    ['CreatePlugin', {}, '400 MissingParameter'],
    ['CreatePlugin', { GatewayId: 'g-none', Enable: true }, '404 ResourceNotFound'],
    ['UpdatePlugin', { Enable: true }, '404 ResourceNotFound'],
    ['GetPlugin', {}, '404 ResourceNotFound'],
    ['DeletePlugin', {}, '404 ResourceNotFound'],
  ])('%s of what is wrong or not there: %j', async (action, body, outcome) => {
    expect((await plugin(action, body)).outcome).toBe(outcome)
  })

  it('are deleted only if nothing is bound', async () => {
    await plugin('CreatePlugin', { Enable: true })
    const { Id } = (await bind()).result
    expect((await plugin('DeletePlugin')).outcome).toBe('409 StatusConflictError')
    await call('DeletePluginBinding', { Id })
    expect((await plugin('DeletePlugin')).outcome).toBe('200')
    expect((await bind()).outcome).toBe('403 InvalidOperation')
  })
})

describe('bindings', () => {
  it('need the plugin on the gateway', async () => {
    expect((await bind()).outcome).toBe('403 InvalidOperation')
    await plugin('CreatePlugin', { Enable: false })
    expect((await bind()).outcome).toBe('403 InvalidOperation')
    await plugin('UpdatePlugin', { Enable: true })
    expect((await bind()).outcome).toBe('200')
  })

  it('are shown with the names of their targets', async () => {
    await plugin('CreatePlugin', { Enable: true })
    const { GatewayId, ServiceId, RouteId } = ids
    const { Id } = (await bind({ Description: 'mine' })).result
    expect(Id).toMatch(/^pb-[a-z0-9]{20}$/)
    const binding = {
      ...{ Id, PluginName, PluginConfig, Scope: 'ROUTE', Target: RouteId, TargetName: 'route-1', Enable: true },
      ...{ Description: 'mine', GatewayId, GatewayName: 'gateway-1', ServiceId, ServiceName: 'service-1' },
      ...{ RouteId, RouteName: 'route-1', UpdateTime: expect.any(String) },
    }
    expect((await call('GetPluginBinding', { Id })).result).toEqual(binding)
    expect((await call('GetPluginBinding', { PluginName, Scope: 'ROUTE', Target: RouteId })).result).toEqual(binding)
    expect((await call('ListPluginBindings')).result).toEqual({ Items: [binding], Total: 1 })
    const ofGateway = (await bind({ Scope: 'GATEWAY', Target: GatewayId })).result.Id
    expect((await call('GetPluginBinding', { Id: ofGateway })).result).toMatchObject({
      ...{ TargetName: 'gateway-1', GatewayId, ServiceId: '', RouteId: '' },
    })
  })

  const config = (value: unknown) => ({ PluginConfig: JSON.stringify(value) })
  it.each<[string, Body, string]>([
    ['an unknown plugin', { PluginName: 'mine' }, '400 InvalidParameter'],
    ['an unknown scope', { Scope: 'UPSTREAM' }, '400 InvalidParameter'],
    ['a target that is not there', { Target: 'r-none' }, '404 ResourceNotFound'],
    ['a target of another scope', { Scope: 'SERVICE' }, '404 ResourceNotFound'],
    ['no config', { PluginConfig: undefined }, '400 MissingParameter'],
    ['a config that is no JSON', { PluginConfig: 'key' }, '400 InvalidParameter'],
    ['a config without sources', config({ KeySources: [], AllowedConsumers: ['ann'] }), '400 InvalidParameter'],
    ['a config without consumers', config({ KeySources: [{ Header: 'X' }] }), '400 InvalidParameter'],
    ['a config as an object', { PluginConfig: {} }, '400 InvalidParameter'],
    ['nothing about Enable', { Enable: undefined }, '400 MissingParameter'],
  ])('cannot be created with %s', async (_what, body, outcome) => {
    await plugin('CreatePlugin', { Enable: true })
    expect((await bind(body)).outcome).toBe(outcome)
  })

  it('of a plugin that is not emulated cannot be enabled', async () => {
    await plugin('CreatePlugin', { PluginName: 'ip-restriction', Enable: true })
    const body = { PluginName: 'ip-restriction', PluginConfig: '{}' }
    expect((await bind(body)).outcome).toBe('403 InvalidOperation')
    expect((await bind({ ...body, Enable: false })).outcome).toBe('200')
  })

  it('exist once per target', async () => {
    await plugin('CreatePlugin', { Enable: true })
    await bind()
    expect((await bind()).outcome).toBe('409 DuplicatedResource')
    expect((await bind({ Scope: 'SERVICE', Target: ids.ServiceId })).outcome).toBe('200')
  })

  it('are listed by scope and by whether they are enabled', async () => {
    await plugin('CreatePlugin', { Enable: true })
    await bind()
    await bind({ Scope: 'SERVICE', Target: ids.ServiceId, Enable: false })
    const total = async (Filter: Body) => (await call('ListPluginBindings', { Filter })).result.Total
    expect(await total({})).toBe(2)
    expect(await total({ Scope: 'SERVICE' })).toBe(1)
    expect(await total({ Enable: true })).toBe(1)
    expect(await total({ Name: 'key-auth' })).toBe(2)
    expect(await total({ Name: 'none' })).toBe(0)
  })

  it('keep their plugin and target in an update', async () => {
    await plugin('CreatePlugin', { Enable: true })
    const { Id } = (await bind({ Description: 'mine' })).result
    const update = (body: Body) => call('UpdatePluginBinding', { Id, Enable: true, PluginConfig, ...body })
    const changes = { Enable: false, PluginConfig: PluginConfig.replace('ann', 'bob') }
    expect((await update({ ...changes, Target: 'other' })).result).toEqual({ Id })
    expect((await call('GetPluginBinding', { Id })).result).toMatchObject({ ...changes, Target: ids.RouteId })
    expect((await update({ PluginConfig: '{}' })).outcome).toBe('400 InvalidParameter')
    expect((await update({ PluginConfig: undefined })).outcome).toBe('400 MissingParameter')
  })

  it.each([
    ['DeleteRoute', 'ROUTE', () => ids.RouteId],
    ['DeleteGatewayService', 'SERVICE', () => ids.ServiceId],
    ['DeleteGateway', 'GATEWAY', () => ids.GatewayId],
  ])('keep what they are at: %s', async (action, Scope, target) => {
    await plugin('CreatePlugin', { Enable: true })
    const { Id } = (await bind({ Scope, Target: target() })).result
    if (Scope !== 'ROUTE') await call('DeleteRoute', { Id: ids.RouteId })
    if (Scope === 'GATEWAY') {
      await call('DeleteGatewayService', { Id: ids.ServiceId })
      await call('DeleteUpstream', { Id: ids.UpstreamId })
    }
    const refused = await call(action, { Id: target() })
    expect([refused.outcome, refused.message]).toEqual(['409 StatusConflictError', expect.stringContaining(Id)])
    await call('DeletePluginBinding', { Id })
    expect((await call(action, { Id: target() })).outcome).toBe('200')
  })
})
