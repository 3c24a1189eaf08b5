import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Local } from '../infra/local/cloud.ts'
import { startLocalForTests } from '../infra/local/testing.ts'
import { cloudEvent } from './support/messages.ts'

// Senders of CloudEvents, as they use the deployed service: over HTTP, through the gateway.

const KEY = 'fake-key-of-the-sender'
const SENDER = 'events.example.com'
const JSON_FORMAT = 'application/cloudevents+json; charset=utf-8'
const BATCH_FORMAT = 'Application/CloudEvents-Batch+JSON'
const BOM = '\uFEFF'

let local: Local
let lines: string[] = []

beforeAll(async () => {
  local = await startLocalForTests({
    auth: 'key',
    settings: {
      ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ sender: KEY }),
      ECS_MANAGER__LOG__FORMAT: 'json',
    },
    onLog: (name, line) => name === 'teardown-sandboxes' && lines.push(line),
  })
})
beforeEach(() => {
  local.cloud.ecs.reset()
  lines = []
})
afterAll(() => local.close())

function seed(count: number): string[] {
  local.cloud.ecs.seed(count, { tags: { 'managed-by': 'ecs-manager' } })
  return left()
}

const left = () => local.cloud.ecs.instances().map(({ InstanceId }) => InstanceId)

async function send(method: string, headers: Record<string, string>, body?: string) {
  const response = await fetch(`${local.url}/events`, { method, headers, ...(body !== undefined && { body }) })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

const post = (body: string, headers: Record<string, string>) =>
  send('POST', { Authorization: `Bearer ${KEY}`, 'WebHook-Request-Origin': SENDER, ...headers }, body)

describe('a sender that asks for permission', () => {
  const ask = async (headers: Record<string, string>) => {
    const answer = await send('OPTIONS', headers)
    return [
      answer.status,
      answer.headers.get('allow'),
      answer.headers.get('webhook-allowed-origin'),
      answer.headers.get('webhook-allowed-rate'),
    ]
  }

  test('gets it with a key, and may send', async () => {
    const asked = { 'WebHook-Request-Origin': SENDER, 'WebHook-Request-Rate': '120' }
    expect(await ask({ ...asked, Authorization: `Bearer ${KEY}` })).toEqual([204, 'POST, HEAD, OPTIONS', SENDER, '*'])
    const [SandboxId] = seed(1)
    const { status } = await post(JSON.stringify(cloudEvent({ SandboxId })), { 'Content-Type': JSON_FORMAT })
    expect([status, left()]).toEqual([200, []])
  })

  test.each<[string, Record<string, string>, number, string | null]>([
    ['without a key', {}, 401, null],
    ['with a wrong key', { 'X-API-Key': 'not-the-key' }, 401, null],
    ['for more than one origin', { 'X-API-Key': KEY, 'WebHook-Request-Origin': `${SENDER}, a.example` }, 400, null],
  ])('gets none %s', async (_, headers, status, allow) => {
    expect(await ask({ 'WebHook-Request-Origin': SENDER, ...headers })).toEqual([status, allow, null, null])
  })

  test('gets none without a word of who it is, with a key or not', async () => {
    for (const headers of [{}, { 'X-API-Key': KEY }, { Origin: local.url, 'Access-Control-Request-Method': 'POST' }]) {
      expect(await ask(headers)).toEqual([204, 'POST, HEAD, OPTIONS', null, null])
    }
  })
})

describe('an event', () => {
  const data = (SandboxId = '') => JSON.stringify({ SandboxId })
  const attributes = { 'ce-specversion': '1.0', 'ce-id': 'e-1', 'CE-Source': '/planner', 'ce-type': '%74ask.ended' }

  test.each<[string, (id?: string) => string, Record<string, string>]>([
    ['as JSON alone', data, { 'Content-Type': 'application/json' }],
    ['in structured mode', (id) => JSON.stringify(cloudEvent({ SandboxId: id })), { 'Content-Type': JSON_FORMAT }],
    ['in a batch', (id) => JSON.stringify([cloudEvent({ SandboxId: id })]), { 'Content-Type': BATCH_FORMAT }],
    ['in binary mode', data, { ...attributes, 'Content-Type': 'application/vnd.task+json' }],
  ])('%s may begin with a byte order mark', async (_, bodyFor, headers) => {
    const [first, second] = seed(2)
    expect((await post(`${BOM}${bodyFor(first)}`, headers)).status).toBe(200)
    expect(left()).toEqual([second])
    expect((await post(`${BOM}${BOM}${bodyFor(second)}`, headers)).status).toBe(400)
    expect(left()).toEqual([second])
  })

  test('is none in an empty batch, which is a success', async () => {
    const kept = seed(1)
    const { status, body } = await post('[]', { 'Content-Type': BATCH_FORMAT })
    expect([status, body.Result]).toEqual([200, { Sandboxes: [] }])
    expect(left()).toEqual(kept)
    await expect.poll(() => lines.map((line) => JSON.parse(line).level)).toEqual(['info'])
  })
})
