import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type EcsEmulator, startEcs } from '../../emulator/ecs/index.ts'
import type { Provider } from './osls.ts'
import { sandboxesOf } from './sandboxes.ts'

const TAG = { 'managed-by': 'ecs-manager' }
const KEYS = { AKLOCAL: 'local-secret', AKFILE: 'fake-file', AKENV: 'fake-env' }

let ecs: EcsEmulator
let folder: string

beforeAll(async () => {
  ecs = await startEcs()
})
beforeEach(() => {
  ecs.reset()
  folder = mkdtempSync(join(tmpdir(), 'guard-test-'))
  write('')
})
afterEach(() => rmSync(folder, { recursive: true }))
afterAll(() => ecs.close())

const write = (config: string) => writeFileSync(join(folder, 'config.toml'), config)
const endpoint = () => ({ ECS_MANAGER__VOLCENGINE__ENDPOINT: ecs.url })
const serviceOf = (provider: Provider) => ({ service: 'ecs-manager', provider })
const found = (provider: Provider = {}, stage = 'prod') =>
  sandboxesOf(serviceOf({ ...provider, environment: { ...endpoint(), ...provider.environment } }), stage, folder)

describe('sandboxes are', () => {
  test('none if there are none, even with an incomplete configuration', async () => {
    ecs.seed(2)
    expect(await found()).toEqual({ ids: [], hasMore: false, tag: 'managed-by = ecs-manager' })
  })

  test('the machines with the tag and project of the stage', async () => {
    write('[instance]\ntag_value = "of the file"')
    ecs.seed(1, { tags: TAG })
    ecs.seed(1, { tags: { 'managed-by': 'of the stage' } })
    const environment = { ECS_MANAGER__INSTANCE__TAG_VALUE: 'of the stage' }
    const { ids, tag } = await found({ stages: { prod: { environment }, other: {} } })
    expect([ids, tag]).toEqual([[ecs.instances()[1]?.InstanceId], 'managed-by = of the stage'])
    expect((await found({ stages: { prod: { environment } } }, 'other')).tag).toBe('managed-by = of the file')
    expect((await found({ environment: { ...environment, ECS_MANAGER__INSTANCE__PROJECT_NAME: 'p' } })).ids).toEqual([])
  })

  test('those that the clean-up deletes, if its function has its own settings', async () => {
    ecs.seed(1, { tags: { 'managed-by': 'of the function' } })
    const environment = { ECS_MANAGER__INSTANCE__TAG_VALUE: 'of the function' }
    const service = { ...serviceOf({ environment: endpoint() }), functions: { 'cleanup-sandboxes': { environment } } }
    expect(await sandboxesOf(service, 'prod', folder)).toMatchObject({
      ids: [ecs.instances()[0]?.InstanceId],
      tag: 'managed-by = of the function',
    })
  })

  test('not those that are being deleted', async () => {
    ecs.seed(1, { tags: TAG, status: 'DELETING' })
    expect((await found()).ids).toEqual([])
    ecs.seed(1, { tags: TAG, status: 'STOPPED' })
    expect((await found()).ids).toHaveLength(1)
  })

  test('possibly more than one page', async () => {
    ecs.seed(101, { tags: TAG })
    expect(await found()).toMatchObject({ hasMore: true, ids: expect.objectContaining({ length: 100 }) })
  })
})

describe('ECS is called', () => {
  const inFile = '[volcengine]\naccess_key = "AKFILE"\nsecret_key = "fake-file"'
  const inEnvironment = {
    ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'AKENV',
    ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'fake-env',
  }
  const role = 'trn:iam::1:role/x'

  test.each<[what: string, file: string, provider: Provider, expected: keyof typeof KEYS]>([
    ['with the keys of the file, which the functions use', inFile, {}, 'AKFILE'],
    ['with those of the variables of the functions', inFile, { environment: inEnvironment, role }, 'AKENV'],
    ['with those of the deployer, if the functions have a role', inFile, { role }, 'AKLOCAL'],
    ['with those of the deployer, if the stage has a role', inFile, { stages: { prod: { role } } }, 'AKLOCAL'],
    ['with those of the deployer, if the functions have none', '', {}, 'AKLOCAL'],
  ])('%s', async (_what, file, provider, expected) => {
    write(file)
    const other = await startEcs({ accessKeys: { [expected]: KEYS[expected] } })
    try {
      const environment = { ECS_MANAGER__VOLCENGINE__ENDPOINT: other.url, ...provider.environment }
      expect((await sandboxesOf(serviceOf({ ...provider, environment }), 'prod', folder)).ids).toEqual([])
      expect(other.calls.map(({ status }) => status)).toEqual([200])
    } finally {
      await other.close()
    }
  })
})

describe('the sandboxes are unknown', () => {
  const rejected = (message: RegExp, provider?: Provider) =>
    expect(found(provider)).rejects.toMatchObject({ name: 'SandboxesUnknown', message: expect.stringMatching(message) })

  test('without permission', async () => {
    ecs.faults.add({ Kind: 'Error', Code: 'AccessDenied', Status: 403 })
    await rejected(/^ECS refuses DescribeInstances with AccessDenied: .*request id \w+\)\. The user .* needs ecs:Desc/)
  })

  test('without credentials', async () => {
    await rejected(/^There are no credentials: set VOLCENGINE_ACCESS_KEY/, {
      environment: { ECS_MANAGER__VOLCENGINE__ENDPOINT: 'https://open.volcengineapi.com' },
    })
  })

  test('without an answer', async () => {
    ecs.faults.add({ Kind: 'CutBefore' })
    await rejected(/^no answer from 127\.0\.0\.1:\d+ \(\w+\); try again$/)
  })

  test.each([
    '{"ResponseMetadata":{},"Result":null}',
    '{"ResponseMetadata":{},"Result":{}}',
    '{"ResponseMetadata":{},"Result":{"Instances":[],"TotalCount":5}}',
    '<html>',
  ])('by the answer %s', async (body) => {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await rejected(/cannot be read \(HTTP 200\)/, { environment: { ECS_MANAGER__VOLCENGINE__ENDPOINT: url } })
    server.close()
  })

  test('with an invalid configuration', async () => {
    write('[instance]\ntag_key = 3')
    await rejected(/^instance\.tag_key must be/)
  })
})
