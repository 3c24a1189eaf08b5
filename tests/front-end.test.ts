import { get } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EcsService } from '../infra/emulator/ecs/index.ts'
import type { Local } from '../infra/local/cloud.ts'
import { startLocalForTests } from '../infra/local/testing.ts'

// The clients that exist, as they use the service: a web front end and websockify's JSONTokenApi.

const KEY = 'fake-front-end-key'
const BOOT_SECONDS = 3_600

let local: Local
let ecs: EcsService

beforeAll(async () => {
  local = await startLocalForTests({
    auth: 'key',
    ecs: { bootSeconds: BOOT_SECONDS },
    settings: { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ web: KEY }) },
  })
  ecs = local.cloud.ecs
})
beforeEach(() => ecs.reset())
afterAll(() => local.close())

interface Answer<Result> {
  status: number
  body: { ResponseMetadata: { RequestId: string; Error?: { Code: string; Message: string } }; Result?: Result }
}

/** What the front end does for each action: a GET, and the envelope. */
async function call<Result>(Action: string, parameters: Record<string, string> = {}): Promise<Answer<Result>> {
  const query = new URLSearchParams({ Action, Version: '2020-04-01', ...parameters })
  const response = await fetch(`${local.url}/?${query}`, { headers: { Authorization: KEY } })
  return { status: response.status, body: (await response.json()) as Answer<Result>['body'] }
}

async function resultOf<Result>(Action: string, parameters: Record<string, string> = {}): Promise<Result> {
  const { status, body } = await call<Result>(Action, parameters)
  expect(body.ResponseMetadata.Error).toBeUndefined()
  expect(status).toBe(200)
  return body.Result as Result
}

interface Sandbox {
  SandboxId: string
  PrimaryIp?: string
  Status: string
  OsType: string
  InstanceTypeId: string
}

const create = async () => (await resultOf<{ SandboxId: string }>('CreateSandbox', { OsType: 'Linux' })).SandboxId

async function poll(SandboxId: string): Promise<Sandbox | undefined> {
  const sandboxes = await resultOf<Sandbox[]>('DescribeSandboxes', { SandboxId })
  expect(Array.isArray(sandboxes)).toBe(true)
  return sandboxes[0]
}

async function running(SandboxId: string): Promise<Sandbox> {
  for (let time = 0; time < 20; time++) {
    const sandbox = await poll(SandboxId)
    if (sandbox?.Status === 'RUNNING') return sandbox
    ecs.advance(BOOT_SECONDS / 4)
  }
  throw new Error('it never ran')
}

const open = (SandboxId: string) =>
  resultOf<{ OsType: string; Token: string }>('DescribeSandboxTerminalUrl', { SandboxId })

/** websockify: the token goes into the URL as it is; from any 2xx, `host` and `port` are read; all else is a refusal. */
function lookUp(token: string, key = KEY): Promise<{ host: string; port: number } | undefined> {
  const url = `http://websockify:${key}@127.0.0.1:${new URL(local.url).port}/?Action=ValidateVncToken&Version=2020-04-01&Token=${token}`
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        const { statusCode = 0 } = response
        if (statusCode < 200 || statusCode > 299) return resolve(undefined)
        const { host, port } = JSON.parse(text)
        return resolve({ host, port })
      })
    }).on('error', reject)
  })
}

