import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../infra/emulator/cloud.ts'
import { ProjectCopy } from './support/project.ts'

// From an empty cloud to a service and back, by the serverless command alone.

const KEY = 'fake-key-of-the-front-end'
const SANDBOX_TAG = { 'managed-by': 'ecs-manager' }

// The gateway knows a consumer by this name.
const CONSUMER = 'ecs-manager-prod-frontend'
const CONSUMERS = JSON.stringify({ [CONSUMER]: { actions: ['read', 'use', 'lifecycle'], owner: 'team-a' } })

const stages = (endpoint: string) => `
    prod:
      endpoint: ${endpoint}
      role: trn:iam::2100000000:role/ecs-manager
      gateway: { cors: { origins: ['https://console.example.com'] }, keyAuth: { consumers: { frontend: { key: '\${env:FRONTEND_KEY}' } } } }
      environment: { ECS_MANAGER__SECURITY__AUTH: gateway, ECS_MANAGER__SECURITY__CONSUMERS: '${CONSUMERS}', <<: &settings {
        ECS_MANAGER__VOLCENGINE__ENDPOINT: '${endpoint}',
        ECS_MANAGER__INSTANCE__IMAGE_ID: image-linux,
        ECS_MANAGER__INSTANCE__ZONE: cn-beijing-a,
        ECS_MANAGER__NETWORK__SUBNET_ID: subnet-a,
        ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-a"]' } }
    keyed:
      endpoint: ${endpoint}
      role: trn:iam::2100000000:role/ecs-manager
      environment: { ECS_MANAGER__SECURITY__KEYS: '\${env:CALLER_KEYS}', <<: *settings }
`

let cloud: CloudEmulator
let project: ProjectCopy

beforeAll(async () => {
  cloud = await startCloud({ vefaas: { timerSpeed: 60, loadsCode: false } })
  project = new ProjectCopy()
  project.edit('serverless.yml', '  stages:\n', `  stages:${stages(cloud.url)}`)
})
afterAll(async () => {
  project.remove()
  await cloud.close()
})

const environment = { FRONTEND_KEY: KEY, CALLER_KEYS: JSON.stringify({ planner: KEY }) }

/** Runs the serverless command; it has to succeed, and no secret stands in what it says. */
async function serverless(line: string): Promise<string> {
  const { code, text } = await project.serverless(line, environment)
  expect(text, line).not.toMatch(/fake-key/)
  expect([code, text], line).toEqual([0, expect.anything()])
  return text
}

const addressIn = (text: string) => /^address +(\S+)$/m.exec(text)?.[1] ?? 'no address'

async function call(address: string, action: string, parameters: Record<string, string> = {}, key = KEY) {
  const query = new URLSearchParams({ Action: action, Version: '2020-04-01', ...parameters })
  const response = await fetch(`${address}/?${query}`, { headers: key ? { Authorization: key } : {} })
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}

test('serverless --help describes every command of the provider, under its plugin', async () => {
  const text = await serverless('--help')
  const commands = text.slice(text.indexOf('\nOther commands'))
  const groups = [...commands.matchAll(/^(\w+Plugin)$/gm)].map(([name]) => name)
  expect(groups).toEqual(['VefaasPlugin'])
  const own = commands.slice(commands.indexOf('VefaasPlugin')).match(/^[a-z].*/gm) ?? []
  expect(own.map((line) => line.split(/ {2,}/)[0]).sort()).toEqual([
    'deploy',
    'deploy function',
    'info',
    'invoke',
    'invoke local',
    'logs',
    'remove',
    'rollback function',
    'watch',
  ])
  for (const line of own) expect(line).toMatch(/ {2,}[A-Z]/)
})

