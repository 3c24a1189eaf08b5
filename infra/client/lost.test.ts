import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Local } from '../local/cloud.ts'
import { startLocalForTests } from '../local/testing.ts'
import { createClient } from './client.ts'
import { type Loss, type Received, startLossyNetwork, type TestServer } from './testing.ts'

// What a bad network, a failing cloud and a killed program leave behind: nothing that does not end by itself.

let local: Local
let network: TestServer | undefined

beforeAll(async () => {
  // The clean-up runs every five seconds.
  local = await startLocalForTests({ timerSpeed: 60 })
})
beforeEach(() => local.cloud.ecs.reset())
afterEach(() => {
  local.cloud.ecs.faults.clear()
  network?.close()
})
afterAll(() => local?.close())

const machines = () => local.cloud.ecs.instances().filter(({ Status }) => Status !== 'DELETING')

/** A client behind a network that loses something of the first calls of an action. */
async function behind(action: string, ...losses: Loss[]) {
  const left = [...losses]
  const started = await startLossyNetwork(local.url, (call: Received) =>
    call.action === action ? left.shift() : undefined,
  )
  network = started
  return createClient({ url: started.url })
}

describe('one machine is created', () => {
  test.each(['request', 'answer'] as const)('if the %s of the first try is lost', async (loss) => {
    const client = await behind('CreateSandbox', loss)
    const { id } = await client.sandboxes.create({ name: 'a' })
    expect(network?.received.length).toBe(2)
    expect(machines()).toMatchObject([{ InstanceId: id }])
  })

  test('if the first answer is late', async () => {
    const client = await behind('CreateSandbox', 'hang')
    const { id } = await client.sandboxes.create({ tryTimeout: '3s' })
    expect(machines()).toMatchObject([{ InstanceId: id }])
  })

  test('if the cloud does not confirm it, and does not show it at first', async () => {
    local.cloud.ecs.faults.add(
      { Kind: 'CutAfter', Action: 'RunInstances', Times: 1 },
      { Kind: 'HideNew', Seconds: 2, Times: 1 },
    )
    const { id } = await createClient({ url: local.url }).sandboxes.create()
    expect(machines()).toMatchObject([{ InstanceId: id }])
  })
})

test('a deletion whose answer is lost is a success', async () => {
  const client = await behind('DeleteSandbox', 'answer')
  const sandbox = await client.sandboxes.create()
  await sandbox.refresh()
  expect(await sandbox.delete()).toBe(true)
  expect(machines()).toEqual([])
})

test('a reboot whose answer is lost is not done twice', async () => {
  const client = await behind('RebootSandbox', 'answer')
  const sandbox = await client.sandboxes.create()
  await sandbox.ready({ desktop: false })
  await sandbox.reboot()
  // The cloud counts calls with the same token as one.
  const reboots = local.cloud.ecs.calls.filter(({ action }) => action === 'RebootInstance')
  expect(reboots.length).toBeGreaterThan(1)
  expect(new Set(reboots.map(({ params }) => params.ClientToken)).size).toBe(1)
})

test('a block that throws deletes its sandbox', async () => {
  const client = createClient({ url: local.url })
  const work = async () => {
    await using sandbox = await client.sandboxes.create()
    expect(machines()).toMatchObject([{ InstanceId: sandbox.id }])
    throw new Error('the agent failed')
  }
  await expect(work()).rejects.toThrow('the agent failed')
  expect(machines()).toEqual([])
})

test('a program that is killed in the middle of a creation leaves a machine that ends', async () => {
  const client = await behind('CreateSandbox', 'hang')
  const folder = mkdtempSync(join(tmpdir(), 'client-test-'))
  const program = join(folder, 'create.mts')
  writeFileSync(
    program,
    `import { createClient } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
await createClient().sandboxes.create({ lifetime: '4s' })`,
  )
  const env = { ...process.env, ECS_MANAGER_URL: client.url }
  const child = spawn(process.execPath, ['--import', 'tsx', program], { cwd: import.meta.dirname, env })
  try {
    await expect.poll(() => machines().length).toBe(1)
    child.kill('SIGKILL')
    expect(machines()[0]?.Tags.has('ecs-manager:expire-at')).toBe(true)
    await expect.poll(machines).toEqual([])
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
})

describe('renewals', () => {
  test('move the end as long as they go on, and not after', async () => {
    const client = createClient({ url: local.url })
    const sandbox = await client.sandboxes.create({ lifetime: '1h' })
    const errors: unknown[] = []
    const renewal = sandbox.renewEvery(0.5, { lifetime: 6, onError: (error) => errors.push(error) })
    const renewed = () => local.cloud.ecs.calls.filter(({ action }) => action === 'TagResources').length
    await expect.poll(renewed).toBeGreaterThan(2)
    renewal.stop()
    await expect.poll(machines).toEqual([])
    expect(errors).toEqual([])
  })

  test('go on after an error, and end when the sandbox is gone', async () => {
    const client = createClient({ url: local.url })
    const sandbox = await client.sandboxes.create()
    local.cloud.ecs.faults.add({ Kind: 'Error', Action: 'TagResources', Status: 403, Code: 'Forbidden', Times: 1 })
    const codes: string[] = []
    const renewal = sandbox.renewEvery(0.3, {
      lifetime: '10m',
      onError: (error) => codes.push((error as { code: string }).code),
    })
    await expect.poll(() => codes.length).toBe(1)
    await client.sandboxes.withId(sandbox.id).delete()
    await expect.poll(() => codes).toEqual([expect.any(String), 'InvalidSandbox.NotFound'])
    renewal.stop()
  })

  test('that are rarer than the end are refused', async () => {
    const sandbox = createClient({ url: local.url }).sandboxes.withId('i-1')
    expect(() => sandbox.renewEvery('5m', { lifetime: '5m' })).toThrow('shorter than the lifetime')
  })
})
