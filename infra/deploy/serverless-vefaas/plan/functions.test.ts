import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../../../emulator/cloud.ts'
import type { Client } from '../cloud/client.ts'
import { CloudError } from '../cloud/cloud-error.ts'
import type { FunctionConfig, ProviderConfig } from '../config.ts'
import { runPlan, StepError } from '../run.ts'
import {
  artifactFrom,
  codeThatAnswers,
  deployService,
  type FunctionsOf,
  removeService,
  serviceWith,
  testClient,
  watchChanges,
} from '../testing.ts'
import { observe, planOf, planOfFunction } from './index.ts'
import { PlanError } from './step.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
const client = testClient(cloud.url)

afterAll(() => cloud.close())

function reset(): void {
  cloud.vefaas.reset()
  cloud.apig.reset()
}

const base: Partial<FunctionConfig> = {
  environment: { A: '1', OLD: 'x' },
  tags: { team: 'shop', old: 'x' },
  events: [{ apig: { path: '/' } }],
}
const both = (changed: Partial<FunctionConfig> = {}, provider: Partial<ProviderConfig> = {}) =>
  serviceWith({ hello: { ...base, ...changed }, other: { environment: { B: '2' } } }, provider)

type Item = {
  Id: string
  Name: string
  MemoryMB: number
  Envs: { Key: string; Value: string }[]
  Tags: { Key: string; Value: string }[]
  Release: { Status: string; StableRevisionNumber: number }
  Revisions: { RevisionNumber: number; Envs: { Key: string; Value: string }[] }[]
}

function functionNow(key = 'hello'): Item {
  const found = (cloud.vefaas.functions() as Item[]).find(({ Name }) => Name === `shop-test-${key}`)
  if (found === undefined) throw new Error(`there is no function ${key}`)
  return found
}

const valuesOf = (pairs: { Key: string; Value: string }[]) =>
  Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value]))
const served = async (path = '/') => (await fetch(cloud.apig.gatewayUrl + path)).text()

type Shown = Record<string, unknown>

/** Returns a client that changes the result of one action, or each item of its list. */
const showing = (wanted: string, change: (item: Shown) => Shown, inner = client): Client => ({
  ...inner,
  call: async <Result extends object>(service: 'vefaas' | 'apig', action: string, body: object) => {
    const result = await inner.call<{ Items?: Shown[] }>(service, action, body)
    if (action !== wanted) return result as Result
    return (result.Items ? { ...result, Items: result.Items.map(change) } : change(result)) as Result
  },
})

const UPDATE = ['UpdateFunction', 'Release']
const role = 'trn:iam::2100000000:role/shop'
const vpc = { id: 'vpc-1', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] }

