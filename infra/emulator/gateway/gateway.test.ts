import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { actions } from '../ecs/actions.ts'
import { startEcs } from '../ecs/index.ts'
import { caller, runParams, signedRequest } from '../ecs/testing.ts'

const ecs = await startEcs({ accessKeys: { AKONE: 'one-secret', AKTWO: 'two-secret' } })
const credentials = { accessKeyId: 'AKONE', secretKey: 'one-secret' }
const send = caller(ecs.url)
const call: typeof send = (action, params, options) => send(action, params, { ...credentials, ...options })
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

describe('a success', () => {
  it('comes in the envelope, as JSON, with a request id', async () => {
    const { status, headers, metadata, result } = await call('DescribeInstances')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(metadata).toEqual({
      RequestId: expect.stringMatching(/^20\d{12}[\dA-F]{20}$/),
      Action: 'DescribeInstances',
      Version: '2020-04-01',
      Service: 'ecs',
      Region: 'cn-beijing',
    })
    expect(result).toEqual({ Instances: [], NextToken: '', TotalCount: 0 })
  })

  it.each([
    ['another key', { accessKeyId: 'AKTWO', secretKey: 'two-secret' }],
    ['a session token', { sessionToken: 'token' }],
    ['another region', { region: 'ap-southeast-1' }],
    ['a form', { method: 'POST' }],
    ['a date 14 minutes old', { date: new Date(Date.now() - 14 * 60_000) }],
  ] as const)('is returned with %s', async (_case, options) => {
    const { outcome, metadata } = await call('DescribeInstances', { MaxResults: 100 }, options)
    expect(outcome).toBe('200')
    expect(metadata.Region).toBe('region' in options ? options.region : 'cn-beijing')
  })

  it('is returned again for the same signature: the official SDKs retry with it', async () => {
    const { url, init } = signedRequest(ecs.url, { Action: 'DescribeInstances', Version: '2020-04-01' }, credentials)
    expect((await fetch(url, init)).status).toBe(200)
    expect((await fetch(url, init)).status).toBe(200)
  })

  it('is returned with 16 KiB of user data, the longest request line', async () => {
    // Base64 that is mostly "/", which takes three characters in a query.
    const UserData = Buffer.alloc(16 * 1024, 0xff).toString('base64')
    expect((await call('RunInstances', { ...runParams, UserData })).outcome).toBe('200')
  })
})

