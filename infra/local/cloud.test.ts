import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { parseService } from '../service.ts'
import { type Local, type LocalOptions, startLocal } from './cloud.ts'

let local: Local | undefined

afterEach(async () => {
  await local?.close()
  local = undefined
})

async function start(options: LocalOptions = {}): Promise<Local> {
  local = await startLocal({ port: 0, ...options })
  return local
}

async function call(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const action = (name: string, parameters = '') => `/?Action=${name}&Version=2020-04-01${parameters}`

describe('the emulated cloud', () => {
  test('serves all six actions', async () => {
    const { url, ecs } = await start()
    const created = await call(url + action('CreateSandbox'))
    const id = created.body.Result.SandboxId
    expect(ecs?.instances()).toMatchObject([{ InstanceId: id }])

    const listed = await call(url + action('DescribeSandboxes'))
    expect(listed.body.Result).toMatchObject([{ SandboxId: id, Status: 'RUNNING', OsType: 'Linux' }])

    const terminal = await call(url + action('DescribeSandboxTerminalUrl', `&SandboxId=${id}`))
    const { Token } = terminal.body.Result
    expect(await call(url + action('ValidateVncToken', `&Token=${Token}`))).toEqual({
      status: 200,
      body: { host: listed.body.Result[0].PrimaryIp, port: 5905 },
    })

    const renewed = await call(url + action('RenewSandbox', `&SandboxId=${id}&LifetimeSeconds=60`))
    expect(renewed.body.Result.ExpireAt < created.body.Result.ExpireAt).toBe(true)
    expect((await call(url + action('DescribeSandboxes'))).body.Result).toMatchObject([renewed.body.Result])

    const deleted = await call(url + action('DeleteSandbox', `&SandboxId=${id}`))
    expect(deleted.body.Result).toEqual({ SandboxId: id })
    expect(ecs?.instances()).toEqual([])
  })

  test('ends a sandbox by an event', async () => {
    const { url, ecs } = await start()
    const { SandboxId } = (await call(url + action('CreateSandbox'))).body.Result
    const event = { specversion: '1.0', id: 'e-1', source: '/test', type: 'task.finished', data: { SandboxId } }
    const send = (body: object) =>
      call(`${url}/events`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/cloudevents+json' },
        body: JSON.stringify(body),
      })
    expect(await send(event)).toMatchObject({
      status: 200,
      body: { Result: { Sandboxes: [{ SandboxId, Outcome: 'Deleted' }] } },
    })
    expect(ecs?.instances()).toEqual([])
    expect((await send({ ...event, data: {} })).status).toBe(400)
  })

  test('lets a function answer a method it does not serve', async () => {
    const { url } = await start()
    const response = await fetch(url + action('CreateSandbox'), { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toContain('GET')
  })

  test('refuses web pages of other sites before anything happens', async () => {
    const { url, ecs } = await start()
    const { status, body } = await call(url + action('CreateSandbox'), { headers: { Origin: 'https://evil.example' } })
    expect([status, body.ResponseMetadata.Error.Code]).toEqual([403, 'OperationDenied.Origin'])
    expect(ecs?.instances()).toEqual([])
  })

  test('hands the settings to the functions and their log to the caller', async () => {
    const lines: string[] = []
    const { url } = await start({
      settings: { ECS_MANAGER__VOLCENGINE__REGION: 'cn-shanghai', ECS_MANAGER__LOG__FORMAT: 'json' },
      onLog: (name, line) => lines.push(`${name} ${line}`),
    })
    const { body } = await call(url + action('DescribeSandboxes'), { headers: { 'X-Request-ID': 'mine' } })
    expect(body.ResponseMetadata).toMatchObject({ RequestId: 'mine', Region: 'cn-shanghai' })
    await expect.poll(() => lines.join('\n')).toMatch(/^describe-sandboxes \{.*mine/m)
  })
})

describe('a function of serverless.yml', () => {
  const serviceWith = (events: string) =>
    parseService(`
service: ecs-manager
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing }
functions:
  some-function:
    handler: functions/describe-sandboxes/index.handler
    events: ${events}
`)

  test('is reached by a route of its own path and method', async () => {
    const { url } = await start({ service: serviceWith('[{ apig: { path: /events, method: POST } }]') })
    const query = '?Action=DescribeSandboxes&Version=2020-04-01'
    expect(await call(`${url}/events${query}`, { method: 'POST' })).toMatchObject({ status: 200, body: { Result: [] } })
    expect((await call(`${url}/events${query}`)).status).toBe(404)
    expect((await call(`${url}/${query}`, { method: 'POST' })).status).toBe(404)
  })

  test('is called by its timer, and that it failed is in the log', async () => {
    const lines: string[] = []
    const service = serviceWith(`[{ timer: { crontab: '* * * * *', name: some-timer } }]`)
    await start({ service, timerSpeed: 600, onLog: (name, line) => lines.push(`${name} ${line}`) })
    // DescribeSandboxes serves HTTP alone, and a timer does not call by HTTP.
    const failed = 'some-function timer some-timer: the call failed with status 405; not tried again'
    await expect.poll(() => lines.filter((line) => line === failed).length, { timeout: 10_000 }).toBeGreaterThan(1)
  })
})

describe('with --auth key', () => {
  test('a key is made where none is configured', async () => {
    const { url, key } = await start({ auth: 'key' })
    expect((await call(url + action('DescribeSandboxes'))).status).toBe(401)
    const headers = { Authorization: `Bearer ${key}` }
    expect((await call(url + action('DescribeSandboxes'), { headers })).status).toBe(200)
  })

  test('a configured key is used', async () => {
    const { url, key } = await start({
      auth: 'key',
      settings: { ECS_MANAGER__SECURITY__KEYS: '{"someone":"their-own-key"}' },
    })
    expect(key).toBeUndefined()
    const headers = { 'X-API-Key': 'their-own-key' }
    expect((await call(url + action('DescribeSandboxes'), { headers })).status).toBe(200)
  })
})

describe('does not start', () => {
  test('with a configuration that cannot be used', async () => {
    await expect(start({ settings: { ECS_MANAGER__INSTANCE__VOLUME_SIZE: 'big' } })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('instance.volume_size'),
    })
  })

  test('with a configuration file that cannot be read', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'cloud-test-'))
    const file = join(directory, 'config.toml')
    writeFileSync(file, 'broken')
    const starting = start({ settings: { ECS_MANAGER_CONFIG_FILE: file } })
    await expect(starting).rejects.toMatchObject({ name: 'ConfigError', message: expect.stringContaining(file) })
    rmSync(directory, { recursive: true })
  })

  test('on ports that are taken', async () => {
    const first = await start()
    const ports = { own: Number(new URL(first.url).port), ecs: first.ecs?.port ?? 0 }
    await expect(startLocal({ port: ports.own })).rejects.toMatchObject({
      name: 'LocalError',
      message: `port ${ports.own} is in use; choose another with --port (0 takes a free one)`,
    })
    await expect(startLocal({ port: 0, ecs: { port: ports.ecs } })).rejects.toMatchObject({
      name: 'LocalError',
      message: `port ${ports.ecs} is in use; choose another with --ecs-port (0 takes a free one)`,
    })
  })

  test('with the real cloud and no credentials', async () => {
    const settings = {
      ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
      ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
      ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
    }
    await expect(start({ cloud: true, settings })).rejects.toMatchObject({
      name: 'LocalError',
      message: expect.stringContaining('--cloud needs credentials'),
    })
  })
})

test('with the real cloud, the same gateway and functions use what is configured', async () => {
  const elsewhere = await start()
  const cloud = await startLocal({
    port: 0,
    cloud: true,
    settings: {
      VOLCENGINE_ACCESS_KEY: 'AKLOCAL',
      VOLCENGINE_SECRET_KEY: 'local-secret',
      ECS_MANAGER__VOLCENGINE__ENDPOINT: elsewhere.ecs?.url ?? '',
      ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
      ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
      ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
      ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
    },
  })
  try {
    expect(cloud.ecs).toBeUndefined()
    expect((await call(cloud.url + action('CreateSandbox'))).status).toBe(200)
    expect(elsewhere.ecs?.instances()).toHaveLength(1)
  } finally {
    await cloud.close()
  }
})
