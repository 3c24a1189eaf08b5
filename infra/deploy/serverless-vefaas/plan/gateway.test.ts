import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import type { Client } from '../cloud/client.ts'
import type { ProviderConfig } from '../config.ts'
import { foundService } from '../observe/gateways.ts'
import { StepError } from '../run.ts'
import { serviceOf } from '../service.ts'
import {
  codeThatAnswers,
  deployService,
  type FunctionsOf,
  firstDifference,
  removeService,
  serviceWith,
  stateOf,
  testClient,
  watchChanges,
} from '../testing.ts'
import { observe, planOf, planOfRemoval } from './index.ts'
import { PlanError } from './step.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
const client = testClient(cloud.url)

beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})
afterAll(() => cloud.close())

const hello: FunctionsOf = { hello: { events: [{ apig: { path: '/hello' } }] } }
const shop = (provider: Partial<ProviderConfig> = {}, functions = hello) => serviceWith(functions, provider)
const stage = (name: string, provider: Partial<ProviderConfig> = {}) =>
  serviceOf({
    service: 'shop',
    stage: name,
    region: 'cn-beijing',
    provider: { name: 'vefaas', runtime: 'node20/v1', region: 'cn-beijing', ...provider },
    functions: { hello: { name: `shop-${name}-hello`, handler: 'x', events: [{ apig: { path: `/${name}` } }] } },
  })

type Named = { Id: string; Name: string }
const named = (list: readonly object[], name: string) => (list as Named[]).find(({ Name }) => Name === name) as Named
const namesOf = (list: readonly object[]) => (list as Named[]).map(({ Name }) => Name).sort()
const route = () => named(cloud.apig.routes(), 'shop-test-hello') as Named & Record<string, unknown>

async function makeGateway(Name: string, more: object = {}): Promise<string> {
  const body = { Name, Region: 'cn-beijing', Type: 'serverless', ...more }
  return (await client.call<{ Id: string }>('apig', 'CreateGateway', body)).Id
}

async function makeService(GatewayId: string, ServiceName: string): Promise<string> {
  const body = { GatewayId, ServiceName, Protocol: ['HTTP'], AuthSpec: { Enable: false } }
  return (await client.call<{ Id: string }>('apig', 'CreateGatewayService', body)).Id
}

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(PlanError)
  return (error as PlanError).message.split('\n')
}

async function served(path: string, at = cloud.apig.gatewayUrl): Promise<string> {
  const response = await fetch(at + path)
  return response.ok ? response.text() : String(response.status)
}

