import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import type { Client } from '../cloud/client.ts'
import type { GatewayConfig } from '../config.ts'
import {
  changesIn,
  codeThatAnswers,
  deployService,
  removeService,
  serviceWith,
  testClient,
  watchChanges,
} from '../testing.ts'
import { observe, planOf } from './index.ts'
import { PlanError } from './step.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
const client = testClient(cloud.url)

beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})
afterAll(() => cloud.close())

const key = (name: string) => `a-key-for-tests-${name}`
const shop = (consumers: Record<string, string> | undefined, more: Partial<GatewayConfig> = {}, header?: string) => {
  const keys = Object.entries(consumers ?? {}).map(([name, one]) => [name, { key: key(one) }])
  const keyAuth = consumers && { keyAuth: { ...(header && { header }), consumers: Object.fromEntries(keys) } }
  return serviceWith({ hello: { events: [{ apig: { path: '/' } }] } }, { gateway: { ...more, ...keyAuth } })
}

async function statusWith(name: string | undefined, header = 'Authorization'): Promise<number> {
  const headers = name === undefined ? {} : { [header]: key(name) }
  return (await fetch(cloud.apig.gatewayUrl, { headers })).status
}

type Item = { Id: string; Name: string } & Record<string, unknown>
const consumers = () => cloud.apig.consumers() as Item[]
const binding = () => cloud.apig.pluginBindings()[0] as Item
const idOf = (name: string) => consumers().find(({ Name }) => Name === `shop-test-${name}`)?.Id

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  const error = await work.catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(PlanError)
  return (error as PlanError).message.split('\n')
}

/**
 * Returns the statuses of requests with each key, again and again while `work` runs. One key after the other, the oldest first:
 * otherwise the new one could be refused before the change, and the old one after it.
 */
async function statusesDuring(work: () => Promise<unknown>, ...names: string[]): Promise<number[][]> {
  const seen: number[][] = []
  let isDone = false
  const done = work().finally(() => {
    isDone = true
  })
  while (!isDone) {
    const statuses: number[] = []
    for (const name of names) statuses.push(await statusWith(name))
    seen.push(statuses)
  }
  await done
  return seen
}

