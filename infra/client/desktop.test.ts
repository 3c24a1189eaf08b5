import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Local } from '../local/cloud.ts'
import { startLocalForTests } from '../local/testing.ts'
import { type Client, createClient } from './client.ts'
import { type FakeDesktop, startFakeDesktop } from './testing.ts'
import type { Progress } from './wait.ts'

// Desktops over the WebSocket of the local cloud, and directly. The VNC server is a fake at the address of the machine.

const PNG = [0x89, 0x50, 0x4e, 0x47]

let local: Local
let client: Client
let fake: FakeDesktop | undefined

beforeAll(async () => {
  local = await startLocalForTests()
  client = createClient({ url: local.url })
})
beforeEach(() => {
  fake?.close()
  fake = undefined
  local.cloud.ecs.reset()
})
afterAll(async () => {
  fake?.close()
  await local?.close()
})

const addressOf = (id: string) => {
  const machine = local.cloud.ecs.instances().find(({ InstanceId }) => InstanceId === id)
  return machine?.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
}

test('a sandbox is ready when its desktop answers, and can then be used', async () => {
  await using sandbox = await client.sandboxes.create({ lifetime: '30m' })
  const messages: string[] = []
  const onProgress = ({ message }: Progress) => messages.push(message)
  const ready = sandbox.ready({ onProgress, timeout: '2m' })
  await expect.poll(() => sandbox.status).toBe('RUNNING')
  fake = await startFakeDesktop(addressOf(sandbox.id), local.config.terminal.vnc_port)
  await ready

  await using desktop = await sandbox.desktop()
  expect(desktop.size).toEqual({ width: 200, height: 100 })
  await desktop.click({ at: { x: 3, y: 4 } })
  await desktop.type('a')
  const { bytes, width, height } = await desktop.screenshot()
  expect([...bytes.subarray(0, 4), width, height]).toEqual([...PNG, 200, 100])
  expect(fake.events).toEqual(['pointer 3,4 0', 'pointer 3,4 1', 'pointer 3,4 0', 'key 61 down', 'key 61 up'])
})

test('a desktop is reached directly, without a token', async () => {
  const sandbox = await client.sandboxes.create()
  await sandbox.ready({ desktop: false })
  const port = local.config.terminal.vnc_port
  fake = await startFakeDesktop(addressOf(sandbox.id), port)
  const inside = createClient({ url: local.url, desktop: { direct: true, port } })
  const found = await inside.sandboxes.get(sandbox.id)
  await found.ready()
  await using desktop = await found.desktop()
  expect(desktop.size).toEqual({ width: 200, height: 100 })
})

test('a sandbox whose desktop never answers is not ready', async () => {
  const sandbox = await client.sandboxes.create()
  await expect(sandbox.ready({ timeout: '2s' })).rejects.toMatchObject({
    code: 'Timeout',
    message: expect.stringContaining('Its desktop does not answer yet.'),
  })
})

test('a connection to a desktop that does not answer ends at its timeout or with an abort', async () => {
  const sandbox = await client.sandboxes.create()
  await sandbox.ready({ desktop: false })
  await expect(sandbox.desktop({ timeout: '1s' })).rejects.toMatchObject({ code: 'Timeout' })
  const signal = AbortSignal.timeout(1_000)
  await expect(sandbox.desktop({ signal })).rejects.toMatchObject({ name: 'TimeoutError' })
})

test('a Windows sandbox has no desktop for this client', async () => {
  const sandbox = await client.sandboxes.create({ os: 'Windows' })
  await sandbox.ready()
  await expect(sandbox.desktop()).rejects.toMatchObject({ code: 'Unsupported' })
})
