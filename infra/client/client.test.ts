import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Local } from '../local/cloud.ts'
import { startLocalForTests } from '../local/testing.ts'
import { ACTIONS, type Action } from './actions.ts'
import { type Client, createClient } from './client.ts'
import { EcsManagerError } from './error.ts'
import type { Progress } from './wait.ts'

// The client against the functions that `serverless deploy --stage local` deploys, which is what npm start runs.

const KEY = 'fake-key-of-a-client'
const description = new URL('../../openapi.json', import.meta.url)

let local: Local
let client: Client

beforeAll(async () => {
  const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ client: KEY }) }
  local = await startLocalForTests({ auth: 'key', settings, ecs: { bootSeconds: 1, stopSeconds: 1, startSeconds: 1 } })
  client = createClient({ url: local.url, key: KEY })
})
beforeEach(() => local.cloud.ecs.reset())
afterEach(() => local.cloud.ecs.faults.clear())
afterAll(() => local?.close())

const machines = () => local.cloud.ecs.instances().filter(({ Status }) => Status !== 'DELETING')

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it has succeeded'),
    (error) => error,
  )

describe('openapi.json', () => {
  test('has exactly the actions of the client', () => {
    const { paths } = JSON.parse(readFileSync(description, 'utf8')) as { paths: Record<string, { post?: object }> }
    const described = Object.entries(paths).flatMap(([path, { post }]) =>
      post ? [[(post as { operationId: string }).operationId, path]] : [],
    )
    expect(Object.entries(ACTIONS).map(([action, { path }]) => [action, path])).toEqual(described)
  })

  test('gives api.d.ts, by openapi-typescript', async () => {
    const types = COMMENT_HEADER + astToString(await openapiTS(description, { defaultNonNullable: false }))
    const isCurrent = readFileSync(join(import.meta.dirname, 'api.d.ts'), 'utf8') === types
    expect(isCurrent || 'stale: run npm run openapi').toBe(true)
  })

  test('has no parameter of CreateSandbox that create() lacks', async () => {
    const sent: Record<string, unknown>[] = []
    const { components } = JSON.parse(readFileSync(description, 'utf8'))
    const { Sandboxes } = await import('./sandboxes.ts')
    const call = async (_: Action, parameters: object) => {
      sent.push({ ...parameters })
      return { Result: { SandboxId: 'i-1' } }
    }
    await new Sandboxes(call as unknown as Client['call'], {}).create({
      name: 'a',
      lifetime: '30m',
      os: 'Windows',
      clientToken: 'token',
      instanceType: 'type',
      zoneId: 'zone',
      imageId: 'image',
      userData: 'data',
      tag: { key: 'team', value: 'research' },
      projectName: 'project',
      subnetId: 'subnet',
      securityGroupIds: ['sg-1'],
      password: 'fake-password',
    })
    expect(Object.keys(sent[0] ?? {}).sort()).toEqual(
      Object.keys(components.schemas.CreateSandboxParameters.properties).sort(),
    )
    expect(sent[0]).toMatchObject({ LifetimeSeconds: 1_800, OsType: 'Windows', TagKey: 'team', TagValue: 'research' })
  })
})

// The compiler checks the parameters and the answers.
test('every action can be called', async () => {
  const called: Action[] = []
  const call: Client['call'] = (action, parameters) => {
    called.push(action)
    return client.call(action, parameters)
  }
  const { Result: created } = await call('CreateSandbox', { InstanceName: 'agent-1', LifetimeSeconds: 60 })
  const { SandboxId } = created
  await client.sandboxes.withId(SandboxId).ready({ desktop: false })

  const all = await call('DescribeSandboxes', { MaxResults: 10 })
  expect(all.Result).toMatchObject([{ SandboxId, Status: 'RUNNING', InstanceName: 'sandbox-agent-1' }])
  expect(all.ResponseMetadata.Caller).toMatchObject({ Name: 'client' })
  const renewed = await call('RenewSandbox', { SandboxId, LifetimeSeconds: 3_600 })
  expect(Date.parse(renewed.Result.ExpireAt ?? '')).toBeGreaterThan(Date.parse(created.ExpireAt ?? ''))

  const terminal = await call('DescribeSandboxTerminalUrl', { SandboxId })
  if (terminal.Result.OsType !== 'Linux') return expect.fail('it has Windows')
  const address = await call('ValidateVncToken', { Token: terminal.Result.Token })
  expect(address).toEqual({ host: expect.stringMatching(/^127\./), port: 5905 })

  expect((await call('RebootSandbox', { SandboxId })).Result.Status).toBe('REBOOTING')
  expect((await call('StopSandbox', { SandboxId })).Result.Status).toBe('STOPPING')
  await client.sandboxes.withId(SandboxId).waitUntil('STOPPED')
  expect((await call('StartSandbox', { SandboxId })).Result.Status).toBe('STARTING')
  expect((await call('DeleteSandbox', { SandboxId })).Result).toEqual({ SandboxId })
  const torn = await call('TeardownSandboxes', { SandboxIds: [SandboxId], Reason: 'task 7 is done' })
  expect(torn.Result.Sandboxes).toMatchObject([{ SandboxId }])
  expect(called.sort()).toEqual(Object.keys(ACTIONS).sort())
})