describe('the web front end', () => {
  it('makes a desktop, waits for it, shows it and removes it', async () => {
    const SandboxId = await create()
    expect(SandboxId).toMatch(/^i-\w+$/)

    const booting = await poll(SandboxId)
    expect(booting).toMatchObject({ SandboxId, Status: 'CREATING', OsType: 'Linux' })
    expect(booting).not.toHaveProperty('PrimaryIp')

    const { PrimaryIp, InstanceTypeId } = await running(SandboxId)
    expect(PrimaryIp).toMatch(/^127\.\d+\.\d+\.\d+$/)
    expect(InstanceTypeId).toBe('ecs.g3i.large')

    const { OsType, Token } = await open(SandboxId)
    expect(OsType).toBe('Linux')
    expect(await lookUp(Token)).toEqual({ host: PrimaryIp, port: 5905 })
    expect(await lookUp(Token)).toBeUndefined()

    expect(await resultOf('DeleteSandbox', { SandboxId })).toEqual({ SandboxId })
    expect(await poll(SandboxId)).toBeUndefined()
    expect(ecs.instances()).toEqual([])
  })

  it('opens two tabs of one desktop, and both show it', async () => {
    const SandboxId = await create()
    await running(SandboxId)
    const [first, second] = await Promise.all([open(SandboxId), open(SandboxId)])
    const both = await Promise.all([lookUp(first.Token), lookUp(second.Token)])
    expect(both).toEqual([expect.objectContaining({ port: 5905 }), expect.objectContaining({ port: 5905 })])
  })

  it('may remove a desktop that still boots, when its user leaves', async () => {
    const SandboxId = await create()
    const removed = resultOf('DeleteSandbox', { SandboxId })
    setTimeout(() => ecs.advance(BOOT_SECONDS), 300)
    expect(await removed).toEqual({ SandboxId })
    expect(ecs.instances()).toEqual([])
  })

  it('finds the code of a quota that is used up', async () => {
    ecs.faults.add({ Kind: 'NoQuota' })
    const { status, body } = await call('CreateSandbox', { OsType: 'Linux' })
    expect(status).toBe(429)
    expect(body.ResponseMetadata.Error?.Code).toBe('QuotaExceeded.MaximumInstances')
    expect(body).not.toHaveProperty('Result')
  })

  it('is told when it asks for the terminal too early', async () => {
    const { status, body } = await call('DescribeSandboxTerminalUrl', { SandboxId: await create() })
    expect([status, body.ResponseMetadata.Error?.Code]).toEqual([409, 'InvalidSandboxStatus'])
  })

  it('keeps several desktops apart', async () => {
    const ids = await Promise.all([create(), create(), create()])
    expect(new Set(ids).size).toBe(3)
    ecs.advance(BOOT_SECONDS)
    const shown = await resultOf<Sandbox[]>('DescribeSandboxes')
    expect(shown.map(({ SandboxId }) => SandboxId).sort()).toEqual([...ids].sort())
    for (const { SandboxId, PrimaryIp } of shown) {
      expect(await lookUp((await open(SandboxId)).Token)).toEqual({ host: PrimaryIp, port: 5905 })
    }
    await resultOf('DeleteSandbox', { SandboxId: ids[1] ?? '' })
    const left = await resultOf<Sandbox[]>('DescribeSandboxes')
    expect(left.map(({ SandboxId }) => SandboxId).sort()).toEqual([ids[0], ids[2]].sort())
  })
})

describe('websockify', () => {
  it('reads an address from no refusal', async () => {
    const SandboxId = await create()
    await running(SandboxId)
    const { Token } = await open(SandboxId)
    for (const wrong of [
      '',
      'nonsense',
      `${Token}x`,
      Token.replace(/.$/, '.'),
      `i-none${Token.slice(SandboxId.length)}`,
    ]) {
      expect(await lookUp(wrong)).toBeUndefined()
    }
    expect(await lookUp(Token, 'wrong-key')).toBeUndefined()
    expect(await lookUp(Token)).toMatchObject({ port: 5905 })
  })

  it('reads no address of a desktop that is gone', async () => {
    const SandboxId = await create()
    await running(SandboxId)
    const { Token } = await open(SandboxId)
    await resultOf('DeleteSandbox', { SandboxId })
    expect(await lookUp(Token)).toBeUndefined()
  })

  it('reads an address once when it asks many times at once', async () => {
    const SandboxId = await create()
    await running(SandboxId)
    const { Token } = await open(SandboxId)
    const all = await Promise.all(Array.from({ length: 8 }, () => lookUp(Token)))
    expect(all.filter((address) => address !== undefined)).toHaveLength(1)
  })
})