describe('key-auth', () => {
  test('refuses no key, a wrong key, and another header', async () => {
    await deployService(client, shop({ web: '1' }))
    expect(await Promise.all([statusWith(undefined), statusWith('2'), statusWith('1', 'X-API-Key')])).toEqual([
      401, 401, 401,
    ])
    expect(await statusWith('1')).toBe(200)
    expect(await deployService(client, shop({ web: '1' }))).toEqual([])
  })

  test('is created before the first route', async () => {
    await deployService(client, shop({ web: '1' }))
    const order = cloud.apig.calls.map(({ action }) => action).filter((action) => action.startsWith('Create'))
    expect(order).toEqual([
      'CreateGateway',
      'CreateGatewayService',
      'CreateConsumer',
      'CreateConsumerCredential',
      'CreatePlugin',
      'CreatePluginBinding',
      'CreateUpstream',
      'CreateRoute',
    ])
  })

  test('that is added protects an open service before new code serves, and is removed after new code serves', async () => {
    await deployService(client, shop(undefined))
    expect(await statusWith(undefined)).toBe(200)
    const newer = () => codeThatAnswers('newer')
    const bodies: string[] = []
    let isDone = false
    const done = deployService(client, shop({ web: '1' }), newer).finally(() => {
      isDone = true
    })
    while (!isDone) {
      const response = await fetch(cloud.apig.gatewayUrl)
      bodies.push(response.ok ? await response.text() : String(response.status))
    }
    await done
    expect(new Set(bodies)).toEqual(new Set(['hello', '401']))
    expect(await deployService(client, shop(undefined), newer)).toEqual([
      'remove key-auth wasm-key-auth',
      'remove consumer shop-test-web',
    ])
    expect(await statusWith(undefined)).toBe(200)
  })

  test('that somebody has switched off, opened or removed is restored', async () => {
    await deployService(client, shop({ web: '1' }))
    const { Id, PluginConfig, Description } = binding()
    const config = JSON.parse(PluginConfig as string)
    for (const drift of [
      { Enable: false, PluginConfig },
      { Enable: true, PluginConfig: JSON.stringify({ ...config, AllowedConsumers: ['shop-test-web', 'them'] }) },
      { Enable: true, PluginConfig: JSON.stringify({ ...config, KeySources: [{ Header: 'X-Other' }] }) },
    ]) {
      await client.call('apig', 'UpdatePluginBinding', { Id, Description, ...drift })
      expect(await deployService(client, shop({ web: '1' }))).toEqual(['update key-auth by Authorization 1 consumer'])
    }
    // The same configuration in another order is not a difference.
    const spaced = JSON.stringify({ AllowedConsumers: config.AllowedConsumers, KeySources: config.KeySources }, null, 2)
    await client.call('apig', 'UpdatePluginBinding', { Id, Description, Enable: true, PluginConfig: spaced })
    expect(await deployService(client, shop({ web: '1' }))).toEqual([])
    await client.call('apig', 'DeletePluginBinding', { Id })
    expect(await deployService(client, shop({ web: '1' }))).toEqual(['create key-auth by Authorization 1 consumer'])
    expect(await statusWith(undefined)).toBe(401)
  })

  test('of others on our gateway service is reported before anything is changed', async () => {
    await deployService(client, shop({ web: '1' }))
    const { Id, Enable, PluginConfig } = binding()
    await client.call('apig', 'UpdatePluginBinding', { Id, Enable, PluginConfig, Description: 'theirs' })
    const changes = watchChanges(cloud)
    expect(await problemsOf(deployService(client, shop({ web: '2' })))).toEqual([
      `the gateway service has a key-auth (${Id}) that this service has not created: delete it in the console of the API gateway`,
    ])
    expect(changes()).toEqual([])
  })

  const plugin = { PluginName: 'wasm-key-auth', PluginConfig: '', Enable: false }

  test('switches on its plugin if somebody has switched it off', async () => {
    await deployService(client, shop(undefined))
    const [{ Id: GatewayId }] = cloud.apig.gateways() as [Item]
    await client.call('apig', 'CreatePlugin', { GatewayId, ...plugin })
    await deployService(client, shop({ web: '1' }))
    expect(await statusWith(undefined)).toBe(401)
  })

  test('does not switch on the plugin in a gateway of others', async () => {
    const GatewayId = await makeGateway()
    await client.call('apig', 'CreatePlugin', { GatewayId, ...plugin })
    const error = await deployService(client, shop({ web: '1' }, { id: GatewayId })).catch((cause) => cause)
    expect(error.cause.message).toMatch(
      /^plugin wasm-key-auth is off in the gateway, which this service has not created/,
    )
    expect([cloud.apig.plugins(), cloud.apig.routes()]).toMatchObject([[{ Enable: false }], []])
  })

  test('that is bound twice keeps the binding with the lower id', async () => {
    await deployService(client, shop({ web: '1' }))
    const { Id } = binding()
    const doubled = answering('ListPluginBindings', ({ Items, ...rest }) => ({
      ...rest,
      Items: (Items as Item[]).flatMap((one) => [{ ...one, Id: `${one.Id}-2` }, one]),
    }))
    const plan = await planOf(doubled, shop({ web: '1' }), await observe(doubled, shop({ web: '1' })), codeThatAnswers)
    expect(changesIn(plan)).toEqual(['remove key-auth wasm-key-auth'])
    expect(plan.ids.find('key-auth', 'the gateway service')).toBe(Id)
  })
})

/** Returns a client that changes the result of one action. */
const answering = (wanted: string, change: (result: Record<string, unknown>) => object): Client => ({
  ...client,
  call: async <Result extends object>(service: 'vefaas' | 'apig', action: string, body: object) => {
    const result = await client.call(service, action, body)
    return (action === wanted ? change(result as Record<string, unknown>) : result) as Result
  },
})

