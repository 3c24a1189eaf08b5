import { Agent, type IncomingHttpHeaders, type RequestOptions, request as send } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ProxyRoute, type ProxyServer, startProxy } from './index.ts'
import type { GatewayRequest } from './request.ts'

const MEGABYTE = 1024 * 1024

let apig: ProxyServer
const api = { service: 'ecs', region: 'cn-beijing' }
const agent = new Agent({ keepAlive: true })

const toAction = (action: string): ProxyRoute['matchRule'] => ({
  path: { matchType: 'Exact', matchContent: '/' },
  header: [],
  queryString: [
    { key: 'Action', value: { matchType: 'Exact', matchContent: action } },
    { key: 'Version', value: { matchType: 'Exact', matchContent: '2020-04-01' } },
  ],
})

const toPath = (path: string): ProxyRoute['matchRule'] => ({
  path: { matchType: 'Exact', matchContent: path },
  header: [],
  queryString: [],
})

/** Responds with the request. */
const echo = async ({ body, ...head }: GatewayRequest) => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: Buffer.from(JSON.stringify({ ...head, body: body.toString() })),
})

beforeAll(async () => {
  const answers = (headers: Record<string, string>, status = 200) => ({
    upstream: async () => ({ status, headers, body: Buffer.from('body') }),
  })
  const routes: (Pick<ProxyRoute, 'name' | 'matchRule' | 'upstream'> & Partial<ProxyRoute>)[] = [
    { name: 'echo', matchRule: toAction('Echo'), upstream: echo },
    { name: 'echo', matchRule: toAction('Other'), upstream: echo },
    { name: 'never', matchRule: toPath('/never'), upstream: () => new Promise(() => {}), timeoutSeconds: 0.3 },
    { name: 'broken', matchRule: toPath('/broken'), upstream: () => Promise.reject(new Error('secret')) },
    { name: 'framing', matchRule: toPath('/framing'), ...answers({ 'content-length': '9', Connection: 'upgrade' }) },
    { name: 'invalid', matchRule: toPath('/invalid'), ...answers({ 'X-A': 'a\r\nX-B: b' }) },
    { name: 'invalid', matchRule: toPath('/invalid-name'), ...answers({ 'X A': 'a' }) },
    { name: 'empty', matchRule: toPath('/empty'), ...answers({ 'X-A': 'a' }, 204) },
  ]
  apig = await startProxy({
    port: 0,
    admit: ({ headers }) =>
      headers.some(([name]) => name === 'X-Refuse-Me')
        ? { status: 403, code: 'OperationDenied.Test', message: 'Refused.' }
        : undefined,
    service: () => ({ api, routes: routes.map((route) => ({ timeoutSeconds: 60, ...route })) }),
  })
})

afterAll(async () => {
  agent.destroy()
  await apig.close()
})

type Answer = { status: number; headers: IncomingHttpHeaders; text: string }

