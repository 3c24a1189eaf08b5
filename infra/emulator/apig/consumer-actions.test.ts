import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startApig } from './index.ts'
import { type Body, caller, echoFunctions, gatewayBody } from './testing.ts'

const quotas = { consumersPerGateway: 3, credentialsPerConsumer: 3 }
const apig = await startApig({ functions: echoFunctions(), quotas })
const call = caller(apig.url)
let GatewayId: string
let ConsumerId: string
beforeEach(async () => {
  apig.reset()
  GatewayId = (await call('CreateGateway', gatewayBody)).result.Id
  ConsumerId = (await call('CreateConsumer', { GatewayId, Name: 'ann', Comments: 'first' })).result.Id
})
afterAll(() => apig.close())

const create = (body: Body = {}) => call('CreateConsumer', { GatewayId, Name: 'bob', ...body })
const apiKey = (APIKey: string) => ({ CredentialType: 'key-auth', KeyAuthCredential: { APIKey } })
const addKey = (body: Body) => call('CreateConsumerCredential', { ConsumerId, ...apiKey('key-1'), ...body })
const keys = (CredentialType = 'key-auth') => call('ListConsumerCredentials', { ConsumerId, CredentialType })

describe('consumers', () => {
  it('are shown with their gateway', async () => {
    expect(ConsumerId).toMatch(/^consumer-[a-z0-9]{20}$/)
    const consumer = {
      ...{ Id: ConsumerId, Name: 'ann', GatewayId, GatewayName: 'gateway-1', Comments: 'first' },
      ...{ CreateTime: expect.any(String), UpdateTime: expect.any(String) },
    }
    expect((await call('GetConsumer', { Id: ConsumerId })).result).toEqual({ Consumer: consumer })
    expect((await call('ListConsumers')).result).toEqual({ Items: [consumer], Total: 1 })
  })

  it.each<[string, Body, string]>([
    ['an existing name, which two may share', { Name: 'ann' }, '200'],
    ['a name of 1 character', { Name: 'a' }, '400 InvalidParameter'],
    ['no name', { Name: undefined }, '400 MissingParameter'],
    ['an unknown gateway', { GatewayId: 'g-none' }, '404 ResourceNotFound'],
  ])('can be created with %s', async (_what, body, outcome) => {
    expect((await create(body)).outcome).toBe(outcome)
  })

  it('have a quota', async () => {
    for (const outcome of ['200', '200', '400 QuotaExceeded']) expect((await create()).outcome).toBe(outcome)
  })

  it('are listed by a filter, which must contain the gateway', async () => {
    const other = (await call('CreateGateway', { ...gatewayBody, Name: 'other' })).result.Id
    await create({ GatewayId: other, Name: 'anna' })
    const total = async (body: Body) => (await call('ListConsumers', body)).result.Total
    expect(await total({ Filter: { GatewayId, Name: 'ann' } })).toBe(1)
    expect(await total({ Filter: { Name: 'ann' } })).toBe(2)
    expect(await total({ GatewayId })).toBe(2)
  })

  it('can be checked for existence by name', async () => {
    expect((await call('CheckConsumerExist', { GatewayId, Name: 'ann' })).result).toEqual({ Exist: true })
    expect((await call('CheckConsumerExist', { GatewayId, Name: 'an' })).result).toEqual({ Exist: false })
  })

  it('can only change their comments', async () => {
    await call('UpdateConsumer', { Id: ConsumerId, Comments: 'second', Name: 'other' })
    const { Consumer } = (await call('GetConsumer', { Id: ConsumerId })).result
    expect(Consumer).toMatchObject({ Comments: 'second', Name: 'ann' })
  })

  it('are deleted only if they have no credentials and no binding allows them', async () => {
    const deleted = async () => (await call('DeleteConsumer', { Id: ConsumerId })).outcome
    const { Id } = (await addKey({})).result
    expect(await deleted()).toBe('409 StatusConflictError')
    await call('DeleteConsumerCredential', { ConsumerId, CredentialType: 'key-auth', Id })
    await call('CreatePlugin', { GatewayId, PluginName: 'wasm-key-auth', Enable: true })
    const PluginConfig = JSON.stringify({ KeySources: [{ Header: 'X-API-Key' }], AllowedConsumers: ['ann'] })
    const binding = { PluginName: 'wasm-key-auth', Scope: 'GATEWAY', Target: GatewayId, PluginConfig, Enable: true }
    const bound = (await call('CreatePluginBinding', binding)).result.Id
    expect(await deleted()).toBe('409 StatusConflictError')
    await call('DeletePluginBinding', { Id: bound })
    expect(await deleted()).toBe('200')
    expect(await deleted()).toBe('404 ResourceNotFound')
  })
})

