import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createVefaas, startVefaas } from './index.ts'
import { caller, deployFunction, requestOf } from './testing.ts'

const vefaas = await startVefaas()
const call = caller(vefaas.url)
beforeEach(() => vefaas.reset())
afterAll(() => vefaas.close())

const code = 'exports.handler = () => {}'

describe('the control', () => {
  it('shows functions in full, accepts faults, and resets', async () => {
    const id = await deployFunction(call, code, { Tags: [{ Key: 'a', Value: 'b' }] })
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
    await expect(vefaas.invoke(id, requestOf())).rejects.toThrow(`the function ${id} does not exist`)
  })

  it('shows no secrets, but the call log of this process contains them', async () => {
    const Envs = [{ Key: 'TOKEN', Value: 'secret-value' }]
    const FunctionId = await deployFunction(call, code, { Envs })
    const KafkaCredentials = { Mechanism: 'PLAIN', Username: 'user', Password: 'secret-password' }
    await call('CreateKafkaTrigger', { FunctionId, Name: 'some', MqInstanceId: 'k', TopicName: 't', KafkaCredentials })
    for (const name of ['calls', 'functions']) {
      const text = await (await fetch(`${vefaas.url}/_emulator/vefaas/${name}`)).text()
      expect(text).toContain('{"Key":"TOKEN","Value":"***"}')
      expect(text).not.toContain('secret-')
    }
    const sent = vefaas.calls.map(({ body }) => body)
    expect(sent).toContainEqual(expect.objectContaining({ Envs }))
    expect(sent).toContainEqual(expect.objectContaining({ KafkaCredentials }))
  })

  it.each(['CreateFunction', 'CreateTimer'])('NoQuota refuses %s', async (action) => {
    const FunctionId = await deployFunction(call, code)
    vefaas.faults.add({ Kind: 'NoQuota' })
    const body = { FunctionId, Runtime: 'node20/v1', Name: 'another', Crontab: '* * * * *' }
    expect((await call(action, body)).outcome).toBe('400 QuotaExceeded')
  })
})

it('limits the rate of calls', async () => {
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

it('leaves no temporary files if its port is taken', async () => {
  const before = ours()
  await expect(startVefaas({ port: vefaas.port })).rejects.toThrow('EADDRINUSE')
  expect(ours()).toEqual(before)
})

describe('temporary folders', () => {
  it('are removed by close()', () => {
    const before = ours()
    const own = createVefaas()
    expect(ours()).toHaveLength(before.length + 1)
    own.close()
    expect(ours()).toEqual(before)
  })

  it('of stopped emulators are removed by the next start, and others stay', async () => {
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

/** The temporary folders of this process. */
function ours(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`vefaas-${process.pid}-`))
}
