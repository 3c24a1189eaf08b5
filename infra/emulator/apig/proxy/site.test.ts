import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ProxyServer, startProxy } from './index.ts'

let proxy: ProxyServer
const taken: string[] = []

const answer = (text: string) => ({ status: 200, headers: {}, body: Buffer.from(text) })

beforeAll(async () => {
  proxy = await startProxy({
    port: 0,
    admit: ({ headers }) =>
      headers.some(([name]) => name === 'X-Refuse-Me') ? { status: 403, code: 'Refused', message: 'No.' } : undefined,
    site: {
      answer: ({ path }) => (path === '/page' ? Promise.resolve(answer('page')) : undefined),
      webSocket: {
        path: '/socket',
        open: (_request, _target, socket, head) => {
          taken.push(head.toString())
          socket.end('taken')
        },
      },
    },
    service: () => ({
      api: { service: 'ecs', region: 'cn-beijing' },
      routes: [
        {
          name: 'echo',
          matchRule: { path: { matchType: 'Prefix', matchContent: '/' }, header: [], queryString: [] },
          upstream: async ({ method, headers, body }) => answer(JSON.stringify({ method, headers, body: `${body}` })),
          timeoutSeconds: 5,
        },
      ],
    }),
  })
})

afterAll(() => proxy.close())

/** Sends bytes and returns all that comes back until the connection is closed. */
function raw(...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(proxy.port, '127.0.0.1', () => socket.write(lines.join('\r\n')))
    socket.on('data', (chunk) => {
      text += chunk
      if (text.includes('"body"')) socket.end()
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const upgrade = (protocol: string) => [`Host: a`, 'Connection: Upgrade, HTTP2-Settings', `Upgrade: ${protocol}`]

test('a page is served before the routes, and to every caller', async () => {
  const page = await raw('GET /page HTTP/1.1', 'Host: a', 'X-Refuse-Me: yes', 'Connection: close', '', '')
  expect(page).toMatch(/^HTTP\/1.1 200 OK\r\n.*page$/s)
  expect(await raw('GET /other HTTP/1.1', 'Host: a', 'X-Refuse-Me: yes', 'Connection: close', '', '')).toContain(
    ' 403 ',
  )
})

test('a WebSocket at its path is handed over, with the bytes that were sent already', async () => {
  expect(await raw('GET /socket?a HTTP/1.1', ...upgrade('WebSocket'), '', 'early')).toBe('taken')
  expect(taken).toEqual(['early'])
})

test('a request that is refused gets no WebSocket', async () => {
  const refusal = await raw('GET /socket HTTP/1.1', ...upgrade('websocket'), 'X-Refuse-Me: yes', '', '')
  expect(refusal).toMatch(/^HTTP\/1.1 403 .*"Code":"Refused"/s)
})

test.each([
  ['HTTP/2 offered', 'GET /socket HTTP/1.1', upgrade('h2c'), ''],
  ['HTTP/2 offered with a body', 'POST / HTTP/1.1', [...upgrade('h2c'), 'Content-Length: 4'], 'body'],
  ['a WebSocket at another path', 'GET /socket/more HTTP/1.1', upgrade('websocket'), ''],
])('%s: a request like any other', async (_, first, headers, body) => {
  const text = await raw(first, ...headers, 'X-Mine: 1', '', body)
  expect(text).toMatch(/^HTTP\/1.1 200 OK/)
  const echoed = JSON.parse(text.slice(text.indexOf('{')))
  expect(echoed.body).toBe(body)
  expect(echoed.headers).toContainEqual(['X-Mine', '1'])
})

test.each([
  ['GET /socket HTTP/1.1', 'X-Refuse-Me: yes'],
  ['GET http://[x/socket HTTP/1.1', 'X-Mine: 1'],
])('a client that disconnects before its response to %s %s does no harm', async (first, header) => {
  for (let tries = 0; tries < 20; tries++) {
    await new Promise<void>((resolve) => {
      const socket = connect(proxy.port, '127.0.0.1', () => {
        socket.write([first, ...upgrade('websocket'), header, '', ''].join('\r\n'), () => {
          socket.resetAndDestroy()
          resolve()
        })
      })
    })
  }
  expect(await raw('GET /page HTTP/1.1', 'Host: a', 'Connection: close', '', '')).toContain('page')
})

test('an invalid request after an offer of HTTP/2 is refused like any other', async () => {
  const text = await raw('GET /page HTTP/1.1', ...upgrade('h2c'), '', 'nonsense\r\n\r\n')
  expect(text).toMatch(/HTTP\/1.1 400 .*"Code":"InvalidRequest"/s)
})

test('close() cuts connections on which HTTP/2 was offered', async () => {
  const other = await startProxy({
    port: 0,
    site: { answer: () => undefined, webSocket: { path: '/socket', open: () => {} } },
    service: () => ({
      api: { service: 'ecs', region: '' },
      routes: [
        {
          name: 'slow',
          matchRule: { path: { matchType: 'Prefix', matchContent: '/' }, header: [], queryString: [] },
          upstream: () => new Promise(() => {}),
          timeoutSeconds: 60,
        },
      ],
    }),
  })
  const socket = connect(other.port, '127.0.0.1', () =>
    socket.write(['GET / HTTP/1.1', ...upgrade('h2c'), '', ''].join('\r\n')),
  )
  const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
  await new Promise((resolve) => setTimeout(resolve, 50))
  await other.close()
  await closed
})

test('close() cuts a connection of a CONNECT request', async () => {
  const other = await startProxy({ port: 0, service: () => ({ api: { service: 'ecs', region: '' }, routes: [] }) })
  const socket = connect({ port: other.port, host: '127.0.0.1', allowHalfOpen: true })
  const answered = new Promise((resolve) => socket.once('data', resolve))
  const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
  socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n')
  await answered
  await other.close()
  socket.end()
  await closed
})

test('a connection continues after an offer of HTTP/2', async () => {
  const offer = ['GET /1 HTTP/1.1', ...upgrade('h2c'), '', '']
  const text = await raw(...offer.slice(0, -1), 'GET /page HTTP/1.1', 'Host: a', 'Connection: close', '', '')
  expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(2)
})
