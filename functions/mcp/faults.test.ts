import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type EcsEmulator, startEcs } from '../../infra/emulator/ecs/index.ts'
import { claimLoopbackBlock, type LoopbackBlock } from '../../infra/emulator/machines/loopback-block.ts'
import { FakeServer, pictureOf, u16, u32 } from '../../shared/desktop/testing.ts'
import { vefaas } from '../../tests/support/events.ts'
import { AUTHORIZED, configure, TAG } from '../../tests/support/service.ts'
import { handler } from './index.ts'

const VNC_PORT = 5905

let block: LoopbackBlock
let ecs: EcsEmulator
let lines: string[]
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  block = await claimLoopbackBlock()
  ecs = await startEcs({ addressBlock: block.cidr })
})
afterAll(async () => {
  await ecs.close()
  await block.release()
})
beforeEach(async () => {
  lines = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  await configure(ecs.url, { 'server.timeout_seconds': '4' })
})
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
  ecs.faults.clear()
  ecs.reset()
})

async function call(name: string, values: object = {}) {
  const headers = [
    ...AUTHORIZED,
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
  ] as const
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: values } })
  const reply = await handler(vefaas({ method: 'POST', headers, body }))
  expect(reply.statusCode).toBe(200)
  const { content, structuredContent, isError } = JSON.parse(reply.body).result
  return { data: structuredContent, failure: isError ? (content[0].text as string) : undefined }
}

/** A machine with a server at the VNC port, which does something with each connection. */
async function machineWith(serve: (socket: Socket) => void) {
  ecs.seed(1, { tags: TAG })
  const [machine] = ecs.instances()
  const address = machine?.NetworkInterfaces[0]?.PrimaryIpAddress
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    // Without reading, it would not notice that the client closes the connection.
    socket
      .on('close', () => open.delete(socket))
      .on('error', () => {})
      .resume()
    serve(socket)
  })
  server.listen(VNC_PORT, address)
  await once(server, 'listening')
  closers.push(async () => {
    for (const socket of open) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { id: machine?.InstanceId ?? '', open: () => open.size }
}

const size = (width: number, height: number) =>
  Buffer.from([1, 1, ...u32(0), ...u16(width, height), ...Array<number>(16).fill(0), ...u32(0)])

const SERVERS: [string, (socket: Socket) => void, RegExp][] = [
  ['does not answer', () => {}, /^UpstreamTimeout: /],
  ['closes the connection', (socket) => socket.end(), /^ServiceUnavailable: /],
  ['resets the connection', (socket) => socket.resetAndDestroy(), /^ServiceUnavailable: /],
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /^ServiceUnavailable: .* VNC/],
  [
    'claims to have 65535 x 65535 pixels',
    (socket) => socket.write(Buffer.concat([Buffer.from('RFB 003.008\n'), size(65_535, 65_535)])),
    /^ServiceUnavailable: .* too large/,
  ],
  [
    'stops in the middle',
    (socket) => socket.write(Buffer.concat([Buffer.from('RFB 003.008\n'), size(640, 480)])),
    /^UpstreamTimeout: /,
  ],
]

test.each(SERVERS)(
  'a VNC server that %s fails the call in time, and no connection stays open',
  async (_, serve, failure) => {
    const { id, open } = await machineWith(serve)
    const { failure: found } = await call('click_mouse', { x: 1, y: 1 })
    expect(found).toMatch(failure)
    expect(found).toContain(id)
    await expect.poll(open).toBe(0)
  },
)

/** 64 kB a second. What the client sends is short, and not limited. */
const SLOW_LINK = { bytes: 6_400, milliseconds: 100 }

/** Serves a picture without compression over a slow link. */
function serveSlowly(width: number, height: number) {
  return async (socket: Socket) => {
    const { stream } = new FakeServer(pictureOf(width, height))
    socket.on('data', (bytes) => stream.write(bytes)).on('close', () => stream.destroy())
    for await (const chunk of stream) {
      for (let offset = 0; offset < chunk.length && !socket.destroyed; offset += SLOW_LINK.bytes) {
        socket.write(chunk.subarray(offset, offset + SLOW_LINK.bytes))
        await sleep(SLOW_LINK.milliseconds)
      }
    }
  }
}

test('over a slow link, a small desktop is shown', async () => {
  await configure(ecs.url, { 'server.timeout_seconds': '30' })
  const { open } = await machineWith(serveSlowly(160, 120)) // 77 kB
  const { data, failure } = await call('screenshot')
  expect(failure).toBe(undefined)
  expect(data).toMatchObject({ width: 160, height: 120 })
  await expect.poll(open).toBe(0)
})