describe('serverless deploy', () => {
  let address = ''

  test('makes the service, and says how it is called', async () => {
    const text = await serverless('deploy --stage prod')
    address = addressIn(text)
    expect(text).toContain(`curl -H "Authorization: $KEY" "${address}/?Action=CreateSandbox&Version=2020-04-01"`)
    expect(text).toContain('*/5 * * * *')
  })

  test('whose sandboxes live over the address, for who has a key', async () => {
    expect((await call(address, 'DescribeSandboxes', {}, '')).status).toBe(401)
    expect((await call(address, 'DescribeSandboxes', {}, 'another-key-of-somebody')).status).toBe(401)

    const created = await call(address, 'CreateSandbox', { InstanceName: 'deployed' })
    const { SandboxId } = created.body.Result
    const { Result, ResponseMetadata } = (await call(address, 'DescribeSandboxes')).body
    expect(Result).toMatchObject([{ SandboxId, Status: 'RUNNING', Owner: 'team-a' }])
    expect(ResponseMetadata.Caller).toMatchObject({ Name: CONSUMER, Owner: 'team-a' })
    const { Token } = (await call(address, 'DescribeSandboxTerminalUrl', { SandboxId })).body.Result
    expect((await call(address, 'ValidateVncToken', { Token })).body).toMatchObject({ port: 5905 })
    expect((await call(address, 'ValidateVncToken', { Token })).status).toBe(404)
    const renewed = await call(address, 'RenewSandbox', { SandboxId, LifetimeSeconds: '60' })
    expect(renewed.body.Result.ExpireAt < created.body.Result.ExpireAt).toBe(true)
    expect((await call(address, 'DeleteSandbox', { SandboxId })).body.Result).toEqual({ SandboxId })
    expect(cloud.ecs.instances()).toEqual([])
  })

  test('which may be asked for permission to send events, though the gateway answers CORS preflights itself', async () => {
    const ask = async (headers: Record<string, string>) => {
      const answer = await fetch(`${address}/events`, { method: 'OPTIONS', headers })
      return [answer.status, answer.headers.get('webhook-allowed-origin')]
    }
    const origin = { 'WebHook-Request-Origin': 'events.example.com' }
    expect(await ask({ ...origin, Authorization: KEY })).toEqual([204, 'events.example.com'])
    expect(await ask({ ...origin, Authorization: KEY, Origin: 'https://console.example.com' })).toEqual([
      204,
      'events.example.com',
    ])
    expect(await ask(origin)).toEqual([401, null])
    const preflight = { Origin: 'https://console.example.com', 'Access-Control-Request-Method': 'POST' }
    expect(await ask(preflight)).toEqual([200, null])
  })

  test('and are ended by the timer', async () => {
    await call(address, 'CreateSandbox', { LifetimeSeconds: '1' })
    cloud.ecs.seed(1, { tags: SANDBOX_TAG }) // without an end
    expect(cloud.ecs.instances()).toHaveLength(2)
    await expect.poll(() => cloud.ecs.instances().length).toBe(1)
    cloud.ecs.reset()
  })

  test('deploys one function', async () => {
    project.edit('functions/describe-sandboxes/index.ts', "name: 'DescribeSandboxes'", "name: 'RenewSandbox'")
    expect(await serverless('deploy function -f describe-sandboxes --stage prod')).toContain('code, release')
    // The function answers to another name now, and the route has the old one.
    expect((await call(address, 'DescribeSandboxes')).body.ResponseMetadata.Error.Code).toBe('InvalidActionOrVersion')
    project.edit('functions/describe-sandboxes/index.ts', "name: 'RenewSandbox'", "name: 'DescribeSandboxes'")
  })

  test('names mistakes before anything is called', async () => {
    const calls = cloud.vefaas.calls.length
    project.edit('serverless.yml', 'timeout: 300', 'timeout: 3000')
    const { code, text } = await project.serverless('deploy --stage prod', environment)
    expect([code, text]).toEqual([1, expect.stringContaining("'functions.cleanup-sandboxes.timeout': must be <= 900")])
    expect(cloud.vefaas.calls).toHaveLength(calls)
    project.edit('serverless.yml', 'timeout: 3000', 'timeout: 300')
  })
})

