import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createVefaas, startVefaas } from './index.ts'
import { caller, released, requestOf, zipOf } from './testing.ts'

const roleCredentials = { accessKeyId: 'AKROLE', secretAccessKey: 'role-secret', sessionToken: 'role-token' }
const vefaas = await startVefaas({ roleCredentials })
const call = caller(vefaas.url)
beforeEach(() => vefaas.reset())
afterAll(() => vefaas.close())

/** Releases a function whose body is the JSON of an expression over event and context, and answers its id. */
async function deploy(expression: string, settings: object = {}, to = call): Promise<string> {
  const code = `const fs = require('fs')
    exports.handler = async (event, context) => ({ body: JSON.stringify(${expression}) })`
  const { result } = await to('CreateFunction', {
    Name: 'some-function',
    Runtime: 'node20/v1',
    Source: zipOf(code),
    ...settings,
  })
  await to('Release', { FunctionId: result.Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
  expect((await released(to, result.Id)).Status).toBe('done')
  return result.Id
}
const ask = async (id: string, request = {}) => {
  const { status, headers, body } = await vefaas.invoke(id, requestOf(request))
  return status === 200 ? JSON.parse(body.toString()) : `${status} ${headers['X-Faas-Response-Error-Code']}`
}
const Role = 'trn:iam::2100000000:role/ecs-manager'

describe('what runs', () => {
  it('has the variables of the platform and its own, by its settings', async () => {
    const Envs = [{ Key: 'MINE', Value: '1' }]
    const id = await deploy('process.env', { Envs, RequestTimeout: 7, MemoryMB: 512 })
    const environment = await ask(id)
    for (const name of ['PATH', 'TZ', 'LANG']) delete environment[name]
    expect(environment).toEqual({
      MINE: '1',
      _FAAS_FUNC_ID: id,
      _FAAS_FUNC_NAME: 'some-function',
      _FAAS_REVISION_NUMBER: '1',
      _FAAS_FUNC_TIMEOUT: '7',
      _FAAS_INSTANCE_MEMORY: '512',
      _FAAS_RUNTIME_PORT: '8000',
    })
  })

  it('has credentials in a file and in the headers of requests, if it has a role', async () => {
    const id = await deploy('[fs.readFileSync(process.env.FAAS_IAM_ROLE_CREDENTIAL_PATH, "utf8"), event.headers]', {
      Role,
    })
    const [file, headers] = await ask(id, { headers: [['x-faas-access-key-id', 'forged']] })
    expect(JSON.parse(file)).toEqual({
      access_key_id: 'AKROLE',
      secret_access_key: 'role-secret',
      session_token: 'role-token',
    })
    expect(headers).toMatchObject({
      'X-Faas-Access-Key-Id': 'AKROLE',
      'X-Faas-Secret-Access-Key': 'role-secret',
      'X-Faas-Session-Token': 'role-token',
    })
  })

  it('has none without a role', async () => {
    const id = await deploy('[Object.keys(process.env), Object.keys(event.headers)]')
    expect(JSON.stringify(await ask(id))).not.toMatch(/credential|access|token/i)
  })

  it('finds the first access key as its credentials unless told otherwise', async () => {
    const own = await startVefaas({ accessKeys: { AKONE: 'one-secret', AKTWO: 'two-secret' } })
    const signed = { accessKeyId: 'AKTWO', secretKey: 'two-secret' }
    const to: typeof call = (action, body) => caller(own.url)(action, body, signed)
    const id = await deploy('event.headers', { Role }, to)
    expect(JSON.parse((await own.invoke(id, requestOf())).body.toString())).toMatchObject({
      'X-Faas-Access-Key-Id': 'AKONE',
      'X-Faas-Secret-Access-Key': 'one-secret',
      'X-Faas-Session-Token': '',
    })
    await own.close()
  })

  it('gets an event of any kind', async () => {
    const id = await deploy('event')
    expect(JSON.parse((await vefaas.invokeEvent(id, { any: ['thing'] })).body.toString())).toEqual({ any: ['thing'] })
  })
})

describe('a request that says it carries a CloudEvent', () => {
  const type: [string, string] = ['X-Faas-Event-Type', 'cloudevent']
  const attributes = { id: '1', source: '/faas/event/timer/x', specversion: '1.0', type: 'faas.timer.event' }
  const binary = Object.entries(attributes).map(([name, value]): [string, string] => [`Ce-${name}`, value])

  it('is a CloudEvent for the handler, of its headers and its body', async () => {
    const id = await deploy('event')
    const body = Buffer.from('{"DryRun":true}')
    const event = { ...attributes, datacontenttype: 'application/octet-stream', data: '{"DryRun":true}' }
    expect(await ask(id, { method: 'POST', headers: [type, ...binary], body })).toEqual(event)
    const more: [string, string][] = [
      ['ce-topic', 'a'],
      ['Content-Type', 'text/plain'],
    ]
    expect(await ask(id, { headers: [type, ...binary, ...more], body })).toEqual({
      ...event,
      topic: 'a',
      datacontenttype: 'text/plain',
    })
  })

  it('may have it whole in its body', async () => {
    const id = await deploy('event')
    const event = { ...attributes, data: { DryRun: true } }
    const headers = [type, ['Content-Type', 'application/cloudevents+json; charset=utf-8']]
    expect(await ask(id, { headers, body: Buffer.from(JSON.stringify(event)) })).toEqual(event)
    expect(await ask(id, { headers, body: Buffer.from('[]') })).toBe('400 invalid_cloud_event')
    expect(await ask(id, { headers, body: Buffer.from('{') })).toBe('400 invalid_cloud_event')
  })

  it.each([
    ['no attributes', [type], '400 invalid_cloud_event'],
    ['no id', [type, ...binary.slice(1)], '400 invalid_cloud_event'],
    ['another type of event', [['x-faas-event-type', 'grpc']], '400 invalid_event_type'],
  ])('is refused with %s', async (_what, headers, expected) => {
    expect(await ask(await deploy('event'), { headers })).toBe(expected)
  })

  it('is HTTP when it says http', async () => {
    const id = await deploy('event.headers')
    expect(await ask(id, { headers: [['x-faas-event-type', 'http']] })).toMatchObject({ 'X-Faas-Event-Type': 'http' })
  })
})

describe('the control', () => {
  it('shows functions with all that they have, takes faults, and resets', async () => {
    const id = await deploy('1', { Tags: [{ Key: 'a', Value: 'b' }] })
    const get = async (name: string) => (await fetch(`${vefaas.url}/_emulator/vefaas/${name}`)).json()
    expect(await get('functions')).toMatchObject({
      Functions: [
        {
          Id: id,
          Region: 'cn-beijing',
          Tags: [{ Key: 'a', Value: 'b' }],
          Release: { Status: 'done' },
          Revisions: [{ RevisionNumber: 1 }],
          Timers: [],
          KafkaTriggers: [],
        },
      ],
    })
    const calls = (await get('calls')) as { Calls: object[] }
    expect(calls.Calls[0]).toMatchObject({ action: 'CreateFunction', body: { Name: 'some-function' } })
    const post = (name: string, body: object) =>
      fetch(`${vefaas.url}/_emulator/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      })
    await post('faults', { Kind: 'NotActivated', Times: 1 })
    expect((await call('ListFunctions')).outcome).toBe('401 ServiceNotActivated')
    expect((await call('ListFunctions')).outcome).toBe('200')
    await post('reset', {})
    expect(await get('functions')).toEqual({ Functions: [] })
    await expect(vefaas.invoke(id, requestOf())).rejects.toThrow('there is no function')
  })

  it.each(['CreateFunction', 'CreateTimer'])('NoQuota refuses %s', async (action) => {
    const FunctionId = await deploy('1')
    vefaas.faults.add({ Kind: 'NoQuota' })
    const body = { FunctionId, Runtime: 'node20/v1', Name: 'another', Crontab: '* * * * *' }
    expect((await call(action, body)).outcome).toBe('400 QuotaExceeded')
  })
})

it('lets through as many calls as the limit says', async () => {
  const own = await startVefaas({ rateLimit: { perSecond: 0.001, burst: 2 } })
  const outcomes = await Promise.all([1, 2, 3].map(async () => (await caller(own.url)('ListFunctions')).outcome))
  expect(outcomes.sort()).toEqual(['200', '200', '429 FlowLimitExceeded'])
  await own.close()
})

it.each([
  ['releaseSeconds', -1],
  ['timerSpeed', Number.NaN],
  ['latencyMs', -1],
])('refuses %s of %d, and leaves nothing behind', async (name, value) => {
  const before = ours()
  await expect(startVefaas({ [name]: value })).rejects.toThrow(RangeError)
  expect(ours()).toEqual(before)
})

it('leaves nothing behind when its port is taken', async () => {
  const before = ours()
  await expect(startVefaas({ port: vefaas.port })).rejects.toThrow('EADDRINUSE')
  expect(ours()).toEqual(before)
})

describe('temporary folders', () => {
  it('go with close()', () => {
    const before = ours()
    const own = createVefaas()
    expect(ours()).toHaveLength(before.length + 1)
    own.close()
    expect(ours()).toEqual(before)
  })

  it('of emulators that are no more go with the next start, and others stay', async () => {
    const ended = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => ended.once('exit', resolve))
    const names = [`vefaas-${ended.pid}-abcDEF`, `vefaas-${process.ppid}-abcDEF`, `vefaas-${ended.pid}-other-name`]
    const folders = names.map((name) => join(tmpdir(), name))
    try {
      for (const folder of folders) mkdirSync(join(folder, 'code'), { recursive: true })
      createVefaas().close()
      expect(folders.map((folder) => existsSync(folder))).toEqual([false, true, true])
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    }
  })
})

it('does not outlive an emulator that is killed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vefaas-killed-'))
  const file = join(directory, 'emulator.mts')
  const code = 'exports.handler = () => ({ body: String(process.pid) })'
  writeFileSync(
    file,
    `import { startVefaas } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
     const vefaas = await startVefaas()
     console.log(vefaas.url)`,
  )
  const emulator = spawn(process.execPath, ['--import', 'tsx', file], {
    env: { ...process.env, TMPDIR: directory }, // what a killed emulator leaves there goes with the rest
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const url = await new Promise((resolve) => emulator.stdout.once('data', (line) => resolve(`${line}`.trim())))
    const to = caller(String(url))
    const { result } = await to('CreateFunction', { Name: 'some', Runtime: 'node20/v1', Source: zipOf(code) })
    await to('Release', { FunctionId: result.Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
    await released(to, result.Id)
    const children = () => execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    const instance = new RegExp(`^\\s*(\\d+)\\s+[^Z].*${directory}.*bootstrap`, 'm')
    expect(children()).toMatch(instance)
    emulator.kill('SIGKILL')
    await expect.poll(children, { timeout: 5_000 }).not.toMatch(instance)
  } finally {
    emulator.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }
})

/** The temporary folders of this process. */
function ours(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`vefaas-${process.pid}-`))
}