test('over a slow link, a large desktop fails the calls in time, in little memory, and no connection stays open', async () => {
  const { id, open } = await machineWith(serveSlowly(1280, 800)) // 4 MB, a minute
  const memory = watchMemory()
  const replies = await Promise.all([call('screenshot'), call('screenshot'), call('screenshot')])
  for (const { failure } of replies) {
    expect(failure).toMatch(/^UpstreamTimeout: /)
    expect(failure).toContain(id)
  }
  // The driver keeps each picture once, 4 MB; the fake server several times.
  expect(memory.stop()).toBeLessThan(150_000_000)
  await expect.poll(open).toBe(0)
  expect((await call('wait_for_desktop')).data).toMatchObject({ sandbox_id: id, ready: false })
  await expect.poll(open).toBe(0)
})

test('a VNC server that sends without end fails the call in time, in little memory', async () => {
  await configure(ecs.url, { 'server.timeout_seconds': '3' }) // it takes all of the CPU for that time
  const bells = Buffer.alloc(1_000_000, 2)
  const { open } = await machineWith((socket) => {
    const fill = () => {
      while (!socket.destroyed && socket.write(bells));
    }
    socket.on('drain', fill)
    socket.write(Buffer.concat([Buffer.from('RFB 003.008\n'), size(640, 480)]))
    fill()
  })
  const memory = watchMemory()
  expect((await call('screenshot')).failure).toMatch(/^UpstreamTimeout: /)
  expect(memory.stop()).toBeLessThan(50_000_000)
  await expect.poll(open).toBe(0)
})

/** Watches how many bytes of buffers there are more than at the start. `stop` returns the maximum. */
function watchMemory() {
  const buffers = () => process.memoryUsage().arrayBuffers
  const before = buffers()
  let max = 0
  const timer = setInterval(() => {
    max = Math.max(max, buffers() - before)
  }, 20)
  return {
    stop(): number {
      clearInterval(timer)
      return max
    },
  }
}

test('a desktop without a VNC server cannot be reached', async () => {
  ecs.seed(1, { tags: TAG })
  expect((await call('screenshot')).failure).toMatch(/^ServiceUnavailable: .* call wait_for_desktop/)
})

test('a machine that is deleted between two calls is not found', async () => {
  const { id } = await machineWith(() => {})
  await call('delete_sandbox')
  await expect.poll(() => ecs.instances().length).toBe(0)
  expect((await call('screenshot', { sandbox_id: id })).failure).toMatch(/^InvalidSandbox\.NotFound: /)
  expect((await call('wait_for_desktop', { sandbox_id: id })).failure).toMatch(/^InvalidSandbox\.NotFound: /)
})

test('a desktop that is not ready in time is a result with its id and advice', async () => {
  const { data } = await call('create_sandbox')
  const id = ecs.instances()[0]?.InstanceId
  expect(data).toMatchObject({ sandbox_id: id, ready: false, advice: expect.stringContaining('wait_for_desktop') })
  expect((await call('wait_for_desktop')).data).toMatchObject({ sandbox_id: id, ready: false })
})

test('a machine without a desktop is not waited for, once it runs', async () => {
  await configure(ecs.url, { 'server.timeout_seconds': '900', 'terminal.desktops': 'false' })
  const created = await call('create_sandbox') // waits for the boot
  expect(created.data).toMatchObject({
    status: 'RUNNING',
    ready: false,
    advice: expect.stringMatching(/has no desktop/),
  })
  const waited = await call('wait_for_desktop')
  expect(waited.data).toMatchObject({ ready: false, advice: expect.stringMatching(/Do not wait/) })
})

test('a new sandbox is returned although the wait for it fails', async () => {
  ecs.faults.add({ Kind: 'FailCreating' })
  const { data } = await call('create_sandbox')
  expect(data).toMatchObject({
    sandbox_id: ecs.instances()[0]?.InstanceId,
    ready: false,
    advice: expect.stringContaining('InvalidSandboxStatus'),
  })
})

test('instances of others are not reached', async () => {
  ecs.seed(1, { tags: {} })
  const id = ecs.instances()[0]?.InstanceId
  for (const name of ['screenshot', 'wait_for_desktop', 'open_desktop']) {
    expect((await call(name, { sandbox_id: id })).failure).toMatch(/^InvalidSandbox\.NotFound: /)
  }
  expect((await call('screenshot')).failure).toMatch(/^MissingParameter\.sandbox_id: /)
})

test('more waiting than there is time ends in time', async () => {
  const { data } = await call('wait', { seconds: 60 })
  expect(data.waited_seconds).toBeLessThan(60)
})
