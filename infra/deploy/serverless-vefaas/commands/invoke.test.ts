import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import type { ApigConfig } from '../config.ts'
import type { Options } from '../osls.ts'
import { invoke } from './invoke.ts'
import { contextFor, createProject, type TestService } from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } }) // a process only for a function that is called
afterAll(() => cloud.close())
beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})
afterEach(() => {
  process.exitCode = undefined
  vi.unstubAllEnvs()
})

/** Responds with the event, and with the status of ?status=. */
const code = {
  echo: `exports.handler = async (event) => ({
    statusCode: Number(event.queryStringParameters.status ?? 200),
    headers: { 'Content-Type': 'application/json' },
    body: event.queryStringParameters.text ?? JSON.stringify(event),
  })`,
}

const contextWith = (options: Options = {}, apig: ApigConfig = { path: '/' }, provider: TestService['provider'] = {}) =>
  contextFor(
    cloud.url,
    {
      functions: { echo: { events: [{ apig }] }, tidy: { events: [{ timer: { crontab: '0 0 1 1 *' } }] } },
      provider,
      code,
    },
    { function: 'echo', ...options },
  )

/** Returns the event that the function was called with. */
async function called(...args: Parameters<typeof contextWith>) {
  const context = contextWith(...args)
  await context.deploy()
  await invoke(context)
  return { context, event: JSON.parse(context.out()) }
}

describe('calls a function through its route', () => {
  test('with GET if there are no data', async () => {
    const { context, event } = await called({}, { action: 'Sell', version: '2020-04-01' })
    expect(event).toMatchObject({
      httpMethod: 'GET',
      path: '/',
      queryStringParameters: { Action: 'Sell', Version: '2020-04-01' },
      body: '',
    })
    expect(context.log()).toMatch(
      /^GET http:\/\/127\.0\.0\.1:\d+\/\?Action=Sell&Version=2020-04-01: 200 OK \(\d\.\d s\)$/,
    )
    expect(process.exitCode).toBeUndefined()
  })

  test('with POST and JSON if there are data', async () => {
    const { event } = await called({ data: '{ "Name": "ü" }' })
    expect(event).toMatchObject({
      httpMethod: 'POST',
      body: '{"Name":"ü"}',
      headers: { 'Content-Type': 'application/json' },
    })
  })

  test('with POST and text if the data are text', async () => {
    const { event } = await called({ data: '{ü', raw: true })
    expect(event).toMatchObject({
      httpMethod: 'POST',
      body: '{ü',
      headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    })
  })

  test('with the query of the route and of --query', async () => {
    const { event } = await called({ query: ['a=1', 'b=x=y z'] }, { path: '/', query: { c: '3' } })
    expect(event.queryStringParameters).toEqual({ a: '1', b: 'x=y z', c: '3' })
  })

  test.each<[string, ApigConfig, object]>([
    ['the method', { path: '/', method: 'PUT' }, { httpMethod: 'PUT' }],
    ['one of the methods', { path: '/', method: ['DELETE', 'PATCH'] }, { httpMethod: 'PATCH' }],
    ['the beginning of the path', { path: { prefix: '/files/' } }, { path: '/files/' }],
    ['a header', { path: '/', header: { 'X-Tenant': 'blue' } }, { headers: { 'X-Tenant': 'blue' } }],
    ['the beginning of a value', { path: '/', query: { q: { prefix: 'x' } } }, { queryStringParameters: { q: 'x' } }],
  ])('so that it matches %s', async (_what, apig, expected) => {
    const { event } = await called({ data: '{}' }, apig)
    expect(event).toMatchObject(expected)
  })
})

describe('with keys at the gateway', () => {
  const key = 'k'.repeat(20)
  const gateway = { keyAuth: { header: 'X-API-Key', consumers: { web: { key }, app: { key: 'a'.repeat(20) } } } }

  test('sends the key of the first consumer, and never shows it', async () => {
    const { context, event } = await called({}, { path: '/' }, { gateway })
    expect(event.headers['X-Forward-Consumer']).toBe('shop-test-web')
    expect(context.log()).not.toContain(key)
  })

  test('sends the key in VEFAAS_INVOKE_KEY', async () => {
    vi.stubEnv('VEFAAS_INVOKE_KEY', 'a'.repeat(20))
    const { event } = await called({}, { path: '/' }, { gateway })
    expect(event.headers['X-Forward-Consumer']).toBe('shop-test-app')
  })

  test('reports a key that is not accepted', async () => {
    vi.stubEnv('VEFAAS_INVOKE_KEY', 'wrong')
    const context = contextWith({}, { path: '/' }, { gateway })
    await context.deploy()
    await invoke(context)
    expect(context.log()).toMatch(/: 401 .*\nThe key in VEFAAS_INVOKE_KEY was not accepted\.$/)
    expect(context.log()).not.toContain('wrong')
    expect(process.exitCode).toBe(1)
  })
})

