import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Project } from '../../tests/support/project.ts'
import { startEcs } from '../emulator/ecs/index.ts'
import { type Local, type LocalOptions, startLocal } from './cloud.ts'
import { startLocalForTests } from './testing.ts'

const started: Local[] = []

afterEach(async () => {
  await Promise.all(started.splice(0).map((local) => local.close()))
})

async function start(options: LocalOptions = {}): Promise<Local> {
  const local = await startLocal({ port: 0, ...options })
  started.push(local)
  return local
}

async function call(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init)
  return { status: response.status, body: JSON.parse(await response.text()) }
}

const action = (name: string, parameters = '') => `/?Action=${name}&Version=2020-04-01${parameters}`

describe('the emulated cloud', () => {
  let local: Local
  const lines: string[] = []
  beforeAll(async () => {
    local = await startLocalForTests({
      settings: { ECS_MANAGER__TERMINAL__VNC_PORT: '5910', ECS_MANAGER__LOG__FORMAT: 'json' },
      onLog: (name, line) => lines.push(`${name} ${line}`),
    })
  })
  beforeEach(() => local.cloud.ecs.reset())
  afterAll(() => local.close())

  test('serves the actions with the settings', async () => {
    const { url, cloud } = local
    const created = await call(url + action('CreateSandbox'))
    const id = created.body.Result.SandboxId
    expect(cloud.ecs.instances()).toMatchObject([{ InstanceId: id }])

    const listed = await call(url + action('DescribeSandboxes'))
    expect(listed.body.Result).toMatchObject([{ SandboxId: id, Status: 'RUNNING', OsType: 'Linux' }])

    const terminal = await call(url + action('DescribeSandboxTerminalUrl', `&SandboxId=${id}`))
    const { Token } = terminal.body.Result
    expect(await call(url + action('ValidateVncToken', `&Token=${Token}`))).toEqual({
      status: 200,
      body: { host: listed.body.Result[0].PrimaryIp, port: 5910 }, // as in the settings
    })

    const renewed = await call(url + action('RenewSandbox', `&SandboxId=${id}&LifetimeSeconds=60`))
    expect(renewed.body.Result.ExpireAt < created.body.Result.ExpireAt).toBe(true)
    expect((await call(url + action('DescribeSandboxes'))).body.Result).toMatchObject([renewed.body.Result])

    const deleted = await call(url + action('DeleteSandbox', `&SandboxId=${id}`))
    expect(deleted.body.Result).toEqual({ SandboxId: id })
    expect(cloud.ecs.instances()).toEqual([])
  })

  test('deletes a sandbox by an event', async () => {
    const { url, cloud } = local
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
    expect(cloud.ecs.instances()).toEqual([])
    expect((await send({ ...event, data: {} })).status).toBe(400)
  })

  test('passes methods that a function does not support to the function', async () => {
    const { url } = local
    const response = await fetch(url + action('CreateSandbox'), { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toContain('GET')
  })

  test('refuses web pages of other sites before anything happens', async () => {
    const { url, cloud } = local
    const { status, body } = await call(url + action('CreateSandbox'), { headers: { Origin: 'https://evil.example' } })
    expect([status, body.ResponseMetadata.Error.Code]).toEqual([403, 'OperationDenied.Origin'])
    expect(cloud.ecs.instances()).toEqual([])
  })

  test('passes the log of the functions, in the format of the settings, to the caller', async () => {
    const { url } = local
    const { body } = await call(url + action('DescribeSandboxes'), { headers: { 'X-Request-ID': 'mine' } })
    expect(body.ResponseMetadata).toMatchObject({ RequestId: 'mine' })
    await expect.poll(() => lines.join('\n')).toMatch(/^describe-sandboxes \{.*mine/m)
  })

  test('does not start again on its ports', async () => {
    const { url, cloud } = local
    const port = Number(new URL(url).port)
    await expect(start({ port })).rejects.toMatchObject({
      name: 'LocalError',
      message: `port ${port} is in use; choose another with --port (0 takes a free one)`,
    })
    await expect(start({ ecsPort: cloud.port })).rejects.toMatchObject({
      name: 'LocalError',
      message: `port ${cloud.port} is in use; choose another with --ecs-port (0 takes a free one)`,
    })
  })
})

describe('does not start', () => {
  test('with an invalid configuration', async () => {
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

describe('with the real ECS', () => {
  test('the same gateway and functions use what is configured, with the credentials of their role', async () => {
    const elsewhere = await startEcs({ accessKeys: { AKREAL: 'fake-real-secret' } })
    const local = await startLocalForTests({
      cloud: true,
      auth: 'key',
      settings: {
        ECS_MANAGER__SECURITY__KEYS: '{"someone":"their-own-key"}',
        VOLCENGINE_ACCESS_KEY: 'AKREAL',
        VOLCENGINE_SECRET_KEY: 'fake-real-secret',
        ECS_MANAGER__VOLCENGINE__ENDPOINT: elsewhere.url,
        ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-a',
        ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
        ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-a',
        ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]',
      },
    })
    started.push(local)
    const { url, cloud, key } = local
    expect(key).toBeUndefined() // none is created
    expect((await call(url + action('CreateSandbox'))).status).toBe(401)
    const headers = { 'X-API-Key': 'their-own-key' }
    expect((await call(url + action('CreateSandbox'), { headers })).status).toBe(200)
    expect(elsewhere.instances()).toHaveLength(1)
    expect(cloud.ecs.instances()).toEqual([])

    // Everybody knows the keys of the emulated veFaaS, so it must not show a secret.
    expect(JSON.stringify(cloud.vefaas.functions())).not.toMatch(/AKREAL|fake-real-secret/)
    // The serverless command finds what the tests deploy without it. From a shell without credentials, and from one with them.
    for (const shell of [{}, { VOLCENGINE_ACCESS_KEY: 'AKREAL', VOLCENGINE_SECRET_KEY: 'fake-real-secret' }]) {
      const variables = { ...shell, ECS_MANAGER_LOCAL_CLOUD: cloud.url }
      const { code, text } = await new Project().serverless('deploy --stage local', variables)
      expect([code, text]).toEqual([0, expect.stringContaining('nothing has changed')])
    }
    await elsewhere.close()
  })
})
