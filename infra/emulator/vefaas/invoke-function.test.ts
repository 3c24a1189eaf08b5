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

/** Releases a function whose body is the JSON of an expression over event and context, and answers its id. */
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

describe('what runs', () => {
  it('has the variables of the platform and its own, by its settings', async () => {
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

  it('has credentials in a file and in the headers of requests, if it has a role', async () => {
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

  it('has none without a role', async () => {
    const id = await answering('[Object.keys(process.env), Object.keys(event.headers)]')
    expect(JSON.stringify(await ask(id))).not.toMatch(/credential|access|token/i)
  })

  it('finds the first access key as its credentials unless told otherwise', async () => {
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

  it('is ended when a call takes longer than RequestTimeout, as far as its caller can see', async () => {
    const id = await deployFunction(call, 'exports.handler = () => new Promise(() => {})', { RequestTimeout: 1 })
    expect(await ask(id)).toBe('504 function_timeout')
  })
})

describe('an event that is no request', () => {
  it('reaches the function as it is, with a context', async () => {
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

  it('can be anything that JSON can say', async () => {
    const id = await answering('event')
    for (const event of [{}, [], 'text', 0, null]) {
      expect(JSON.parse((await vefaas.invokeEvent(id, event)).body.toString())).toEqual(event)
    }
  })

  it('is answered with the status of the function, or with how it failed, which is in the log too', async () => {
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

  it('for a function that is not there is an error of the caller, as a request is', async () => {
    await expect(vefaas.invokeEvent('nobody00', {})).rejects.toThrow('there is no function nobody00')
    await expect(vefaas.invoke('nobody00', requestOf())).rejects.toThrow('there is no function nobody00')
  })
})

describe('a request that says it carries a CloudEvent', () => {
  const type: [string, string] = ['X-Faas-Event-Type', 'cloudevent']
  const attributes = { id: '1', source: '/faas/event/timer/x', specversion: '1.0', type: 'faas.timer.event' }
  const binary = Object.entries(attributes).map(([name, value]): [string, string] => [`Ce-${name}`, value])

  it('is a CloudEvent for the handler, of its headers and its body', async () => {
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

  it('may have it whole in its body', async () => {
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
    ['another type of event', [['x-faas-event-type', 'grpc']], '400 invalid_event_type'],
  ])('is refused with %s', async (_what, headers, expected) => {
    expect(await ask(await answering('event'), { headers })).toBe(expected)
  })

  it('is HTTP when it says http', async () => {
    const id = await answering('event.headers')
    expect(await ask(id, { headers: [['x-faas-event-type', 'http']] })).toMatchObject({ 'X-Faas-Event-Type': 'http' })
  })
})
