import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import createClient, { type Client } from 'openapi-fetch'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Local } from '../../infra/local/cloud.ts'
import { startLocalForTests } from '../../infra/local/testing.ts'
import type { paths } from './api.d.ts'

const KEY = 'fake-key-of-a-client'

let local: Local
let client: Client<paths>

beforeAll(async () => {
  const settings = { ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ client: KEY }) }
  local = await startLocalForTests({ auth: 'key', settings })
  client = createClient<paths>({ baseUrl: local.url, headers: { 'X-API-Key': KEY } })
  // openapi-fetch appends a query with ?, also to a path that has one.
  client.use({ onRequest: ({ request }) => new Request(request.url.replace(/(\?.*)\?/, '$1&'), request) })
})
beforeEach(() => local.cloud.ecs.reset())
afterAll(() => local?.close())

test('api.d.ts is what openapi-typescript generates from openapi.json', async () => {
  const description = new URL('../../openapi.json', import.meta.url)
  const types = COMMENT_HEADER + astToString(await openapiTS(description, { defaultNonNullable: false }))
  const isCurrent = readFileSync(join(import.meta.dirname, 'api.d.ts'), 'utf8') === types
  expect(isCurrent || 'stale: run npm run openapi').toBe(true)
})

// The compiler checks the paths, the parameters and the answers.
test('the generated client calls every action', async () => {
  const created = await client.POST('/?Action=CreateSandbox&Version=2020-04-01', {
    body: { OsType: 'Linux', InstanceName: 'agent-1', LifetimeSeconds: 60, TagKey: 'team', TagValue: 'research' },
  })
  const { SandboxId = '' } = created.data?.Result ?? {}
  expect(created.data?.ResponseMetadata.RequestId).toBe(created.response.headers.get('X-Request-ID'))

  const all = await client.POST('/?Action=DescribeSandboxes&Version=2020-04-01', { body: { MaxResults: 10 } })
  expect(all.data?.Result).toMatchObject([{ SandboxId, Status: 'RUNNING', InstanceName: 'sandbox-agent-1' }])
  const query = { Status: 'RUNNING', MaxResults: 10 } as const
  const short = await client.GET('/?Action=DescribeSandboxes&Version=2020-04-01', { params: { query } })
  expect(short.data?.Result).toEqual(all.data?.Result)

  const renewed = await client.POST('/?Action=RenewSandbox&Version=2020-04-01', {
    body: { SandboxId, LifetimeSeconds: 3600 },
  })
  const ends = [created, renewed].map(({ data }) => Date.parse(data?.Result.ExpireAt ?? ''))
  expect(ends[0]).toBeLessThan(ends[1] ?? 0)

  const changed = [
    await client.POST('/?Action=StopSandbox&Version=2020-04-01', { body: { SandboxId } }),
    await client.POST('/?Action=StartSandbox&Version=2020-04-01', { body: { SandboxId } }),
    await client.POST('/?Action=RebootSandbox&Version=2020-04-01', { body: { SandboxId } }),
  ]
  expect(changed.map(({ data }) => data?.Result.Status)).toEqual(['STOPPING', 'STARTING', 'REBOOTING'])

  const desktop = await client.POST('/?Action=DescribeSandboxTerminalUrl&Version=2020-04-01', { body: { SandboxId } })
  const { Result: access } = desktop.data ?? {}
  if (access?.OsType !== 'Linux') return expect.fail(JSON.stringify(desktop.error))
  const address = await client.POST('/?Action=ValidateVncToken&Version=2020-04-01', { body: { Token: access.Token } })
  expect(address.data).toEqual({ host: expect.stringMatching(/^127\./), port: 5905 })

  const deleted = await client.POST('/?Action=DeleteSandbox&Version=2020-04-01', { body: { SandboxId } })
  expect(deleted.data?.Result).toEqual({ SandboxId })
  const torn = await client.POST('/events', {
    body: { SandboxIds: [SandboxId], Reason: 'task 7 is done' },
    headers: { 'Content-Type': 'application/json' },
  })
  expect(torn.data?.Result.Sandboxes).toMatchObject([{ SandboxId }])
})

test('the generated client has the code of a failure', async () => {
  const missing = await client.POST('/?Action=DeleteSandbox&Version=2020-04-01', { body: { SandboxId: 'i-unknown' } })
  expect(missing.response.status).toBe(404)
  const failure = missing.error ?? expect.fail('it has succeeded')
  expect('ResponseMetadata' in failure && failure.ResponseMetadata.Error.Code).toBe('InvalidSandbox.NotFound')
})
