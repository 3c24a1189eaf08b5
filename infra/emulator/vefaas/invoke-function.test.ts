import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { caller, deployFunction, requestOf } from './testing.ts'

const roleCredentials = { accessKeyId: 'AKROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' }
const log: { name: string; line: string; stream: string }[] = []
const vefaas = await startVefaas({ roleCredentials, onLog: (name, line, stream) => log.push({ name, line, stream }) })
const call = caller(vefaas.url)
beforeEach(() => {
  vefaas.reset()
  log.length = 0
})
afterAll(() => vefaas.close())

/** Releases a function that responds with an expression of `event` and `context`, as JSON. Returns its id. */
const answering = (expression: string, settings: object = {}, to = call) =>
  deployFunction(
    to,
    `const fs = require('fs')
     exports.handler = async (event, context) => ({ body: JSON.stringify(${expression}) })`,
    settings,
  )
const ask = async (id: string, request = {}) => {
  const { status, headers, body } = await vefaas.invoke(id, requestOf(request))
  return status === 200 ? JSON.parse(body.toString()) : `${status} ${headers['X-Faas-Response-Error-Code']}`
}
const Role = 'trn:iam::2100000000:role/ecs-manager'

describe('a running function', () => {
  it('has the variables of the platform and its own', async () => {
    const Envs = [{ Key: 'MINE', Value: '1' }]
    const id = await answering('process.env', { Envs, RequestTimeout: 7, MemoryMB: 512 })
    const environment = await ask(id)
    for (const name of ['PATH', 'TZ', 'LANG']) delete environment[name]
    expect(environment).toEqual({
      MINE: '1',
      _FAAS_FUNC_ID: id,
      _FAAS_FUNC_NAME: 'some-function',
      _FAAS_REVISION_NUMBER: '1',
      _FAAS_FUNC_TIMEOUT: '7',
      _FAAS_INSTANCE_MEMORY: '512',
      _FAAS_RUNTIME_PORT: '8000',
    })
  })

  it('has credentials in a file and in request headers, if it has a role', async () => {
    const id = await answering('[fs.readFileSync(process.env.FAAS_IAM_ROLE_CREDENTIAL_PATH, "utf8"), event.headers]', {
      Role,
    })
    const [file, headers] = await ask(id, { headers: [['x-faas-access-key-id', 'forged']] })
    expect(JSON.parse(file)).toEqual({
      access_key_id: 'AKROLE',
      secret_access_key: 'role-secret',
      session_token: 'role-token',
    })
    expect(headers).toMatchObject({
      'X-Faas-Access-Key-Id': 'AKROLE',
      'X-Faas-Secret-Access-Key': 'role-secret',
      'X-Faas-Session-Token': 'role-token',
    })
  })

  it('has no credentials without a role', async () => {
    const id = await answering('[Object.keys(process.env), Object.keys(event.headers)]')
    expect(JSON.stringify(await ask(id))).not.toMatch(/credential|access|token/i)
  })

  it('has the first access key as its default credentials', async () => {
    const own = await startVefaas({ accessKeys: { AKONE: 'one-secret', AKTWO: 'two-secret' } })
    const signed = { accessKeyId: 'AKTWO', secretKey: 'two-secret' }
    const to: typeof call = (action, body) => caller(own.url)(action, body, signed)
    const id = await answering('event.headers', { Role }, to)
    expect(JSON.parse((await own.invoke(id, requestOf())).body.toString())).toMatchObject({
      'X-Faas-Access-Key-Id': 'AKONE',
      'X-Faas-Secret-Access-Key': 'one-secret',
      'X-Faas-Session-Token': '',
    })
    await own.close()
  })

  it('has a RequestTimeout: its caller gets 504', async () => {
    const id = await deployFunction(call, 'exports.handler = () => new Promise(() => {})', { RequestTimeout: 1 })
    expect(await ask(id)).toBe('504 function_timeout')
  })
})

