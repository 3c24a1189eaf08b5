import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { connectTcp } from './connect-tcp.ts'
import { type Desktop, isReady, openDesktop } from './index.ts'
import { greeting, pictureOf, rawPixels, update } from './testing.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A port of 127.0.0.1 whose connections a test handles. */
async function listen(handle: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    handle(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const all = { x: 0, y: 0, width: 100, height: 80 }

/** Answers every request with a picture of many colours, or of one. */
function serve(socket: Socket, { isEmpty = false } = {}): void {
  const picture = pictureOf(100, 80)
  if (isEmpty) picture.pixels.fill(7)
  for (const part of greeting(all)) socket.write(Buffer.from(part as string))
  socket.on('data', (bytes) => {
    // A request has ten bytes; nothing else of this test ends with such a size.
    if (!bytes.subarray(-4).equals(Buffer.from([0, 100, 0, 80]))) return
    for (const part of update({ area: all, encoding: 0, content: rawPixels(picture, all) }))
      socket.write(Buffer.from(part as string))
  })
}

test('opens a desktop over TCP', async () => {
  const port = await listen(serve)
  const desktop = await openDesktop(await connectTcp('127.0.0.1', port))
  expect(desktop.size).toEqual({ width: 100, height: 80 })
  expect((await desktop.screenshot()).width).toBe(100)
  await desktop.close()
})

test.each(['localhost', '::1', '127.0.0.1:80', '1.2.3', '', '0x7f000001', '127.1'])(
  'does not connect to %j',
  async (address) => {
    await expect(connectTcp(address, 5905)).rejects.toMatchObject({ code: 'InvalidArgument' })
  },
)

test.each([0, 65_536, 1.5, -1])('does not connect to port %d', async (port) => {
  await expect(connectTcp('127.0.0.1', port)).rejects.toMatchObject({ code: 'InvalidArgument' })
})

test('reports a refused connection as Unreachable', async () => {
  await expect(connectTcp('127.0.0.1', await freePort())).rejects.toMatchObject({ code: 'Unreachable' })
})

test('reports a server that resets the connection as Closed, without an error that nobody handles', async () => {
  const port = await listen((socket) => {
    serve(socket)
    socket.once('data', () => setTimeout(() => socket.resetAndDestroy(), 20))
  })
  const desktop: Desktop = await openDesktop(await connectTcp('127.0.0.1', port))
  await expect.poll(() => desktop.press('a').catch(({ code }) => code)).toBe('Closed')
  await desktop.close()
})

test('gives up when it is aborted', async () => {
  const aborted = connectTcp('127.0.0.1', await listen(() => {}), { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toMatchObject({ code: 'Aborted' })
})

test('a server that never speaks is a Timeout', async () => {
  const socket = await connectTcp('127.0.0.1', await listen(() => {}))
  await expect(openDesktop(socket, { deadline: Date.now() + 50 })).rejects.toMatchObject({ code: 'Timeout' })
  expect(socket.destroyed).toBe(true)
})

test('a desktop is ready when it answers with more than one colour', async () => {
  const ready = async (port: number, deadline = Date.now() + 60_000) =>
    isReady(() => connectTcp('127.0.0.1', port, { deadline }), { deadline })
  expect(await ready(await listen((socket) => serve(socket)))).toBe(true)
  expect(await ready(await listen((socket) => serve(socket, { isEmpty: true })))).toBe(false)
  expect(await ready(await freePort())).toBe(false)
  expect(await ready(await listen((socket) => socket.end()))).toBe(false)
  expect(await ready(await listen(() => {}), Date.now() + 50)).toBe(false)
  const wantsPassword = await listen((socket) => socket.write('RFB 003.008\n\x01\x02'))
  await expect(ready(wantsPassword)).rejects.toMatchObject({ code: 'AuthenticationFailed' })
})