describe('a refusal', () => {
  const action = 'DescribeInstances'
  it.each([
    ['an unknown action', () => call('DescribeNothing'), '404 InvalidActionOrVersion', 100008],
    ['an action named like a property of objects', () => call('constructor'), '404 InvalidActionOrVersion', 100008],
    ['another version', () => call(action, { Version: '2018-01-01' }), '404 InvalidActionOrVersion', 100008],
    ['no action', () => call(''), '400 MissingParameter', 100002],
    ['no version', () => call(action, { Version: '' }), '400 MissingParameter', 100002],
    ['another service', () => call(action, {}, { service: 'vpc' }), '404 ServiceNotFound', 100007],
    ['an unknown key', () => call(action, {}, { accessKeyId: 'AKNONE' }), '401 InvalidAccessKey', 100009],
    ['a wrong secret', () => call(action, {}, { secretKey: 'two-secret' }), '401 SignatureDoesNotMatch', 100010],
    [
      'an old date',
      () => call(action, {}, { date: new Date(Date.now() - 16 * 60_000) }),
      '403 InvalidTimestamp',
      100006,
    ],
    [
      'a future date',
      () => call(action, {}, { date: new Date(Date.now() + 16 * 60_000) }),
      '403 InvalidTimestamp',
      100006,
    ],
  ])('of %s', async (_case, attempt, outcome, CodeN) => {
    const reply = await attempt()
    expect(reply.outcome).toBe(outcome)
    expect(reply.metadata.Error).toEqual({ CodeN, Code: outcome.slice(4), Message: expect.stringMatching(/./) })
    expect(reply.result).toBeUndefined()
  })

  const signed = signedRequest(ecs.url, { Action: action, Version: '2020-04-01' }, credentials)
  it.each<[string, string, RequestInit, string]>([
    ['no signature', signed.url, {}, '401 MissingAuthenticationToken'],
    ['a method other than the signed one', signed.url, { ...signed.init, method: 'PUT' }, '405 MethodNotAllowed'],
    ['a parameter added', `${signed.url}&MaxResults=1`, signed.init, '401 SignatureDoesNotMatch'],
    ['a parameter given twice', `${signed.url}&A=1&A=1`, signed.init, '400 InvalidArgument'],
    ['a broken escape', `${signed.url}&A=%zz`, signed.init, '400 InvalidArgument'],
    ['another path', signed.url.replace('/?', '/other?'), signed.init, '404 InvalidActionOrVersion'],
    [
      'another body type',
      signed.url,
      { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
      '400 InvalidArgument',
    ],
  ])('of %s', async (_case, url, init, expected) => {
    const response = await fetch(url, init)
    const { ResponseMetadata } = (await response.json()) as { ResponseMetadata: { Error: { Code: string } } }
    expect(`${response.status} ${ResponseMetadata.Error.Code}`).toBe(expected)
  })

  it('of a body over 1 MiB', async () => {
    expect((await fetch(ecs.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413)
  })
})

it('answers any parameters, and never with an internal error', async () => {
  const segment = fc.constantFrom(
    'InstanceIds',
    'Tags',
    'TagFilters',
    'Key',
    'Values',
    '1',
    '0',
    '',
    '__proto__',
    'Count',
    'NextToken',
  )
  // The official signer keeps parameters in an object, which loses or reorders these names.
  const lost = /^(|\d+|__proto__)$/
  const name = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('.'))
    .filter((joined) => !lost.test(joined))
  const value = fc.oneof(fc.string(), fc.constantFrom('', '1', '-1', 'true', '1e9', 'instance', '中文'))
  const params = fc.dictionary(name, value, { maxKeys: 8 })
  const whole = { ...runParams, InstanceId: 'i-1', ResourceType: 'instance', 'ResourceIds.1': 'i-1', 'TagKeys.1': 'a' }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...actions.keys()), params, fc.boolean(), async (action, some, complete) => {
      const { status } = await call(action, complete ? { ...whole, ...some } : some)
      expect([200, 400, 404, 429]).toContain(status)
    }),
    { numRuns: 500 },
  )
})

describe('calls', () => {
  it('are logged in order, whatever their outcome', async () => {
    const { metadata } = await call('RunInstances', runParams)
    await call('DeleteInstance', { InstanceId: 'i-unknown' })
    await call('DescribeInstances', {}, { secretKey: 'wrong' })
    expect(ecs.calls).toMatchObject([
      { action: 'RunInstances', status: 200, requestId: metadata.RequestId, params: runParams },
      { action: 'DeleteInstance', status: 404, code: 'InvalidInstance.NotFound', params: { InstanceId: 'i-unknown' } },
      { action: 'DescribeInstances', status: 401, code: 'SignatureDoesNotMatch' },
    ])
    ecs.reset()
    expect(ecs.calls).toEqual([])
  })
})

describe('the server', () => {
  it('closes at once despite open connections and delayed responses', async () => {
    const slow = await startEcs({ latencyMs: 3_600_000 })
    const lost = new Promise((resolve) => {
      const { url, init } = signedRequest(slow.url, { Action: 'DescribeInstances', Version: '2020-04-01' })
      request(url, init).on('error', resolve).end()
    })
    while (slow.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await slow.close()
    expect(await lost).toMatchObject({ code: 'ECONNRESET' })
  })

  it('listens on loopback only, and rejects if its port is taken', async () => {
    expect(ecs.url).toBe(`http://127.0.0.1:${ecs.port}`)
    await expect(startEcs({ port: ecs.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  it.each([[{ bootSeconds: -1 }], [{ quota: Number.NaN }], [{ latencyMs: -5 }], [{ addressBlock: 'everything' }]])(
    'refuses %j',
    async (options) => {
      await expect(startEcs(options)).rejects.toThrow(RangeError)
    },
  )

  it('delays every response by its latency', async () => {
    const slow = await startEcs({ latencyMs: 50 })
    const started = performance.now()
    await caller(slow.url)('DescribeInstances')
    expect(performance.now() - started).toBeGreaterThanOrEqual(45)
    await slow.close()
  })
})