describe('an event that is not a request', () => {
  it('reaches the function unchanged, with a context', async () => {
    const id = await answering('{ event, context }')
    const event = { type: 'some.event', data: { list: [1, 'ü', null, false] } }
    const { status, headers, body } = await vefaas.invokeEvent(id, event)
    expect(JSON.parse(body.toString())).toEqual({
      event,
      context: { requestId: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) },
    })
    expect(status).toBe(200)
    expect(headers).toEqual({ 'X-Faas-Execution-Duration': expect.stringMatching(/^\d+\.\d\d$/) })
  })

  it('can be any JSON value', async () => {
    const id = await answering('event')
    for (const event of [{}, [], 'text', 0, null]) {
      expect(JSON.parse((await vefaas.invokeEvent(id, event)).body.toString())).toEqual(event)
    }
  })

  it('gets the status of the function, or its failure, which is logged too', async () => {
    const id = await deployFunction(
      call,
      `exports.handler = async ({ wanted }) => {
         if (wanted === 'throw') throw new Error('no luck')
         return { statusCode: wanted, headers: { 'X-A': '1' }, body: 'not there' }
       }`,
    )
    const missing = await vefaas.invokeEvent(id, { wanted: 404 })
    expect([missing.status, missing.headers['X-A'], missing.body.toString()]).toEqual([404, '1', 'not there'])
    const failed = await vefaas.invokeEvent(id, { wanted: 'throw' })
    expect([failed.status, failed.headers['X-Faas-Response-Error-Code']]).toEqual([500, 'function_execution_error'])
    expect(failed.body.toString()).toContain('no luck')
    expect(log).toContainEqual({
      name: 'some-function',
      line: 'function_execution_error: Error: no luck',
      stream: 'stderr',
    })
  })

  it('for an unknown function is an error of the caller, like a request', async () => {
    await expect(vefaas.invokeEvent('nobody00', {})).rejects.toThrow('the function nobody00 does not exist')
    await expect(vefaas.invoke('nobody00', requestOf())).rejects.toThrow('the function nobody00 does not exist')
  })
})

describe('a request with a CloudEvent', () => {
  const type: [string, string] = ['X-Faas-Event-Type', 'cloudevent']
  const attributes = { id: '1', source: '/faas/event/timer/x', specversion: '1.0', type: 'faas.timer.event' }
  const binary = Object.entries(attributes).map(([name, value]): [string, string] => [`Ce-${name}`, value])

  it('becomes a CloudEvent of its headers and its body', async () => {
    const id = await answering('event')
    const body = Buffer.from('{"DryRun":true}')
    const event = { ...attributes, datacontenttype: 'application/octet-stream', data: '{"DryRun":true}' }
    expect(await ask(id, { method: 'POST', headers: [type, ...binary], body })).toEqual(event)
    const more: [string, string][] = [
      ['ce-topic', 'a'],
      ['Content-Type', 'text/plain'],
    ]
    expect(await ask(id, { headers: [type, ...binary, ...more], body })).toEqual({
      ...event,
      topic: 'a',
      datacontenttype: 'text/plain',
    })
  })

  it('may contain the whole CloudEvent in its body', async () => {
    const id = await answering('event')
    const event = { ...attributes, data: { DryRun: true } }
    const headers = [type, ['Content-Type', 'application/cloudevents+json; charset=utf-8']]
    expect(await ask(id, { headers, body: Buffer.from(JSON.stringify(event)) })).toEqual(event)
    expect(await ask(id, { headers, body: Buffer.from('[]') })).toBe('400 invalid_cloud_event')
    expect(await ask(id, { headers, body: Buffer.from('{') })).toBe('400 invalid_cloud_event')
  })

  it.each([
    ['no attributes', [type], '400 invalid_cloud_event'],
    ['no id', [type, ...binary.slice(1)], '400 invalid_cloud_event'],
    ['an unknown event type', [['x-faas-event-type', 'grpc']], '400 invalid_event_type'],
  ])('is refused with %s', async (_what, headers, expected) => {
    expect(await ask(await answering('event'), { headers })).toBe(expected)
  })

  it('is an HTTP event with X-Faas-Event-Type http', async () => {
    const id = await answering('event.headers')
    expect(await ask(id, { headers: [['x-faas-event-type', 'http']] })).toMatchObject({ 'X-Faas-Event-Type': 'http' })
  })
})