describe('a consumer', () => {
  test('cannot have the key of another, even if the cloud does not show its owner', async () => {
    const silent = answering('CheckConsumerCredentialExist', ({ ConsumerId: _id, ...rest }) => rest)
    await deployService(silent, shop({ web: '1', app: '2' }))
    expect(await deployService(silent, shop({ web: '1', app: '2' }))).toEqual([])
    expect(await problemsOf(deployService(silent, shop({ web: '2', app: '2' })))).toEqual([
      'consumer shop-test-web has the key of consumer shop-test-app: set a new key',
    ])
    const GatewayId = (consumers()[0] as Item).GatewayId
    const { Id: ConsumerId } = await client.call<{ Id: string }>('apig', 'CreateConsumer', {
      GatewayId,
      Name: 'theirs',
    })
    const theirs = { ConsumerId, CredentialType: 'key-auth', KeyAuthCredential: { APIKey: key('3') } }
    await client.call('apig', 'CreateConsumerCredential', theirs)
    expect(await problemsOf(deployService(silent, shop({ web: '3', app: '2' })))).toEqual([
      'consumer shop-test-web has the key of another consumer: set a new key',
    ])
  })

  test('without a key is removed from a gateway that is not used any more', async () => {
    const id = await makeGateway()
    await deployService(client, shop({ web: '1' }))
    const body = { GatewayId: id, Name: 'shop-test-web', Comments: (consumers()[0] as Item).Comments }
    await client.call('apig', 'CreateConsumer', body)
    expect(await deployService(client, shop({ web: '1' }))).toEqual(['remove consumer shop-test-web'])
  })

  test('is added and removed without an interruption for others', async () => {
    await deployService(client, shop({ web: '1' }))
    const during = await statusesDuring(async () => {
      expect(await deployService(client, shop({ web: '1', app: '2' }))).toEqual([
        'create consumer shop-test-app with its key',
        'update key-auth by Authorization 2 consumers',
      ])
    }, '1')
    expect(new Set(during.flat())).toEqual(new Set([200]))
    expect(await statusWith('2')).toBe(200)
    expect(await deployService(client, shop({ app: '2' }))).toEqual([
      'update key-auth by Authorization 1 consumer',
      'remove consumer shop-test-web',
    ])
    expect(await Promise.all([statusWith('1'), statusWith('2')])).toEqual([401, 200])
  })

  test('changes its key without a moment in which neither key works', async () => {
    await deployService(client, shop({ web: '1' }))
    cloud.apig.faults.add({ Kind: 'Delay', DelayMs: 100 }) // enough for a few requests on a busy machine
    const during = await statusesDuring(
      async () => {
        expect(await deployService(client, shop({ web: '2' }))).toEqual([
          'update consumer shop-test-web new key; the old key is removed',
        ])
      },
      '1',
      '2',
    )
    expect(during.length).toBeGreaterThan(5)
    expect(during.filter((statuses) => !statuses.includes(200))).toEqual([])
    expect(await Promise.all([statusWith('1'), statusWith('2')])).toEqual([401, 200])
  })

  test('loses a key that somebody has added, and gets back a key that somebody has removed', async () => {
    await deployService(client, shop({ web: '1' }))
    const of = { ConsumerId: idOf('web'), CredentialType: 'key-auth' }
    await client.call('apig', 'CreateConsumerCredential', { ...of, KeyAuthCredential: { APIKey: key('theirs') } })
    expect(await statusWith('theirs')).toBe(200)
    expect(await deployService(client, shop({ web: '1' }))).toEqual([
      'update consumer shop-test-web older keys are removed',
    ])
    expect(await Promise.all([statusWith('1'), statusWith('theirs')])).toEqual([200, 401])
    const { Id } = cloud.apig.credentials()[0] as Item
    await client.call('apig', 'DeleteConsumerCredential', { ...of, Id })
    expect(await deployService(client, shop({ web: '1' }))).toEqual([
      'update consumer shop-test-web new key; the old key is removed',
    ])
    expect(await statusWith('1')).toBe(200)
  })

  test('with the key of another is reported before anything is changed', async () => {
    await deployService(client, shop({ web: '1', app: '2' }))
    const changes = watchChanges(cloud)
    const problem = (name: string, other: string) =>
      `consumer shop-test-${name} has the key of consumer shop-test-${other}: set a new key`
    expect(await problemsOf(deployService(client, shop({ renamed: '1', app: '2' })))).toEqual([
      problem('renamed', 'web'),
    ])
    expect(await problemsOf(deployService(client, shop({ web: '2', app: '1' })))).toEqual([
      problem('web', 'app'),
      problem('app', 'web'),
    ])
    expect(changes()).toEqual([])
    await deployService(client, shop({ renamed: '3', app: '2' }))
    expect(await Promise.all(['1', '2', '3'].map((name) => statusWith(name)))).toEqual([401, 200, 200])
  })

  test('that exists twice lets in only its key, whichever of the two has it', async () => {
    await deployService(client, shop({ web: '1' }))
    const { GatewayId, Comments, Name } = consumers()[0] as Item
    // Without a key it has no effect.
    const { Id: second } = await client.call<{ Id: string }>('apig', 'CreateConsumer', { GatewayId, Name, Comments })
    expect(await deployService(client, shop({ web: '1' }))).toEqual([])

    const of = { CredentialType: 'key-auth', KeyAuthCredential: { APIKey: key('2') } }
    await client.call('apig', 'CreateConsumerCredential', { ...of, ConsumerId: second })
    expect(await deployService(client, shop({ web: '2' }))).toEqual(['remove consumer shop-test-web'])
    expect(await Promise.all([statusWith('1'), statusWith('2')])).toEqual([401, 200])
    expect(cloud.apig.credentials()).toMatchObject([{ ConsumerId: second }])
    expect(await deployService(client, shop({ web: '2' }))).toEqual([])
    await removeService(client, shop({ web: '2' }))
    expect(consumers()).toEqual([])
  })
})

async function makeGateway(): Promise<string> {
  const body = { Name: 'market', Region: 'cn-beijing', Type: 'serverless' }
  return (await client.call<{ Id: string }>('apig', 'CreateGateway', body)).Id
}