test('interrupted by Ctrl-C, it says how to go on, and the next one does', async () => {
  project.edit('config.toml', 'timeout_seconds = 25', 'timeout_seconds = 24') // in every zip
  cloud.vefaas.faults.add({ Kind: 'Delay', Action: 'Release', DelayMs: 3_000 })
  const line = ['node_modules/serverless/bin/serverless.js', 'deploy', '--stage', 'prod']
  const interrupted = project.node(line, environment)
  await expect.poll(() => cloud.vefaas.calls.at(-1)?.action).toBe('Release')
  interrupted.process.kill('SIGINT')
  expect(await interrupted.ended).toBe(130)
  expect(interrupted.output()).toContain('run the command again to continue')
  cloud.vefaas.faults.clear()
  expect(await serverless('deploy --stage prod')).toMatch(/updated +function +ecs-manager-prod-mcp +code, release/)
  expect(
    new Set((cloud.vefaas.functions() as { Release: { Status: string } }[]).map(({ Release }) => Release.Status)),
  ).toEqual(new Set(['done']))
})

describe('a second stage', () => {
  let address = ''

  test('stands beside the first', async () => {
    address = addressIn(await serverless('deploy --stage keyed'))
    expect((await call(address, 'DescribeSandboxes', {}, '')).status).toBe(401)
    expect((await call(address, 'DescribeSandboxes')).status).toBe(200)
    expect(cloud.apig.gateways()).toHaveLength(2)
  })

  test('takes no request for an event of the platform: that would need no key', async () => {
    cloud.ecs.seed(1, { tags: SANDBOX_TAG })
    const [{ InstanceId = '' } = {}] = cloud.ecs.instances()
    const attack = await fetch(`${address}/events`, {
      method: 'POST',
      headers: {
        'X-Faas-Event-Type': 'cloudevent',
        'Ce-Specversion': '1.0',
        'Ce-Id': '1',
        'Ce-Source': '/stranger',
        'Ce-Type': 'faas.kafka.event',
        'Content-Type': 'application/json',
      },
      body: JSON.stringify({ SandboxId: InstanceId }),
    })
    expect(attack.status).toBe(401)
    expect(cloud.ecs.instances()).toHaveLength(1)
  })
})

describe('serverless remove', () => {
  // infra/deploy/guard has the other cases.
  test('takes no clean-up away while there are sandboxes, unless that is said', async () => {
    cloud.ecs.reset()
    cloud.ecs.seed(6, { tags: SANDBOX_TAG })
    cloud.ecs.seed(1)
    const functions = cloud.vefaas.functions().length
    const { code, text } = await project.serverless('remove --stage keyed', environment)
    expect([code, text]).toEqual([1, expect.stringContaining('Nothing was removed')])
    expect(cloud.vefaas.functions()).toHaveLength(functions)
    const ids = cloud.ecs.instances().map(({ InstanceId }) => InstanceId)
    expect(text).toMatch(/^6 sandboxes exist \((i-\w+, ){4}i-\w+ and others; tag managed-by = ecs-manager\)/m)
    expect(ids.join()).toContain(/\((i-\w+),/.exec(text)?.[1])
    expect(text).toContain('serverless remove --stage keyed --leave-sandboxes')
  })

  test('leaves what is not of the stage, and works where the configuration has holes', async () => {
    cloud.ecs.reset()
    project.edit('serverless.yml', '        ECS_MANAGER__INSTANCE__IMAGE_ID: image-linux,\n', '')
    await serverless('remove --stage prod')
    const names = (cloud.vefaas.functions() as { Name: string }[]).map(({ Name }) => Name)
    expect(names.length).toBe(12)
    expect(names.filter((name) => !name.startsWith('ecs-manager-keyed-'))).toEqual([])
    expect(cloud.apig.gateways()).toMatchObject([{ Name: 'ecs-manager-keyed' }])
  })

  test('leaves nothing in the end but sandboxes, where that is said', async () => {
    cloud.ecs.seed(1, { tags: SANDBOX_TAG })
    expect(await serverless('remove --stage keyed --leave-sandboxes')).toContain(
      'keep running, and nothing deletes them',
    )
    expect(cloud.ecs.instances()).toHaveLength(1)
    cloud.ecs.reset()
    const { gateways, services, upstreams, routes, consumers, credentials, pluginBindings } = cloud.apig
    for (const list of [
      cloud.vefaas.functions,
      gateways,
      services,
      upstreams,
      routes,
      consumers,
      credentials,
      pluginBindings,
    ]) {
      expect(list()).toEqual([])
    }
  })
})