test('without keys at the gateway, sends one to the function', async () => {
  vi.stubEnv('VEFAAS_INVOKE_KEY', 'secret')
  const { event } = await called()
  expect(event.headers.Authorization).toBe('secret')
})

describe('a response', () => {
  test.each<[string, string, string, number | undefined]>([
    ['of JSON is indented', '200', '{"a":1}', undefined],
    ['of text is shown as it is', '201', 'yes, {', undefined],
    ['below 400 is a success', '399', '{}', undefined],
    ['from 400 up is a failure', '400', '{}', 1],
    ['from 500 up too', '500', 'no', 1],
  ])('%s', async (_what, status, text, exitCode) => {
    const context = contextWith({ query: [`status=${status}`, `text=${text}`] })
    await context.deploy()
    await invoke(context)
    expect(context.out()).toBe(text.startsWith('{') ? JSON.stringify(JSON.parse(text), undefined, 2) : text)
    expect(context.log()).toContain(`: ${status} `)
    expect(process.exitCode).toBe(exitCode)
  })
})

describe('refuses', () => {
  test.each<[string, Options, string]>([
    [
      'a function without a route',
      { function: 'tidy' },
      'Function shop-test-tidy has no route, and veFaaS has no action that calls it: run it on this computer with serverless invoke local -f tidy',
    ],
    ['an unknown function', { function: 'nope' }, 'serverless.yml has no function nope; its functions are echo, tidy'],
    ['data that are not JSON', { data: '{a' }, '--data is not JSON: '],
    ['data twice', { data: '1', path: 'x' }, 'Use --data or --path, not both'],
    ['a file that does not exist', { path: '/nowhere/x.json' }, '--path /nowhere/x.json cannot be read (ENOENT)'],
    ['a query without name', { query: ['=1'] }, '--query =1 must be <key>=<value>'],
    ['a query without value', { query: 'a' }, '--query a must be <key>=<value>'],
    [
      'a service that is not deployed',
      { stage: 'test' },
      'Nothing is deployed in cn-beijing: run serverless deploy --stage test',
    ],
  ])('%s', async (_what, options, message) => {
    await expect(invoke(contextWith(options))).rejects.toThrow(message)
  })

  test('a route with a regular expression as path', async () => {
    await expect(invoke(contextWith({}, { path: { regex: '/v[0-9]+' } }))).rejects.toThrow(
      'The path of function shop-test-echo is a regular expression: call it with curl and a path that matches',
    )
  })

  test('a gateway that does not respond', async () => {
    const context = contextWith()
    await context.deploy()
    const { call } = context.client
    context.client.call = async (service, action, body) => {
      const result = await call(service, action, body)
      if (action !== 'ListGatewayServices') return result
      return JSON.parse(JSON.stringify(result).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'))
    }
    await expect(invoke(context)).rejects.toThrow('GET http://127.0.0.1:1/: no response (')
  })
})

test('is a command of serverless, with data from a file or stdin', async () => {
  const project = createProject(
    `
service: shop
plugins: [./plugin.cjs]
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing, stage: test, endpoint: '${cloud.url}' }
functions:
  echo: { handler: index.handler, package: { artifact: echo.zip }, events: [{ apig: { path: / } }] }
`,
    { 'echo.zip': code.echo },
  )
  try {
    await contextWith().deploy()
    writeFileSync(join(project.folder, 'data.json'), '{"from":"file"}')
    const [fromFile, fromStdin] = await Promise.all([
      project.serverless(['invoke', '-f', 'echo', '--path', 'data.json', '--query', 'a=1', '--query', 'status=404']),
      project.serverless(['invoke', '-f', 'echo', '-p', '-'], { input: '{"from":"stdin"}' }),
    ])
    expect(JSON.parse(fromFile.out)).toMatchObject({ body: '{"from":"file"}', queryStringParameters: { a: '1' } })
    expect(fromFile).toMatchObject({
      code: 1,
      log: expect.stringMatching(/^POST .*\?a=1&status=404: 404 Not Found .*\n$/),
    })
    expect(JSON.parse(fromStdin.out)).toMatchObject({ body: '{"from":"stdin"}' })
    expect(fromStdin.code).toBe(0)
  } finally {
    project.remove()
  }
})