describe('what others have created', () => {
  test('with our names is reported together, and nothing is changed', async () => {
    await client.call('vefaas', 'CreateFunction', { Name: 'shop-test-hello', Runtime: 'node20/v1' })
    await makeGateway('shop-test')
    const changes = watchChanges(cloud)
    expect(await problemsOf(deployService(client, shop()))).toEqual([
      'function shop-test-hello exists, but this service has not created it: it does not have its tags. Rename the service or the function, or delete that function',
      'gateway shop-test exists, but this service has not created it: its comment does not contain [serverless shop/test]. To use it, set provider.gateway.name; otherwise rename the service',
    ])
    expect(changes()).toEqual([])
    expect(await removeService(client, shop())).toEqual([])
  })

  test('with our names in a gateway that we use is reported together, and nothing is changed', async () => {
    const GatewayId = await makeGateway('market')
    const provider = { gateway: { name: 'market', keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' } } } } }
    const ServiceId = await makeService(GatewayId, 'shop-test')
    await deployService(client, serviceWith({ theirs: { events: [{ apig: { path: '/theirs' } }] } }))
    const theirs = named(cloud.vefaas.functions(), 'shop-test-theirs').Id
    const UpstreamSpec = { VeFaas: { FunctionId: theirs } }
    const upstream = { GatewayId, Name: 'shop-test-hello', SourceType: 'VeFaas', UpstreamSpec }
    const { Id: UpstreamId } = await client.call<{ Id: string }>('apig', 'CreateUpstream', upstream)
    await client.call('apig', 'CreateConsumer', { GatewayId, Name: 'shop-test-web' })
    const changes = watchChanges(cloud)
    expect(await problemsOf(deployService(client, shop(provider)))).toEqual([
      expect.stringMatching(/^gateway service shop-test exists in gateway market, but this service has not created it/),
      expect.stringMatching(/^consumer shop-test-web exists in gateway market, but this service has not created it/),
      expect.stringMatching(/^upstream shop-test-hello exists in gateway market, but this service has not created it/),
    ])
    // The same with a service that we may use.
    const MatchRule = { Path: { MatchType: 'Exact', MatchContent: '/x' } }
    const body = {
      ServiceId,
      Name: 'shop-test-hello',
      Enable: true,
      MatchRule,
      UpstreamList: [{ UpstreamId, Weight: 1 }],
    }
    await client.call('apig', 'CreateRoute', body)
    expect(
      await problemsOf(deployService(client, shop({ gateway: { name: 'market', service: 'shop-test' } }))),
    ).toEqual([
      expect.stringMatching(/^upstream shop-test-hello exists in gateway market/),
      expect.stringMatching(/^route shop-test-hello exists in gateway market, but this service has not created it/),
    ])
    expect(changes()).toEqual(['CreateRoute'])
    expect(await removeService(client, shop(provider))).not.toEqual(
      expect.arrayContaining([expect.stringMatching('hello')]),
    )
  })

  test('is used if serverless.yml names it, and never changed or deleted', async () => {
    const GatewayId = await makeGateway('market', { Comments: 'theirs' })
    await makeService(GatewayId, 'stall')
    const before = stateOf(cloud)
    const services = [
      shop({ gateway: { name: 'market' } }),
      shop({ gateway: { name: 'market', service: 'stall' } }),
      shop({ gateway: { id: GatewayId } }),
      shop({ gateway: { id: GatewayId, keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' } } } } }),
    ]
    for (const one of services) {
      await deployService(client, one)
      expect(await deployService(client, one)).toEqual([])
      expect(namesOf(cloud.apig.gateways())).toEqual(['market'])
    }
    await removeService(client, services[3] ?? shop())
    // The plugin stays installed, because others may use it.
    const { plugins: _after, ...after } = stateOf(cloud) as Record<string, unknown>
    const { plugins: _before, ...wanted } = before as Record<string, unknown>
    expect(firstDifference(after, wanted)).toBe('')
  })

  test('in our own gateway keeps the gateway when the service is removed', async () => {
    await deployService(client, shop())
    const { Id } = named(cloud.apig.gateways(), 'shop-test')
    await makeService(Id, 'theirs')
    await client.call('apig', 'CreateConsumer', { GatewayId: Id, Name: 'theirs' })
    const plan = await removeService(client, shop())
    expect(plan).not.toContain('remove gateway shop-test')
    expect([namesOf(cloud.apig.gateways()), namesOf(cloud.apig.services())]).toEqual([['shop-test'], ['theirs']])
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('does not hide ours on later pages', async () => {
    for (let at = 0; at < 15; at++) await makeGateway(`another-${at}`)
    const functions = Array.from({ length: 25 }, (_, at) => ({ Name: `another-${at}`, Runtime: 'node20/v1' }))
    for (const one of functions) await client.call('vefaas', 'CreateFunction', one)
    await deployService(client, shop())
    for (let at = 15; at < 30; at++) await makeGateway(`another-${at}`)
    for (const { Name, ...rest } of functions) {
      await client.call('vefaas', 'CreateFunction', { Name: `${Name}-more`, ...rest })
    }
    expect(await deployService(client, shop())).toEqual([])
    expect(await served('/hello')).toBe('hello')
    await removeService(client, shop())
    expect([cloud.vefaas.functions().length, cloud.apig.gateways().length]).toEqual([50, 30])
  })
})

describe('two stages', () => {
  const shared = { gateway: { name: 'market', service: 'stall' } }

  test.each<[what: string, provider: Partial<ProviderConfig>]>([
    ['with a gateway each', {}],
    ['in one gateway', { gateway: { name: 'market' } }],
    ['in one gateway service', shared],
  ])(
    '%s do not change each other, although the name of one begins with the name of the other',
    async (_what, provider) => {
      const [dev, more] = [stage('dev', provider), stage('dev-2', provider)]
      for (const [first, second] of [
        [dev, more],
        [more, dev],
      ] as const) {
        cloud.vefaas.reset()
        cloud.apig.reset()
        await deployService(client, first)
        await deployService(client, second)
        expect(await deployService(client, first)).toEqual([])
        expect(await deployService(client, second)).toEqual([])
        const urls = (cloud.apig.services() as { Domains: { Domain: string }[] }[]).map(
          ({ Domains }) => Domains[0]?.Domain,
        )
        const answers = await Promise.all(urls.flatMap((url) => [served('/dev', url), served('/dev-2', url)]))
        expect(answers.filter((one) => one === 'hello')).toHaveLength(2)

        await removeService(client, first)
        expect(await deployService(client, second)).toEqual([])
        await removeService(client, second)
        expect([cloud.vefaas.functions(), cloud.apig.routes(), cloud.apig.upstreams()]).toEqual([[], [], []])
      }
    },
  )
})

describe('a route', () => {
  const lead = () => ({ Id: route().Id, Name: route().Name, MatchRule: route().MatchRule, Enable: true })

  test.each<[what: string, change: () => object | Promise<object>, line: string]>([
    [
      'that somebody has switched off',
      () => ({
        ...lead(),
        UpstreamList: route().UpstreamList,
        AdvancedSetting: route().AdvancedSetting,
        Enable: false,
      }),
      'is off',
    ],
    ['that somebody has given other settings', () => ({ ...lead(), UpstreamList: route().UpstreamList }), 'settings'],
    [
      'whose conditions somebody has changed',
      () => ({
        ...lead(),
        UpstreamList: route().UpstreamList,
        AdvancedSetting: route().AdvancedSetting,
        MatchRule: { Path: { MatchType: 'Prefix', MatchContent: '/' } },
      }),
      'matches /hello',
    ],
    [
      'that somebody has routed to another function',
      async () => {
        const { Id: GatewayId } = named(cloud.apig.gateways(), 'shop-test')
        const { Id: FunctionId } = named(cloud.vefaas.functions(), 'shop-test-hello')
        const upstream = { GatewayId, Name: 'theirs', SourceType: 'VeFaas', UpstreamSpec: { VeFaas: { FunctionId } } }
        const { Id: UpstreamId } = await client.call<{ Id: string }>('apig', 'CreateUpstream', upstream)
        return { ...lead(), AdvancedSetting: route().AdvancedSetting, UpstreamList: [{ UpstreamId, Weight: 100 }] }
      },
      'leads to another function',
    ],
  ])('%s is restored', async (_what, change, line) => {
    await deployService(client, shop())
    const before = route()
    await client.call('apig', 'UpdateRoute', await change())
    const changes = watchChanges(cloud)
    expect(await deployService(client, shop())).toEqual([`update route shop-test-hello ${line}`])
    expect(changes()).toEqual(['UpdateRoute'])
    expect({ ...route(), UpdateTime: '' }).toEqual({ ...before, UpdateTime: '' })
  })

  test('that exists twice is deleted once', async () => {
    await deployService(client, shop())
    const { Id: _id, ...again } = route()
    await client.call('apig', 'CreateRoute', again)
    expect(cloud.apig.routes()).toHaveLength(2)
    expect(await deployService(client, shop())).toEqual(['remove route shop-test-hello'])
    expect(await served('/hello')).toBe('hello')
  })

  test('is changed, added and removed without changing others', async () => {
    const events = (...paths: string[]) => ({ hello: { events: paths.map((path) => ({ apig: { path } })) } })
    await deployService(client, shop({}, events('/a', '/b')))
    expect(await deployService(client, shop({}, events('/a', '/c', '/d')))).toEqual([
      'update route shop-test-hello-2 matches /c',
      'create route shop-test-hello-3 /d',
    ])
    expect(await deployService(client, shop({}, events('/d')))).toEqual([
      'update route shop-test-hello matches /d',
      'remove route shop-test-hello-2',
      'remove route shop-test-hello-3',
    ])
    expect(await served('/d')).toBe('hello')
  })

  test('of others with our name, which appears during a deployment, is not deleted as a duplicate', async () => {
    await deployService(client, shop({}, { other: { events: [{ apig: { path: '/other' } }] }, hello: {} }))
    const { Id: _id, ...other } = named(cloud.apig.routes(), 'shop-test-other') as Named & Record<string, unknown>
    const racing: Client = {
      ...client,
      call: async (service, action, body) => {
        if (action === 'CreateRoute') await client.call(service, action, { ...other, Name: 'shop-test-hello' })
        return client.call(service, action, body)
      },
    }
    await deployService(racing, shop({}, { other: { events: [{ apig: { path: '/other' } }] }, ...hello }))
    expect(namesOf(cloud.apig.routes())).toEqual(['shop-test-hello', 'shop-test-hello', 'shop-test-other'])
    expect(await served('/hello')).toBe('hello')
  })

  test('cannot have the name of a route of another function', async () => {
    const two = { events: [{ apig: { path: '/a' } }, { apig: { path: '/b' } }] }
    const functions = { hello: two, 'hello-2': { events: [{ apig: { path: '/c' } }] } }
    expect(await problemsOf(deployService(client, shop({}, functions)))).toEqual([
      'functions hello and hello-2 both have a route called shop-test-hello-2: change the key of one of them',
    ])
  })

  test('follows the CORS policy from when it is set until it is removed', async () => {
    const origin = 'https://shop.example'
    const allowed = async () => {
      const response = await fetch(`${cloud.apig.gatewayUrl}/hello`, { headers: { Origin: origin } })
      return response.headers.get('access-control-allow-origin')
    }
    const cors = { gateway: { cors: { origins: [origin] } } }
    await deployService(client, shop())
    expect(await allowed()).toBe(null)
    expect(await deployService(client, shop(cors))).toEqual(['update route shop-test-hello settings'])
    expect(await allowed()).toBe(origin)
    expect(await deployService(client, shop(cors))).toEqual([])
    expect(await deployService(client, shop())).toEqual(['update route shop-test-hello settings'])
    expect(await allowed()).toBe(null)
  })
})

describe('a gateway', () => {
  const vpc = { id: 'vpc-1', subnetIds: ['s-1'] }
  const gateway = { network: 'private', vpc } as const

  test('with a private network cannot become public, nor a public one private', async () => {
    await deployService(client, shop({ gateway }))
    expect(cloud.apig.services()).toMatchObject([{ Domains: [{ Type: 'private' }] }])
    expect(await deployService(client, shop({ gateway }))).toEqual([])
    const change = (from: string, to: string) =>
      `gateway shop-test has the network ${from}, which cannot be changed to ${to}: set another provider.gateway.name, or remove the service first`
    expect(await problemsOf(deployService(client, shop()))).toEqual([change('private', 'public')])
    await removeService(client, shop())
    await deployService(client, shop())
    expect(await problemsOf(deployService(client, shop({ gateway })))).toEqual([change('public', 'private')])
    await deployService(client, shop({ gateway: { ...gateway, name: 'hidden' } }))
    expect(namesOf(cloud.apig.gateways())).toEqual(['hidden'])
  })

  test('of others may be in both networks: our gateway service is in the network of the file', async () => {
    const NetworkType = { EnablePublicNetwork: true, EnablePrivateNetwork: true }
    const id = await makeGateway('market', { ResourceSpec: { NetworkType } })
    await deployService(client, shop({ gateway: { id } }))
    expect(await problemsOf(deployService(client, shop({ gateway: { id, network: 'private' } })))).toEqual([
      'gateway service shop-test is open to the public network, which cannot be changed: set another provider.gateway.service, or remove the service first',
    ])
    await removeService(client, shop({ gateway: { id } }))
    await deployService(client, shop({ gateway: { id, network: 'private' } }))
    expect(await deployService(client, shop({ gateway: { id, network: 'private' } }))).toEqual([])
  })

  test('that somebody else creates at the same time is used only if serverless.yml names it', async () => {
    let isFirst = true
    const racing: Client = {
      ...client,
      call: async (service, action, body) => {
        if (action === 'CreateGateway' && isFirst) {
          isFirst = false
          await client.call(service, action, { ...body, Comments: 'theirs' })
        }
        return client.call(service, action, body)
      },
    }
    const error = await deployService(racing, shop()).catch((cause) => cause)
    expect(error.cause).toMatchObject({ code: 'DuplicatedResource' })
    cloud.apig.reset()
    isFirst = true
    await deployService(racing, shop({ gateway: { name: 'market' } }))
    expect(await served('/hello')).toBe('hello')
  })

  test('that is not used any more is removed, also if another one replaces it', async () => {
    await deployService(client, shop())
    expect(await deployService(client, shop({ gateway: { name: 'market' } }))).toEqual([
      'create gateway market serverless, public network; it takes a minute or two',
      'create gateway service shop-test public',
      'create upstream shop-test-hello',
      'create route shop-test-hello /hello',
      'remove route shop-test-hello',
      'remove upstream shop-test-hello',
      'remove gateway service shop-test',
      'remove gateway shop-test',
    ])
    await deployService(client, shop({}, { hello: {} }))
    expect(cloud.apig.gateways()).toEqual([])
    expect(cloud.vefaas.functions()).toHaveLength(1)
  })

  test('with a wrong id is reported', async () => {
    expect(await problemsOf(deployService(client, shop({ gateway: { id: 'gx' } })))).toEqual([
      'gateway gx does not exist in this region: correct provider.gateway.id',
    ])
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('that cannot be created reports why, and the next deployment reports what to do', async () => {
    cloud.apig.faults.add({ Kind: 'FailGateway', Message: 'no addresses left', Times: 1 })
    const error = await deployService(client, shop()).catch((cause) => cause)
    expect(error).toBeInstanceOf(StepError)
    expect(error.cause.message).toBe('gateway shop-test is CreatedFailed: no addresses left')
    expect(await problemsOf(deployService(client, shop()))).toEqual([
      'gateway shop-test is CreatedFailed (no addresses left): delete it in the console of the API gateway, or wait until it is deleted',
    ])
    await removeService(client, shop())
    expect(cloud.apig.gateways()).toEqual([])
    cloud.apig.faults.add({ Kind: 'FailService', Times: 1 })
    await expect(deployService(client, shop())).rejects.toThrow('create gateway service shop-test')
    expect(await problemsOf(deployService(client, shop()))).toEqual([
      expect.stringMatching(/^gateway service shop-test is CreatedFailed .*: delete it in the console/),
    ])
    await removeService(client, shop())
    expect(cloud.apig.gateways()).toEqual([])
  })

  test('in deletion is waited for by a removal, and reported by a deployment', async () => {
    await deployService(client, shop())
    cloud.apig.faults.add({ Kind: 'StuckDeleting', Action: 'DeleteGateway', Times: 1 })
    const { Id } = named(cloud.apig.gateways(), 'shop-test')
    const removal = removeService(client, shop()).catch((cause) => cause)
    await expect.poll(() => cloud.apig.gateways()).toMatchObject([{ Status: 'Deleting' }])
    expect(await problemsOf(deployService(client, shop()))).toEqual([
      'gateway shop-test is Deleting: delete it in the console of the API gateway, or wait until it is deleted',
    ])
    expect(Id).toBeTruthy()
    cloud.apig.reset()
    expect(await removal).toContain('remove gateway shop-test')
  })

  test('in status Abnormal is removed with everything in it', async () => {
    await deployService(client, shop())
    const troubled: Client = {
      ...client,
      call: async (service, action, body) => {
        const result = await client.call<{ Items?: object[] }>(service, action, body)
        const Items = result.Items?.map((item) => ({ ...item, Status: 'Abnormal' }))
        return (action === 'ListGateways' ? { ...result, Items } : result) as never
      },
    }
    expect(await problemsOf(deployService(troubled, shop()))).toEqual([
      'gateway shop-test is Abnormal: delete it in the console of the API gateway, or wait until it is deleted',
    ])
    await removeService(troubled, shop())
    expect(cloud.apig.gateways()).toEqual([])
  })

  test('that cannot be deleted is reported', async () => {
    await deployService(client, shop())
    cloud.apig.faults.add({ Kind: 'FailDeleting', Action: 'DeleteGateway', Times: 1 })
    const error = await removeService(client, shop()).catch((cause) => cause)
    expect(error.cause.message).toBe('it is DeletedFailed; delete it in the console of the API gateway')
    await removeService(client, shop())
    expect(cloud.apig.gateways()).toEqual([])
  })
})

test('a new resource that is not visible yet is not left twice', async () => {
  const seconds = 0.1
  for (const [service, Action] of [
    ['vefaas', 'CreateFunction'],
    ['apig', 'CreateGateway'],
    ['apig', 'CreateGatewayService'],
    ['apig', 'CreateUpstream'],
    ['apig', 'CreateRoute'],
  ] as const) {
    cloud.vefaas.reset()
    cloud.apig.reset()
    cloud[service].faults.addUnchecked([
      { Kind: 'HideNew', Action, Seconds: seconds, Times: 1 },
      { Kind: 'CutAfter', Action, Times: 1 },
    ])
    await deployService(client, shop()).catch((error: StepError) => {
      expect(error.cause).toMatchObject({ code: 'DuplicatedResource' })
    })
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    await deployService(client, shop())
    expect([cloud.vefaas.functions().length, cloud.apig.gateways().length]).toEqual([1, 1])
    expect([cloud.apig.services().length, cloud.apig.upstreams().length, cloud.apig.routes().length]).toEqual([1, 1, 1])
    expect(await deployService(client, shop())).toEqual([])
    expect(await served('/hello')).toBe('hello')
  }
})

describe('a gateway service', () => {
  const vpc = { id: 'vpc-1', subnetIds: ['s-1'] }
  const hidden = { network: 'private', vpc } as const
  const open = 'gateway service stall is open to the public network, which cannot be changed'

  /** Returns a client that shows these addresses of gateway services. */
  const saying = (Type: string): Client => ({
    ...client,
    call: async <Result extends object>(service: 'vefaas' | 'apig', action: string, body: object) => {
      const result = await client.call<{ GatewayService?: object; Items?: object[] }>(service, action, body)
      const Domains = [{ Domain: 'shop.example', Type }]
      if (action === 'GetGatewayService') Object.assign(result.GatewayService ?? {}, { Domains })
      if (action === 'ListGatewayServices') for (const one of result.Items ?? []) Object.assign(one, { Domains })
      return result as Result
    },
  })

  test('of others is not used if its network differs from the file', async () => {
    const id = await makeGateway('market')
    await makeService(id, 'stall')
    expect(await problemsOf(deployService(client, shop({ gateway: { ...hidden, id, service: 'stall' } })))).toEqual([
      `${open}: set another provider.gateway.service`,
    ])
    expect(await problemsOf(deployService(saying('Private'), shop({ gateway: { id, service: 'stall' } })))).toEqual([
      'gateway service stall is only in the private network, which cannot be changed: set another provider.gateway.service',
    ])
  })

  test.each(['Public', 'internet', ''])(
    'that turns out to have an address of type "%s" gets no routes',
    async (type) => {
      const service = shop({ gateway: { ...hidden, service: 'stall' } })
      const error = await deployService(saying(type), service).catch((cause) => cause)
      expect(error.cause.message).toMatch(open)
      expect(cloud.apig.routes()).toEqual([])
      expect(await problemsOf(deployService(saying(type), service))).toEqual([expect.stringContaining(open)])
    },
  )

  test('or gateway of others that has failed is not deleted', async () => {
    const id = await makeGateway('market')
    await makeService(id, 'stall')
    const service = shop({ gateway: { id, service: 'stall' } })
    const { gateways, functions } = await observe(client, service)
    const [gateway] = gateways
    if (gateway === undefined) throw new Error('there is no gateway')
    const ill = { ...gateway, status: 'Abnormal' }
    const services = gateway.services.map((one) => ({ ...one, status: 'Abnormal' }))
    for (const [one, what] of [
      [ill, 'gateway market'],
      [{ ...gateway, services }, 'gateway service stall'],
    ] as const) {
      const plan = planOf(client, service, { functions, gateways: [one] }, codeThatAnswers)
      expect(await problemsOf(plan)).toEqual([`${what} is Abnormal: wait, or ask its owner`])
    }
  })
})

test('a gateway is ours by its comment, not by its tags', async () => {
  const tagged: Client = {
    ...client,
    call: async <Result extends object>(service: 'vefaas' | 'apig', action: string, body: object) => {
      const result = await client.call<{ Items?: object[] }>(service, action, body)
      if (action === 'ListGateways')
        for (const one of result.Items ?? []) Object.assign(one, { Tags: shop().mark.tags })
      return result as Result
    },
  }
  await makeGateway('market')
  await deployService(tagged, shop())
  expect(await removeService(tagged, shop())).toContain('remove gateway shop-test')
  expect(namesOf(cloud.apig.gateways())).toEqual(['market'])
})

test('a gateway that is deleted while it is read does not exist', async () => {
  await makeGateway('market')
  cloud.apig.faults.add({ Kind: 'Error', Status: 404, Code: 'ResourceNotFound', Action: 'ListUpstreams', Times: 1 })
  expect((await observe(client, shop())).gateways).toEqual([])
  expect((await observe(client, shop())).gateways).toHaveLength(1)
})

test('the address is preferably public, and then preferably https', () => {
  const Domains = [
    { Domain: 'in.example', Type: 'private' },
    { Domain: 'http://out.example', Type: 'public' },
    { Domain: 'https://out.example', Type: 'public' },
    { Domain: 'more.example', Type: 'private' },
  ]
  const { addresses, isPublic } = foundService(shop().mark, { Id: 's1', Domains })
  const wanted = ['https://out.example', 'http://out.example', 'https://in.example', 'https://more.example']
  expect([addresses, isPublic]).toEqual([wanted, true])
  expect(foundService(shop().mark, { Id: 's1', Domains: null })).toMatchObject({ addresses: [], isPublic: false })
})

test('slow creations and deletions are waited for', async () => {
  const slow = await startCloud({
    vefaas: { releaseSeconds: 0.1, timerSpeed: 0 },
    apig: { gatewaySeconds: 0.1, serviceSeconds: 0.1, deleteSeconds: 0.1, routeSeconds: 0.1 },
  })
  try {
    const at = testClient(slow.url)
    await deployService(at, shop())
    expect(await deployService(at, shop())).toEqual([])
    await deployService(at, shop({ gateway: { name: 'market' } }))
    await removeService(at, shop())
    expect([slow.apig.gateways(), slow.vefaas.functions()]).toEqual([[], []])
    // A creation in progress is waited for too.
    const first = deployService(at, shop()).catch((cause) => cause)
    await expect.poll(() => slow.apig.gateways()).toHaveLength(1)
    await deployService(at, shop())
    await first
    expect(await deployService(at, shop())).toEqual([])
    await removeService(at, shop())
  } finally {
    await slow.close()
  }
})

test('a plan changes nothing', async () => {
  await deployService(client, shop({ gateway: { cors: { origins: ['*'] } } }))
  const changes = watchChanges(cloud)
  const other = shop({ gateway: { name: 'market', keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' } } } } })
  const { stages } = await planOf(client, other, await observe(client, other), codeThatAnswers)
  expect(stages.flat().filter(({ run }) => run !== undefined).length).toBeGreaterThan(5)
  const removal = await planOfRemoval(client, other)
  expect(removal.stages.flat().filter(({ run }) => run !== undefined).length).toBeGreaterThan(4)
  expect(changes()).toEqual([])
})