describe('a sandbox', () => {
  test('has an end, also if the program names none', async () => {
    const sandbox = await client.sandboxes.create()
    expect(sandbox).toMatchObject({ id: expect.stringMatching(/^i-/), status: 'CREATING' })
    const leftMs = (sandbox.expiresAt?.getTime() ?? 0) - Date.now()
    expect(leftMs).toBeGreaterThan(3_000_000)
    expect(leftMs).toBeLessThan(3_601_000)
  })

  test('is waited for although no list shows it yet', async () => {
    local.cloud.ecs.faults.add({ Kind: 'HideNew', Seconds: 2, Times: 1 })
    const sandbox = await client.sandboxes.create({ name: 'a', lifetime: '30m' })
    const seen: Progress[] = []
    await sandbox.ready({ desktop: false, onProgress: (progress) => seen.push(progress) })
    expect(sandbox.description).toMatchObject({ Status: 'RUNNING', InstanceName: 'sandbox-a' })
    expect(seen[0]).toMatchObject({ status: 'CREATING', message: 'The machine is CREATING.' })
    expect(await sandbox.delete()).toBe(true)
  })

  test('is deleted although no list shows it yet', async () => {
    local.cloud.ecs.faults.add({ Kind: 'HideNew', Seconds: 6, Times: 1 })
    const sandbox = await client.sandboxes.create()
    expect(await sandbox.delete()).toBe(true)
    expect(machines()).toEqual([])
  })

  test('is stopped, started, restarted and renewed', async () => {
    const sandbox = await client.sandboxes.create({ lifetime: '10m' })
    await sandbox.ready({ desktop: false })
    expect(await sandbox.stop()).toBe('STOPPING')
    await sandbox.waitUntil('STOPPED')
    expect(await errorOf(sandbox.ready())).toMatchObject({ code: 'InvalidSandboxStatus' })
    expect(await sandbox.start()).toBe('STARTING')
    await sandbox.ready({ desktop: false })
    expect(await sandbox.reboot()).toBe('REBOOTING')
    const before = sandbox.expiresAt?.getTime() ?? 0
    expect((await sandbox.renew('2h'))?.getTime()).toBeGreaterThan(before + 3_600_000)
    expect(sandbox.expiresAt?.getTime()).toBeGreaterThan(before + 3_600_000)
  })

  test('in ERROR does not become ready', async () => {
    local.cloud.ecs.faults.add({ Kind: 'FailCreating', Times: 1 })
    const sandbox = await client.sandboxes.create()
    expect(await errorOf(sandbox.ready({ desktop: false }))).toMatchObject({
      code: 'InvalidSandboxStatus',
      message: expect.stringContaining('Delete it'),
    })
  })

  test('that somebody deletes does not become ready', async () => {
    const sandbox = await client.sandboxes.create()
    await sandbox.refresh()
    local.cloud.ecs.reset()
    expect(await errorOf(sandbox.ready())).toMatchObject({ code: 'InvalidSandbox.NotFound' })
    expect(await sandbox.delete()).toBe(false)
  })

  test('that takes too long has a Timeout', async () => {
    local.cloud.ecs.faults.add({ Kind: 'StuckCreating', Times: 1 })
    const sandbox = await client.sandboxes.create()
    const error = await errorOf(sandbox.ready({ timeout: '1s' }))
    expect(error).toMatchObject({ code: 'Timeout', message: expect.stringContaining('CREATING') })
  })

  test('is no longer waited for after an abort', async () => {
    local.cloud.ecs.faults.add({ Kind: 'StuckCreating', Times: 1 })
    const sandbox = await client.sandboxes.create()
    expect(await errorOf(sandbox.ready({ signal: AbortSignal.timeout(500) }))).toMatchObject({ name: 'TimeoutError' })
  })

  test('is deleted while it is CREATING', async () => {
    const sandbox = await client.sandboxes.create()
    expect(await sandbox.delete()).toBe(true)
    expect(sandbox.status).not.toBe('RUNNING')
    expect(machines()).toEqual([])
  })

  test('that does not exist is not found', async () => {
    const error = await errorOf(client.sandboxes.get('i-unknown'))
    expect(error).toBeInstanceOf(EcsManagerError)
    expect(error).toMatchObject({ code: 'InvalidSandbox.NotFound', status: 404 })
  })

  test('is found by its id', async () => {
    const { id } = await client.sandboxes.create()
    expect(await client.sandboxes.get(id)).toMatchObject({ id, description: { SandboxId: id } })
  })
})

describe('a list', () => {
  const TAGS = { 'managed-by': 'ecs-manager' }

  test('has all sandboxes, read page by page', async () => {
    local.cloud.ecs.seed(250, { tags: TAGS })
    const ids = new Set<string>()
    for await (const { id } of client.sandboxes.list()) ids.add(id)
    expect(ids.size).toBe(250)
  })

  test('reads no page that nobody wants', async () => {
    local.cloud.ecs.seed(250, { tags: TAGS })
    for await (const sandbox of client.sandboxes.list()) {
      expect(sandbox.status).toBe('RUNNING')
      break
    }
    const reads = local.cloud.ecs.calls.filter(({ action }) => action === 'DescribeInstances')
    expect(reads).toHaveLength(1)
  })

  test('has only those that match', async () => {
    local.cloud.ecs.seed(2, { tags: TAGS, status: 'STOPPED' })
    local.cloud.ecs.seed(3, { tags: TAGS })
    const ids: string[] = []
    for await (const { id } of client.sandboxes.list({ status: 'STOPPED', os: 'Linux' })) ids.push(id)
    expect(ids).toHaveLength(2)
  })

  test('ends with an abort', async () => {
    const list = client.sandboxes.list({ signal: AbortSignal.abort(new Error('enough')) })
    expect(await errorOf(list.next())).toMatchObject({ message: 'enough' })
  })
})

test('a wrong key is refused', async () => {
  const stranger = createClient({ url: local.url, key: 'fake-wrong-key' })
  expect(await errorOf(stranger.sandboxes.get('i-1'))).toMatchObject({ code: 'InvalidAccessKey', status: 401 })
})