function call(path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send({ host: '127.0.0.1', port: apig.port, agent, path, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends bytes and returns all that comes back until the gateway closes the connection. */
function raw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(apig.port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const errorOf = (text: string) => JSON.parse(text.slice(text.indexOf('{'))).ResponseMetadata.Error
const echoed = '/?Action=Echo&Version=2020-04-01'

describe('a request that matches', () => {
  test('reaches its upstream unchanged', async () => {
    const { status, text } = await call(
      `${echoed}&x=%zz`,
      { method: 'POST', headers: { 'X-Tenant': ['one', 'two'], 'Content-Type': 'text/plain' } },
      'körper',
    )
    expect(status).toBe(200)
    const request = JSON.parse(text)
    expect(request).toMatchObject({ method: 'POST', path: '/', query: `${echoed.slice(2)}&x=%zz`, body: 'körper' })
    expect(request.headers).toEqual([
      ['X-Tenant', 'one'],
      ['X-Tenant', 'two'],
      ['Content-Type', 'text/plain'],
      ['Host', `127.0.0.1:${apig.port}`],
      ['Content-Length', '7'],
      ['X-Real-Ip', '127.0.0.1'],
      ['X-Real-Port', expect.stringMatching(/^\d+$/)],
    ])
  })

  test('cannot speak for the platform or the gateway', async () => {
    const headers = {
      'X-Faas-Request-Id': 'mine',
      'x-faas-access-key-id': 'mine',
      'X-FAAS-Anything': 'mine',
      'X-Forward-Consumer': 'mine',
      'X-Real-Ip': 'mine',
      'x-real-port': 'mine',
    }
    expect((await call(echoed, { headers })).text).not.toContain('mine')
  })

  test('may set X-Faas-Event-Type, because the gateway is not known to remove it', async () => {
    const { text } = await call(echoed, { headers: { 'X-Faas-Event-Type': 'cloudevent' } })
    expect(JSON.parse(text).headers).toContainEqual(['X-Faas-Event-Type', 'cloudevent'])
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])('keeps its method %s', async (method) => {
    expect(JSON.parse((await call(echoed, { method })).text).method).toBe(method)
  })

  test('that is a HEAD gets a response without a body', async () => {
    const { status, headers, text } = await call(echoed, { method: 'HEAD' })
    expect([status, text]).toEqual([200, ''])
    expect(Number(headers['content-length'])).toBeGreaterThan(0)
  })

  test('may use the absolute form of its target', async () => {
    const answer = await raw(`GET http://127.0.0.1${echoed} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('may be HTTP/1.0, without Host', async () => {
    expect(await raw(`GET ${echoed} HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('may be one of several on a connection', async () => {
    const one = `GET ${echoed} HTTP/1.1\r\nHost: x\r\n`
    const answer = await raw(`${one}\r\n${one}\r\n${one}Connection: close\r\n\r\n`)
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(3)
  })

  test('may be chunked', async () => {
    const answer = await raw(
      `POST ${echoed} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    )
    expect(answer).toContain('"body":"abcde"')
  })

  test('may use Expect: 100-continue', async () => {
    const answer = await raw(
      `POST ${echoed} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nab`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
  })

  test('may have a URL of 60 kB', async () => {
    const { status, text } = await call(`${echoed}&UserData=${'a'.repeat(60_000)}`)
    expect([status, JSON.parse(text).query.length]).toEqual([200, 60_000 + echoed.length + 8])
  })

  test('may have a body of 6 MB', async () => {
    const { text } = await call(echoed, { method: 'POST' }, 'a'.repeat(6 * MEGABYTE))
    expect(JSON.parse(text).body).toHaveLength(6 * MEGABYTE)
  })
})

describe('a response of the upstream', () => {
  test('does not control its framing', async () => {
    const { headers, text } = await call('/framing')
    expect([text, headers['content-length'], headers.connection]).toEqual(['body', '4', 'keep-alive'])
  })

  test('with status 204 has no body', async () => {
    const { status, headers, text } = await call('/empty')
    expect([status, headers['content-length'], headers['x-a'], text]).toEqual([204, undefined, 'a', ''])
  })

  test.each(['/invalid', '/invalid-name'])('%s has headers that cannot be sent: 502', async (path) => {
    const { status, headers, text } = await call(path)
    expect([status, errorOf(text).Code]).toEqual([502, 'BadGateway'])
    expect(headers).not.toHaveProperty('x-b')
  })

  test('that takes too long: 504', async () => {
    const { status, text } = await call('/never')
    expect(status).toBe(504)
    expect(errorOf(text)).toEqual({ Code: 'UpstreamTimeout', Message: 'never did not answer within 0.3 s.' })
  })

  test('that fails: 503 without the reason, with Retry-After', async () => {
    const { status, headers, text } = await call('/broken')
    expect([status, errorOf(text).Code, headers['retry-after']]).toEqual([503, 'ServiceUnavailable', '1'])
    expect(text).not.toContain('secret')
  })
})

describe('a request that matches nothing', () => {
  test('is 404 in the envelope, with the list of routes', async () => {
    const { status, headers, text } = await call('/?Action=Nothing&Version=2020-04-01')
    expect(status).toBe(404)
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(JSON.parse(text)).toEqual({
      ResponseMetadata: {
        RequestId: headers['x-request-id'],
        Action: 'Nothing',
        Version: '2020-04-01',
        Service: 'ecs',
        Region: 'cn-beijing',
        Error: {
          Code: 'InvalidActionOrVersion',
          Message:
            'No route for path / with Action Nothing and Version 2020-04-01 in the query. Available: Echo (2020-04-01), Other (2020-04-01), path /never, path /broken, path /framing, path /invalid, path /invalid-name, path /empty.',
        },
      },
    })
  })

  test.each([
    ['no action', '/', 'path / with no Action and no Version'],
    ['another version', '/?Action=Echo&Version=1', 'Action Echo and Version 1'],
    ['another path', '//evil.example/?Action=Echo&Version=2020-04-01', 'path //evil.example/ with'],
    ['broken encoding', '/%?Action=%&Version=%E0%A4%A', 'path /% with Action % and'],
    ['a very long action', `/?Action=${'A'.repeat(1_000)}`, `Action ${'A'.repeat(64)}... and`],
    ['only question marks', '/???', 'path / with no Action'],
  ])('%s', async (_what, path, message) => {
    const { status, text } = await call(path)
    expect([status, errorOf(text).Message]).toEqual([404, expect.stringContaining(message)])
  })

  test('keeps a valid X-Request-ID of the caller', async () => {
    const answerOf = async (id: string) =>
      (await call('/', { headers: { 'X-Request-ID': id } })).headers['x-request-id']
    expect(await answerOf('mine_1.2:3-4')).toBe('mine_1.2:3-4')
    expect(await answerOf('not mine')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await answerOf('a'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('leaves its connection usable, although its body was not read', async () => {
    const one = 'POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n'
    const answer = await raw(`${one}\r\nabc${one}Connection: close\r\n\r\nabc`)
    expect(answer.match(/HTTP\/1\.1 404 /g)).toHaveLength(2)
  })

  test('that is a HEAD gets a response without a body', async () => {
    expect(await call('/', { method: 'HEAD' })).toMatchObject({ status: 404, text: '' })
  })
})

describe('a request that is not admitted', () => {
  test('is refused in the envelope, before its route is searched', async () => {
    const { status, text } = await call('/nothing', { headers: { 'X-Refuse-Me': '1' } })
    expect([status, errorOf(text)]).toEqual([403, { Code: 'OperationDenied.Test', Message: 'Refused.' }])
  })
})

describe('a request that is too large', () => {
  const tooLarge = 'a'.repeat(6 * MEGABYTE + 1)

  test('by its Content-Length', async () => {
    const { status, text } = await call(
      echoed,
      { method: 'POST', headers: { 'Content-Length': tooLarge.length } },
      tooLarge,
    )
    expect([status, errorOf(text).Code]).toEqual([413, 'RequestEntityTooLarge'])
  })

  test('by a body of unknown length', async () => {
    const { status } = await call(echoed, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } }, tooLarge)
    expect(status).toBe(413)
  })

  test('and uses Expect: 100-continue', async () => {
    const head = `POST ${echoed} HTTP/1.1\r\nHost: x\r\nContent-Length: ${tooLarge.length}\r\nExpect: 100-continue\r\n`
    expect(await raw(`${head}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /)
  })

  test.each([
    ['in its URL', `GET /?a=${'a'.repeat(200_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['in a header', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(200_000)}\r\n\r\n`],
  ])('%s', async (_what, bytes) => {
    const answer = await raw(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(errorOf(answer).Code).toBe('RequestEntityTooLarge')
  })
})

describe('what is not a request', () => {
  test.each([
    ['text', 'hello\r\n\r\n'],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00'],
    ['an invalid header', 'GET / HTTP/1.1\r\nHost x\r\n\r\n'],
    ['a header with a line break in it', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('%s: 400 in the envelope', async (_what, bytes) => {
    const answer = await raw(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/json; charset=utf-8\r\n/)
    expect(errorOf(answer).Code).toBe('InvalidRequest')
  })

  test('a proxy request: 405', async () => {
    expect(await raw('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /)
  })
})

describe('a client that disconnects', () => {
  test.each([
    ['in the middle of its head', 'GET / HT'],
    ['in the middle of its body', `POST ${echoed} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc`],
    ['before the answer', 'GET /never HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s does no harm', async (_what, bytes) => {
    const socket = connect(apig.port, '127.0.0.1', () => socket.write(bytes))
    await sleep(50)
    socket.resetAndDestroy()
    await sleep(350)
    expect((await call(echoed)).status).toBe(200)
  })
})

describe('listening', () => {
  test('is on 127.0.0.1 only', async () => {
    const reached = await new Promise((resolve) => {
      const socket = connect(apig.port, '127.0.0.2', () => resolve(true))
      socket.on('error', () => resolve(false))
    })
    expect(reached).toBe(false)
    expect(apig.url).toBe(`http://127.0.0.1:${apig.port}`)
  })

  test('on a port that is taken fails', async () => {
    await expect(startProxy({ port: apig.port, service: () => ({ api, routes: [] }) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      port: apig.port,
    })
  })

  test('stops at once, with requests still open', async () => {
    const never = {
      name: 'x',
      matchRule: toPath('/'),
      timeoutSeconds: 3_600,
      upstream: () => new Promise<never>(() => {}),
    }
    const own = await startProxy({ port: 0, service: () => ({ api, routes: [never] }) })
    const open = fetch(own.url).catch((error) => error)
    await sleep(50)
    // The request has far more time than the test.
    await own.close()
    expect(await open).toBeInstanceOf(TypeError)
  })
})