describe('credentials', () => {
  it('are listed by their type, without the key', async () => {
    const { Id } = (await addKey({})).result
    expect(Id).toMatch(/^credential-[a-z0-9]{20}$/)
    await addKey({ CredentialType: 'hmac-auth', HmacAuthCredential: { AccessKey: 'a', SecretKey: 's' } })
    expect((await keys()).result).toEqual({
      Items: [{ Id, CredentialType: 'key-auth', KeyAuthCredential: { APIKey: '******', Enable: true } }],
      Total: 1,
    })
    expect((await keys('hmac-auth')).result.Total).toBe(1)
    expect((await call('ListConsumerCredentials', { ConsumerId })).outcome).toBe('400 MissingParameter')
  })

  it('are shown by the control without the key', async () => {
    await addKey(apiKey('secret-key'))
    for (const name of ['calls', 'credentials']) {
      const text = await (await fetch(`${apig.url}/_emulator/apig/${name}`)).text()
      expect(text).toContain('"KeyAuthCredential":{"APIKey":"***"')
      expect(text).not.toContain('secret-key')
    }
    expect(apig.calls.at(-1)?.body).toMatchObject(apiKey('secret-key'))
  })

  it.each<[string, Body, string]>([
    ['an unknown consumer', { ConsumerId: 'c-none' }, '404 ResourceNotFound'],
    ['an unknown type', { CredentialType: 'basic' }, '400 InvalidParameter'],
    ['no key', { KeyAuthCredential: undefined }, '400 MissingParameter'],
    ['an empty key', apiKey(''), '400 InvalidParameter'],
    ['the other kind of key', { CredentialType: 'hmac-auth' }, '400 MissingParameter'],
    ['OAuth', { Oauth2Credential: { ClientId: 'c' } }, '403 InvalidOperation'],
  ])('cannot be created with %s', async (_what, body, outcome) => {
    expect((await addKey(body)).outcome).toBe(outcome)
  })

  it('belong to one consumer of a gateway', async () => {
    await addKey({})
    expect((await addKey({})).outcome).toBe('409 DuplicatedResource')
    const bob = (await create()).result.Id
    expect((await addKey({ ConsumerId: bob })).outcome).toBe('409 DuplicatedResource')
  })

  it('have a quota', async () => {
    for (const key of ['1', '2', '3']) expect((await addKey(apiKey(key))).outcome).toBe('200')
    expect((await addKey(apiKey('4'))).outcome).toBe('400 QuotaExceeded')
  })

  it('can be checked for existence by key', async () => {
    const { Id } = (await addKey({})).result
    const check = async (body: Body) => (await call('CheckConsumerCredentialExist', { GatewayId, ...body })).result
    expect(await check(apiKey('key-1'))).toEqual({ Exist: true, Id, ConsumerId })
    expect(await check(apiKey('key-2'))).toEqual({ Exist: false })
  })

  it('are deleted by all of their identifiers', async () => {
    const { Id } = (await addKey({})).result
    const bob = (await create()).result.Id
    const remove = async (body: Body = {}) =>
      (await call('DeleteConsumerCredential', { ConsumerId, CredentialType: 'key-auth', Id, ...body })).outcome
    expect(await remove({ ConsumerId: bob })).toBe('404 ResourceNotFound')
    expect(await remove({ CredentialType: 'hmac-auth' })).toBe('404 ResourceNotFound')
    expect(await remove({ CredentialType: undefined })).toBe('400 MissingParameter')
    expect(await remove()).toBe('200')
    expect(await remove()).toBe('404 ResourceNotFound')
  })
})