describe('a change of', () => {
  /** The changes accumulate. */
  let now = base

  beforeAll(async () => {
    reset()
    await deployService(client, both())
  })

  test.each<[what: string, change: Partial<FunctionConfig>, details: string | RegExp, actions: string[]]>([
    ['memory', { memorySize: 2048 }, 'MemoryMB 1024 -> 2048, release', UPDATE],
    ['the initializer timeout', { initializerTimeout: 60 }, 'InitializerSec 30 -> 60, release', UPDATE],
    ['concurrency', { maxConcurrency: 10 }, 'MaxConcurrency 100 -> 10, release', UPDATE],
    ['exclusive mode', { exclusive: true }, 'ExclusiveMode false -> true, release', UPDATE],
    ['a variable', { environment: { A: '2', OLD: 'x' } }, 'variable A changed, release', UPDATE],
    ['variables', { environment: { A: '2', N: '1' } }, 'variable OLD removed, variable N added, release', UPDATE],
    ['the value of a tag', { tags: { team: 'other', old: 'x' } }, 'tags', ['UpdateFunction']],
    ['the role', { role }, `Role none -> ${role}, release`, UPDATE],
    ['the network', { vpc }, /VpcConfig none -> \{.*, release$/, UPDATE],
    ['the log', { log: { project: 'p', topic: 't' } }, /TlsConfig none -> \{"EnableLog":true,.*, release$/, UPDATE],
    ['the description', { description: 'sells' }, 'Description none -> sells', ['UpdateFunction']],
    ['the project', { project: 'shop' }, 'ProjectName default -> shop', ['UpdateFunction']],
    [
      'instances',
      { minInstances: 1, maxInstances: 3 },
      'MinInstance 0 -> 1, MaxInstance 10 -> 3',
      ['UpdateFunctionResource'],
    ],
  ])('%s is made only on this function, and released if necessary', async (_what, change, details, actions) => {
    now = { ...now, ...change }
    const changes = watchChanges(cloud)
    const line =
      typeof details === 'string' ? `update function shop-test-hello ${details}` : expect.stringMatching(details)
    expect(await deployService(client, both(now))).toEqual([line])
    expect(changes()).toEqual(actions)
    expect(await deployService(client, both(now))).toEqual([])
    expect(functionNow('other').Release.StableRevisionNumber).toBe(1)
  })
})

describe('a change', () => {
  beforeEach(reset)

  test('of the timeout also updates its routes, which wait a little longer', async () => {
    await deployService(client, both())
    expect(await deployService(client, both({ timeout: 60 }))).toEqual([
      'update function shop-test-hello RequestTimeout 30 -> 60, release',
      'update route shop-test-hello settings',
    ])
  })

  test('of the code is released and served', async () => {
    await deployService(client, both())
    expect(await served()).toBe('hello')
    const changes = watchChanges(cloud)
    const artifactOf = (key: string) => codeThatAnswers(key === 'hello' ? 'new' : key)
    expect(await deployService(client, both(), artifactOf)).toEqual(['update function shop-test-hello code, release'])
    expect(changes()).toEqual(UPDATE)
    expect(await served()).toBe('new')
    // The revision that serves has a record of its code.
    const { Envs = [] } = functionNow().Revisions.at(-1) ?? {}
    const record = JSON.parse(valuesOf(Envs).SERVERLESS_DEPLOYMENT ?? '')
    expect(record).toMatchObject({ code: codeThatAnswers('new').sha256, environment: ['A', 'OLD'] })
  })
})

describe('what somebody else has set on a function', () => {
  beforeEach(reset)

  test('is kept, while ours is removed when it is no longer in the file', async () => {
    await deployService(client, both())
    const { Id, Envs, Tags } = functionNow()
    await client.call('vefaas', 'UpdateFunction', {
      Id,
      Envs: [...Envs, { Key: 'THEIRS', Value: 'kept' }],
      Tags: [...Tags, { Key: 'theirs', Value: 'kept' }],
    })
    expect(await deployService(client, both())).toEqual([])

    await deployService(client, both({ environment: { A: '2' }, tags: { team: 'shop' } }))
    const { Envs: after, Tags: tags, Revisions } = functionNow()
    const environment = { THEIRS: 'kept', A: '2', SERVERLESS_DEPLOYMENT: expect.any(String) }
    expect(valuesOf(after)).toEqual(environment)
    expect(valuesOf(Revisions.at(-1)?.Envs ?? [])).toEqual(environment)
    const own = { 'serverless-service': 'shop', 'serverless-stage': 'test' }
    expect(valuesOf(tags)).toEqual({ theirs: 'kept', ...own, team: 'shop' })
  })

  test('between the plan and the update is kept too', async () => {
    await deployService(client, both())
    const service = both({ memorySize: 512 })
    const plan = await planOf(client, service, await observe(client, service), codeThatAnswers)
    const { Id, Envs, Tags } = functionNow()
    const theirs = { Key: 'THEIRS', Value: 'kept' }
    await client.call('vefaas', 'UpdateFunction', { Id, Envs: [...Envs, theirs], Tags: [...Tags, theirs] })
    await runPlan(client, plan, { waiting: () => {}, done: () => {} }, 10)
    expect(functionNow()).toMatchObject({
      MemoryMB: 512,
      Envs: expect.arrayContaining([theirs]),
      Tags: expect.arrayContaining([theirs]),
    })
  })

  test('is kept if the list of functions does not show variables', async () => {
    await deployService(client, both())
    const { Id, Envs } = functionNow()
    const theirs = { Key: 'THEIRS', Value: 'kept' }
    await client.call('vefaas', 'UpdateFunction', { Id, Envs: [...Envs, theirs] })
    for (const nothing of [null, undefined]) {
      const brief = showing('ListFunctions', (item) => ({ ...item, Envs: nothing }))
      expect(await deployService(brief, both())).toEqual([])
    }
    const brief = showing('ListFunctions', (item) => ({ ...item, Envs: null }))
    await deployService(brief, both({ memorySize: 512 }))
    expect(functionNow()).toMatchObject({ MemoryMB: 512, Envs: expect.arrayContaining([theirs]) })
  })

  test('becomes ours when it is in the file, and is removed with it', async () => {
    await deployService(client, both())
    const { Id, Envs } = functionNow()
    await client.call('vefaas', 'UpdateFunction', { Id, Envs: [...Envs, { Key: 'THEIRS', Value: 'kept' }] })
    const named = both({ environment: { A: '1', OLD: 'x', THEIRS: 'kept' } })
    expect(await deployService(client, named)).toEqual(['update function shop-test-hello record, release'])
    expect(await deployService(client, named)).toEqual([])
    expect(await deployService(client, both())).toEqual([
      'update function shop-test-hello variable THEIRS removed, release',
    ])
  })

  test('in place of our record only leads to a complete deployment', async () => {
    await deployService(client, both())
    const { Id, Envs } = functionNow()
    for (const Value of ['', 'no JSON', 'null', '[]', '{"code":1,"environment":null,"tags":{}}']) {
      const others = Envs.filter(({ Key }) => Key !== 'SERVERLESS_DEPLOYMENT')
      await client.call('vefaas', 'UpdateFunction', { Id, Envs: [...others, { Key: 'SERVERLESS_DEPLOYMENT', Value }] })
      expect(await deployService(client, both())).toEqual([
        expect.stringContaining('update function shop-test-hello code'),
      ])
      expect(await deployService(client, both())).toEqual([])
    }
  })
})

describe('what the cloud shows', () => {
  beforeEach(reset)
  const settings = { vpc, log: { project: 'p', topic: 't' } }

  test.each<[what: string, change: Partial<FunctionConfig>, more: (item: Shown) => Shown]>([
    [
      'more fields of a network and a log than the file has',
      settings,
      ({ VpcConfig, TlsConfig, ...item }) => ({
        ...item,
        VpcConfig: { ...(VpcConfig as object), VpcName: 'n' },
        TlsConfig: { ...(TlsConfig as object), Region: 'r' },
      }),
    ],
    [
      'the remaining fields of a network and a log that are off',
      {},
      (item) => ({
        ...item,
        VpcConfig: { EnableVpc: false, VpcId: 'vpc-1', EnableSharedInternetAccess: true },
        TlsConfig: { EnableLog: false, TlsTopicId: 't' },
      }),
    ],
  ])('%s: that is not a difference', async (_what, change, more) => {
    const telling = showing('ListFunctions', more, showing('GetRevision', more))
    await deployService(client, both(change))
    expect(await deployService(telling, both(change))).toEqual([])
  })

  test('fewer fields of a revision: that is not a difference, and a change is still released', async () => {
    const brief = showing('GetRevision', ({ Envs }) => ({ Envs, Role: null }))
    await deployService(client, both(settings))
    expect(await deployService(brief, both(settings))).toEqual([])
    expect(await deployService(brief, both({ ...settings, role }))).toEqual([
      `update function shop-test-hello Role none -> ${role}, release`,
    ])
    expect(functionNow().Release.StableRevisionNumber).toBe(2)
    expect(await deployService(client, both({ ...settings, role }))).toEqual([])
  })
})

describe('drift', () => {
  beforeEach(reset)

  test('of a setting is reverted, without a release if the right revision serves', async () => {
    await deployService(client, both())
    await client.call('vefaas', 'UpdateFunction', { Id: functionNow().Id, MemoryMB: 4096 })
    const changes = watchChanges(cloud)
    expect(await deployService(client, both())).toEqual(['update function shop-test-hello MemoryMB 4096 -> 1024'])
    expect(changes()).toEqual(['UpdateFunction'])
    expect(await deployService(client, both())).toEqual([])
  })

  test('that somebody has released is reverted with a release', async () => {
    await deployService(client, both())
    const { Id } = functionNow()
    await client.call('vefaas', 'UpdateFunction', { Id, MemoryMB: 4096 })
    await client.call('vefaas', 'Release', { FunctionId: Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
    await expect.poll(() => functionNow().Release.Status).toBe('done')
    expect(await deployService(client, both())).toEqual([
      'update function shop-test-hello MemoryMB 4096 -> 1024, release',
    ])
    expect(functionNow().Release.StableRevisionNumber).toBe(3)
  })

  test('to an earlier revision is reverted with a release', async () => {
    await deployService(client, both())
    await deployService(client, both({ memorySize: 2048 }))
    const { Id } = functionNow()
    await client.call('vefaas', 'Release', { FunctionId: Id, RevisionNumber: 1, TargetTrafficWeight: 100 })
    await expect.poll(() => functionNow().Release.Status).toBe('done')
    expect(await deployService(client, both({ memorySize: 2048 }))).toEqual(['update function shop-test-hello release'])
    expect(await deployService(client, both({ memorySize: 2048 }))).toEqual([])
  })
})

describe('a function', () => {
  beforeEach(reset)

  test('that is no longer in the file is removed with everything that leads to it, and nothing else', async () => {
    await deployService(client, both())
    const { hello: _gone, ...rest }: FunctionsOf = { hello: {}, other: { environment: { B: '2' }, ...events('/') } }
    expect(await deployService(client, serviceWith(rest))).toEqual([
      'create upstream shop-test-other',
      'create route shop-test-other /',
      'remove route shop-test-hello',
      'remove upstream shop-test-hello',
      'remove function shop-test-hello',
    ])
    expect(await served()).toBe('other')
  })

  test('that is renamed is created and served before the old one is removed', async () => {
    await deployService(client, both())
    expect(await deployService(client, both({ name: 'shop-test-renamed' }))).toEqual([
      expect.stringMatching(/^create function shop-test-renamed /),
      'update upstream shop-test-hello leads to the new function',
      'remove function shop-test-hello',
    ])
    expect(await deployService(client, both({ name: 'shop-test-renamed' }))).toEqual([])
    expect(await served()).toBe('hello')
  })

  test('with uploaded code is deployed like any other, and only once', async () => {
    const large = artifactFrom(
      `exports.handler = async () => ({ statusCode: 200, body: 'large' }) // ${noise(14_000_000)}`,
    )
    expect(large.bytes.length).toBeGreaterThan(10_000_000)
    const artifactOf = (key: string) => (key === 'hello' ? large : codeThatAnswers(key))
    await deployService(client, both(), artifactOf)
    expect(await served()).toBe('large')
    expect(cloud.vefaas.calls.map(({ action }) => action)).toContain('GenTempTosObjectUrl')
    expect(await deployService(client, both(), artifactOf)).toEqual([])
  })

  test('that another deployment has created at the same time, with other settings, gets ours', async () => {
    let isFirst = true
    const racing: Client = {
      ...client,
      call: async (service, action, body) => {
        if (action === 'CreateFunction' && isFirst) {
          isFirst = false
          await client.call(service, action, { ...body, MemoryMB: 4096, Envs: [] })
        }
        return client.call(service, action, body)
      },
    }
    await deployService(racing, serviceWith({ hello: base }))
    expect(functionNow()).toMatchObject({ MemoryMB: 1024, Release: { Status: 'done' } })
    expect(await deployService(client, serviceWith({ hello: base }))).toEqual([])
  })

  test('can be deployed alone', async () => {
    await deployService(client, both())
    const changes = watchChanges(cloud)
    const service = both({ memorySize: 512, events: [] })
    const { stages, ids } = await planOfFunction(client, service, 'hello', codeThatAnswers)
    expect(stages.flat().map(({ name, details }) => [name, details])).toEqual([
      ['shop-test-hello', ['MemoryMB 1024 -> 512', 'release']],
    ])
    await runPlan(client, { stages, ids }, { waiting: () => {}, done: () => {} }, 10)
    expect(changes()).toEqual(UPDATE)
    await expect(planOfFunction(client, service, 'nobody', codeThatAnswers)).rejects.toThrow(
      'serverless.yml has no function nobody; its functions are hello, other',
    )
    cloud.vefaas.reset()
    await expect(planOfFunction(client, service, 'hello', codeThatAnswers)).rejects.toThrow(
      'function shop-test-hello is not deployed: run serverless deploy, which deploys the whole service',
    )
  })

  test('is not deployed alone unless its protection is deployed as in the file', async () => {
    const gateway = { keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' } } } }
    const alone = (provider: Partial<ProviderConfig>) =>
      planOfFunction(client, both({}, provider), 'hello', codeThatAnswers).catch((error: Error) => error.message)
    const undeployed =
      'the key-auth of serverless.yml is not deployed: run serverless deploy, which deploys the whole service'
    await deployService(client, both())
    expect(await alone({ gateway })).toBe(undeployed)
    await deployService(client, both({}, { gateway }))
    expect(await alone({ gateway })).toMatchObject({ stages: [[{ verb: 'leave' }]] })
    const [{ Id, PluginConfig, Description }] = cloud.apig.pluginBindings() as [Record<string, unknown>]
    await client.call('apig', 'UpdatePluginBinding', { Id, PluginConfig, Description, Enable: false })
    expect(await alone({ gateway })).toBe(undeployed)
    expect(await alone({})).toMatchObject({ stages: [[{ verb: 'leave' }]] })
    const hidden = { name: 'shop-test', network: 'private' } as const
    expect(await alone({ gateway: hidden })).toMatch('gateway shop-test has the network public')
    cloud.apig.reset()
    expect(await alone({ gateway: hidden })).toMatchObject({ stages: [[{ verb: 'leave' }]] })
    const body = { Name: 'market', Region: 'cn-beijing', Type: 'serverless' }
    const { Id: GatewayId } = await client.call<{ Id: string }>('apig', 'CreateGateway', body)
    const stall = { GatewayId, ServiceName: 'stall', Protocol: ['HTTP'], AuthSpec: { Enable: false } }
    await client.call('apig', 'CreateGatewayService', stall)
    expect(await alone({ gateway: { ...hidden, name: 'market', service: 'stall' } })).toMatch(
      'gateway service stall is open to the public network',
    )
  })

  test('with another runtime, or created by others, is reported before anything is changed', async () => {
    await client.call('vefaas', 'CreateFunction', { Name: 'shop-test-hello', Runtime: 'node20/v1' })
    const { Tags } = functionNow()
    expect(Tags).toEqual([])
    const tags = { 'serverless-service': 'shop', 'serverless-stage': 'test' }
    const Tagged = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
    await client.call('vefaas', 'CreateFunction', { Name: 'shop-test-other', Runtime: 'node14/v1', Tags: Tagged })
    const changes = watchChanges(cloud)
    expect(await problemsOf(() => deployService(client, both()))).toEqual([
      'function shop-test-hello exists, but this service has not created it: it does not have its tags. Rename the service or the function, or delete that function',
      'function shop-test-other has the runtime node14/v1, which cannot be changed to node20/v1: rename the function, or remove it first',
    ])
    expect(changes()).toEqual([])
    // A removal keeps what is not ours.
    expect(await removeService(client, both())).toEqual(['remove function shop-test-other'])
    expect(functionNow().Name).toBe('shop-test-hello')
  })
})

describe('a release', () => {
  beforeEach(reset)

  test('that the cloud cannot do reports its reason', async () => {
    cloud.vefaas.faults.add({ Kind: 'FailRelease', ErrorCode: 'system_internal_error', StatusMessage: 'no room' })
    expect((await causeOf(deployService(client, serviceWith({ hello: {} })))).message).toBe(
      'the release failed: system_internal_error: no room',
    )
  })

  test('of somebody else is waited for', async () => {
    await deployService(client, both())
    const { Id } = functionNow()
    await client.call('vefaas', 'UpdateFunction', { Id, MemoryMB: 4096 })
    cloud.vefaas.faults.add({ Kind: 'SlowRelease', Seconds: 0.2, Times: 1 })
    await client.call('vefaas', 'Release', { FunctionId: Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
    expect(await deployService(client, both())).toEqual([
      'update function shop-test-hello MemoryMB 4096 -> 1024, release',
    ])
    expect(await deployService(client, both())).toEqual([])
  })

  test('in progress of the right revision is waited for, and not repeated', async () => {
    await deployService(client, both())
    const { Id } = functionNow()
    await client.call('vefaas', 'UpdateFunction', { Id, MemoryMB: 4096 })
    cloud.vefaas.faults.add({ Kind: 'SlowRelease', Seconds: 0.2, Times: 1 })
    await client.call('vefaas', 'Release', { FunctionId: Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
    const changes = watchChanges(cloud)
    expect(await deployService(client, both({ memorySize: 4096 }))).toEqual(['update function shop-test-hello release'])
    expect(changes()).toEqual([])
    expect(await deployService(client, both({ memorySize: 4096 }))).toEqual([])
  })

  test('in progress is waited for before the function is removed', async () => {
    await deployService(client, both())
    cloud.vefaas.faults.add({ Kind: 'SlowRelease', Seconds: 0.2, Times: 1 })
    const body = { FunctionId: functionNow().Id, RevisionNumber: 0, TargetTrafficWeight: 100 }
    await client.call('vefaas', 'Release', body)
    await removeService(client, both())
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('of a part of the traffic by somebody else is reported before anything is changed', async () => {
    await deployService(client, both())
    const body = { FunctionId: functionNow().Id, RevisionNumber: 0, TargetTrafficWeight: 20 }
    await client.call('vefaas', 'Release', body)
    await expect.poll(() => functionNow().Release.Status).toBe('done')
    expect(await deployService(client, both())).toEqual([])

    const changes = watchChanges(cloud)
    expect(await problemsOf(() => deployService(client, both({ memorySize: 512 })))).toEqual([
      'function shop-test-hello: somebody has released a new revision to a part of the traffic (20 %): finish or abort that release in the console first',
    ])
    expect(changes()).toEqual([])
    await client.call('vefaas', 'AbortRelease', { FunctionId: functionNow().Id })
    await deployService(client, both({ memorySize: 512 }))
    await client.call('vefaas', 'Release', body)
    await removeService(client, both())
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('that the cloud keeps refusing for a conflict fails with the error of the cloud', async () => {
    await deployService(client, both())
    cloud.vefaas.faults.add({ Kind: 'Error', Status: 409, Code: 'StatusConflictError', Action: 'Release' })
    expect(await causeOf(deployService(client, both({ memorySize: 512 })))).toBeInstanceOf(CloudError)
  })
})

describe('a release of code that does not load', () => {
  let loading: CloudEmulator
  let loadingClient: Client
  beforeAll(async () => {
    loading = await startCloud()
    loadingClient = testClient(loading.url)
  })
  beforeEach(() => {
    loading.vefaas.reset()
    loading.apig.reset()
  })
  afterAll(() => loading.close())

  const broken = () => artifactFrom("console.log('about to fail')\nthrow new Error('no such module')")

  test('reports why; the previous revision serves until good code is deployed', async () => {
    await deployService(loadingClient, both())
    const problem = await causeOf(
      deployService(loadingClient, both(), (key) => (key === 'hello' ? broken() : codeThatAnswers(key))),
    )
    expect(problem.message).toMatch(/^the release failed: function_start_failed: .+/)
    expect(problem.message).toContain('\nthe last lines of its log:\n')
    expect(problem.message).toContain('  about to fail')
    expect(problem.message).toContain('no such module')
    expect(await (await fetch(loading.apig.gatewayUrl)).text()).toBe('hello')
    // The same code fails again, good code is served.
    expect((await causeOf(deployService(loadingClient, both(), broken))).message).toContain('function_start_failed')
    expect(await deployService(loadingClient, both(), () => codeThatAnswers('good'))).toEqual([
      'update function shop-test-hello code, release',
      expect.stringMatching('update function shop-test-other'),
    ])
    expect(await (await fetch(loading.apig.gatewayUrl)).text()).toBe('good')
    expect(await deployService(loadingClient, both(), () => codeThatAnswers('good'))).toEqual([])
  })

  test('of a new function is repeated by the next deployment', async () => {
    await causeOf(deployService(loadingClient, both(), broken))
    expect(await deployService(loadingClient, both())).toEqual(
      expect.arrayContaining(['update function shop-test-hello code, first release']),
    )
    expect(await (await fetch(loading.apig.gatewayUrl)).text()).toBe('hello')
  })
})

test('a plan changes nothing', async () => {
  reset()
  await deployService(client, both())
  const changes = watchChanges(cloud)
  const service = both({ memorySize: 512, events: [{ timer: { crontab: '* * * * *', name: 'often' } }] })
  const { stages } = await planOf(client, service, await observe(client, service), () => codeThatAnswers('new'))
  expect(stages.flat().filter(({ run }) => run !== undefined).length).toBeGreaterThan(3)
  expect(changes()).toEqual([])
})

function events(path: string): Partial<FunctionConfig> {
  return { events: [{ apig: { path } }] }
}

async function problemsOf(work: () => Promise<unknown>): Promise<string[]> {
  const error = await work().catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(PlanError)
  return (error as PlanError).message.split('\n')
}

async function causeOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(StepError)
  return (error as StepError).cause as Error
}

/** Text that does not get much smaller in a zip. */
function noise(length: number): string {
  let state = 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
  const block = Array.from({ length: 65_536 }, () => String.fromCharCode(33 + (next() % 90))).join('')
  return Array.from({ length: Math.ceil(length / block.length) }, (_, at) => `${at}${block.slice(at % 999)}`).join('')
}
