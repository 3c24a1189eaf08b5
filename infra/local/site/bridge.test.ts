import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type BridgeOptions, createBridge } from './bridge.ts'

// A gateway that accepts the token `good`, a desktop that greets and echoes, and the bridge between a page and both.
type Asked = { token: string | null; action: string[]; key: string | undefined; requestId: string | undefined }

let asked: Asked[]
let ends: (() => void)[]
let desktops: Socket[]
let url: string
let vnc: { host: string; port: number }

beforeEach(() => {
  vnc = { host: '127.0.0.1', port: 1 } // nobody listens there
  asked = []
  ends = []
  desktops = []
})

afterEach(() => {
  for (const end of ends.splice(0).reverse()) end()
})

async function listen(server: Server | ReturnType<typeof createTcpServer>, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function startDesktop(port = 0): Promise<number> {
  const server = createTcpServer((socket) => {
    desktops.push(socket)
    socket.write('RFB 003.008\n')
    socket.on('data', (bytes) => socket.write(bytes))
    socket.on('error', () => {})
    ends.push(() => socket.destroy())
  })
  return listen(server, port)
}

async function startBridge(options: Partial<BridgeOptions> = {}): Promise<void> {
  const gateway = createServer(({ url: target = '', headers }, response) => {
    const query = new URL(target, 'http://gateway').searchParams
    const token = query.get('Token')
    const requestId = headers['x-request-id'] as string
    asked.push({ token, action: query.getAll('Action'), key: headers['x-api-key'] as string, requestId })
    response.statusCode = token === 'good' ? 200 : 404
    const Code = token === 'long' ? 'X'.repeat(200) : 'InvalidVncToken.NotFound'
    const refusal = { ResponseMetadata: { RequestId: requestId, Error: { Code } } }
    response.end(JSON.stringify(token === 'good' ? vnc : refusal))
  })
  const gatewayPort = await listen(gateway)
  const bridge = createBridge({ gateway: () => `http://127.0.0.1:${gatewayPort}`, ...options })
  const front = createServer()
  front.on('upgrade', (request, socket, head) =>
    bridge.open(request, { query: request.url?.split('?')[1] ?? '' }, socket, head),
  )
  url = `127.0.0.1:${await listen(front)}`
  ends.push(bridge.close)
}

type Page = { socket: WebSocket; received: () => string; closed: Promise<[code: number, reason: string]> }

function openPage(token: string, origin = `http://${url}`, options: object = {}): Page {
  const socket = new WebSocket(`ws://${url}/websockify?token=${token}`, { origin, ...options })
  let text = ''
  socket.on('message', (data) => {
    text += data
  })
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]))
    socket.on('error', ({ message }) => resolve([0, message]))
  })
  ends.push(() => socket.terminate())
  return { socket, received: () => text, closed }
}

describe('with a desktop', () => {
  beforeEach(async () => {
    vnc = { host: '127.0.0.1', port: await startDesktop() }
  })

  test('bytes are forwarded both ways when the token is accepted, with the key of the bridge', async () => {
    await startBridge({ key: 'key-of-the-bridge' })
    const { socket, received } = openPage('good')
    await expect.poll(received).toBe('RFB 003.008\n')
    socket.send(Buffer.from('hello'))
    await expect.poll(received).toBe('RFB 003.008\nhello')
    expect(asked).toMatchObject([{ token: 'good', action: ['ValidateVncToken'], key: 'key-of-the-bridge' }])
  })

  test('a refusal closes the connection with its code and the request id', async () => {
    await startBridge()
    const { closed, received } = openPage('bad')
    expect(await closed).toEqual([4404, `InvalidVncToken.NotFound ${asked[0]?.requestId}`])
    expect(received()).toBe('')
    expect(desktops).toEqual([])
  })

  test('a long code is truncated', async () => {
    await startBridge()
    expect(await openPage('long').closed).toEqual([4404, `${'X'.repeat(80)} ${asked[0]?.requestId}`])
  })

  test('a client that sends before the desktop does is not a viewer', async () => {
    await startBridge()
    const { socket, closed } = openPage('good')
    socket.on('open', () => socket.send('GET / HTTP/1.1'))
    expect((await closed)[0]).toBe(4400)
  })

  test('a token cannot inject another action', async () => {
    await startBridge()
    const { closed } = openPage('a%26Action%3DDeleteSandbox%26SandboxId%3Di-1')
    await closed
    expect(asked).toMatchObject([{ token: 'a&Action=DeleteSandbox&SandboxId=i-1', action: ['ValidateVncToken'] }])
  })

  test.each(['http://evil.example', 'http://127.0.0.1:1', 'null', ''])('a page of "%s" is refused', async (origin) => {
    await startBridge()
    expect(await openPage('good', origin).closed).toEqual([0, 'Unexpected server response: 403'])
    expect(asked).toEqual([])
  })

  test('when the desktop closes, the page gets a reason', async () => {
    await startBridge()
    const { received, closed } = openPage('good')
    await expect.poll(received).not.toBe('')
    desktops[0]?.destroy()
    expect(await closed).toEqual([4410, `DesktopEnded ${asked[0]?.requestId}`])
  })

  test('when the page closes, so does the connection to the desktop', async () => {
    await startBridge()
    const { socket, received } = openPage('good')
    await expect.poll(received).not.toBe('')
    socket.terminate()
    await expect.poll(() => desktops[0]?.destroyed).toBe(true)
  })

  test('a page that does not answer pings is disconnected, one that does is not', async () => {
    await startBridge({ pingMs: 300 })
    const silent = openPage('good', undefined, { autoPong: false })
    const living = openPage('good')
    expect((await silent.closed)[0]).toBe(1006)
    expect(living.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('a page that reads slowly slows the desktop down, and loses nothing', async () => {
    await startBridge()
    const { socket, received } = openPage('good')
    await expect.poll(received).not.toBe('')
    socket.pause()
    const [desktop] = desktops
    const block = Buffer.alloc(1024 * 1024, 'x')
    for (let sent = 0; sent < 32; sent++) desktop?.write(block)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(desktop?.writableLength).toBeGreaterThan(8 * 1024 * 1024)
    socket.resume()
    await expect.poll(() => received().length).toBe('RFB 003.008\n'.length + 32 * block.length)
  })
})

test('waits for a desktop that does not listen yet', async () => {
  const port = await startDesktop()
  for (const end of ends.splice(0)) end() // the port is free again
  vnc = { host: '127.0.0.1', port }
  await startBridge({ connectTimeoutMs: 5_000 })
  const { received } = openPage('good')
  await expect.poll(() => asked.length).toBe(1)
  await startDesktop(port)
  await expect.poll(received).toBe('RFB 003.008\n')
})

test('a page that waits answers pings, and one that leaves cancels the connection', async () => {
  const port = await startDesktop()
  for (const end of ends.splice(0)) end() // the port is free again
  vnc = { host: '127.0.0.1', port }
  await startBridge({ pingMs: 100, connectTimeoutMs: 5_000 })
  const waiting = openPage('good')
  await expect.poll(() => asked.length).toBe(1)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(waiting.socket.readyState).toBe(WebSocket.OPEN)
  waiting.socket.terminate()
  await new Promise((resolve) => setTimeout(resolve, 300))
  await startDesktop(port)
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(desktops).toEqual([])
})

test('gives up if a desktop never listens', async () => {
  await startBridge({ connectTimeoutMs: 250 })
  const { closed } = openPage('good')
  expect(await closed).toEqual([4503, `ServiceUnavailable ${asked[0]?.requestId}`])
})
