import { request } from 'node:http'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startEcs } from '../ecs/index.ts'
import { caller, runParams } from '../ecs/testing.ts'

const ecs = await startEcs({ bootSeconds: 10 })
const call = caller(ecs.url)
const json = { 'content-type': 'application/json' }
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

interface Body {
  Faults: object[]
  Instances: object[]
  Calls: object[]
  Settings: object
  Error: string
}

async function control(method: string, path: string, body?: unknown, headers: Record<string, string> = json) {
  const init =
    body === undefined
      ? { method, headers }
      : { method, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
  const response = await fetch(`${ecs.url}/_emulator/${path}`, init)
  return { status: response.status, headers: response.headers, body: (await response.json()) as Body }
}

describe('/_emulator/', () => {
  it('sets, shows and clears faults', async () => {
    const one = await control('POST', 'faults', { Kind: 'Throttle', Times: 2 })
    expect(one).toMatchObject({ status: 200, body: { Faults: [{ Kind: 'Throttle', Times: 2, Id: 'fault-1' }] } })
    await control('POST', 'faults', [{ Kind: 'CutBefore' }, { Kind: 'Empty' }])
    expect((await call('DescribeInstances')).status).toBe(429)
    const shown = {
      Faults: [
        { Kind: 'Throttle', Times: 1, Id: 'fault-1' },
        { Kind: 'CutBefore', Id: 'fault-2' },
        { Kind: 'Empty', Id: 'fault-3' },
      ],
    }
    expect((await control('GET', 'faults')).body).toEqual(shown)
    expect((await control('DELETE', 'faults?Id=fault-2')).body.Faults).toHaveLength(2)
    expect(await control('DELETE', 'faults?Id=fault-2')).toMatchObject({
      status: 404,
      body: { Error: 'no fault has the id fault-2' },
    })
    expect((await control('DELETE', 'faults')).body).toEqual({ Faults: [] })
    expect((await call('DescribeInstances')).status).toBe(200)
  })

  it('moves the clock', async () => {
    await call('RunInstances', runParams)
    await control('POST', 'clock', { AdvanceSeconds: 10 })
    expect(ecs.instances()[0]?.Status).toBe('RUNNING')
  })

  it('shows instances and calls, but no password', async () => {
    await call('RunInstances', { ...runParams, UserData: 'YQ==' })
    const { Instances } = (await control('GET', 'instances')).body
    expect(Instances).toMatchObject([{ Status: 'CREATING', UserData: 'YQ==', Region: 'cn-beijing' }])
    const { body } = await control('GET', 'calls')
    expect(body.Calls).toMatchObject([
      { action: 'RunInstances', status: 200, params: { Password: '***', ZoneId: 'cn-beijing-a' } },
    ])
    expect(ecs.calls[0]?.params.Password).toBe(runParams.Password)
  })

  it('shows settings and changes the given ones', async () => {
    const initial = { EconomicalModeAdmitted: true, EconomicalModeByDefault: false, NotApplicableTypes: [] }
    expect((await control('GET', 'settings')).body).toEqual({ Settings: initial })
    const changed = { ...initial, EconomicalModeByDefault: true }
    expect((await control('POST', 'settings', { EconomicalModeByDefault: true })).body).toEqual({ Settings: changed })
    expect((await control('GET', 'settings')).body).toEqual({ Settings: changed })
    expect((await control('DELETE', 'settings')).status).toBe(404)
    await control('POST', 'reset')
    expect((await control('GET', 'settings')).body).toEqual({ Settings: initial })
  })

  it('resets everything', async () => {
    ecs.seed(3)
    ecs.faults.add({ Kind: 'Throttle' })
    await call('DescribeInstances')
    expect((await control('POST', 'reset')).status).toBe(200)
    expect([ecs.instances(), ecs.calls, ecs.faults.list()]).toEqual([[], [], []])
  })

  it.each<[string, string, unknown, number, string]>([
    ['POST', 'faults', { Kind: 'Throttle', Tims: 1 }, 400, 'Throttle has no field Tims'],
    ['POST', 'faults', '{"Kind":', 400, 'the body is not JSON'],
    ['POST', 'clock', { Seconds: 1 }, 400, 'the clock needs {"AdvanceSeconds":<seconds>}'],
    ['POST', 'clock', { AdvanceSeconds: -1 }, 400, 'a clock is advanced by 0'],
    ['POST', 'clock', 'null', 400, 'the clock needs'],
    [
      'POST',
      'settings',
      { EconomicalMode: true },
      400,
      'settings are an object with some of EconomicalModeAdmitted, EconomicalModeByDefault, NotApplicableTypes',
    ],
    ['POST', 'settings', 'null', 400, 'settings are an object with'],
    [
      'POST',
      'settings',
      { EconomicalModeAdmitted: 1 },
      400,
      'the setting EconomicalModeAdmitted must be true or false',
    ],
    ['POST', 'settings', { NotApplicableTypes: 'a' }, 400, 'must be a list of instance types'],
    ['POST', 'settings', { NotApplicableTypes: [1] }, 400, 'the setting NotApplicableTypes must be a list of'],
    [
      'GET',
      'nothing',
      undefined,
      404,
      'no route GET /_emulator/nothing; there are faults, clock, calls, reset, instances',
    ],
    ['PUT', 'faults', {}, 404, 'no route PUT /_emulator/faults; there are'],
    ['GET', 'constructor', undefined, 404, 'no route GET /_emulator/constructor; there are'],
  ])('%s %s %j: %i', async (method, path, body, status, message) => {
    const reply = await control(method, path, body)
    expect(reply.status).toBe(status)
    expect(reply.body.Error).toContain(message)
  })

  it('is not logged as a call', async () => {
    await control('GET', 'instances')
    expect(ecs.calls).toEqual([])
  })

  it('cannot be used by a web page', async () => {
    for (const path of ['faults', 'clock', 'settings', 'reset']) {
      const { status, headers } = await control('POST', path, '{}', { 'content-type': 'text/plain' })
      expect(status).toBe(415)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      const options = { port: ecs.port, path: '/_emulator/calls', headers: { host: 'evil.example' } }
      request(options, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(rebound).toBe(403)
  })
})
