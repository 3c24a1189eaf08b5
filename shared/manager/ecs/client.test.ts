import type { ServerResponse } from 'node:http'
import fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../infra/emulator/ecs/faults.ts'
import { type EcsEmulator, startEcs } from '../../../infra/emulator/ecs/index.ts'
import { makeAuthority } from '../../../tests/support/certificates.ts'
import { callFor, configFor, timed } from '../../../tests/support/manager.ts'
import { answerWith, enveloped, startRawStub, startStub } from '../../../tests/support/stub-cloud.ts'
import { NonEmptyText } from './answer-schemas.ts'
import { ecsClient } from './client.ts'
import { CloudError } from './cloud-error.ts'
import { credentialSource } from './credentials.ts'

const ecs = await startEcs()
const opened: { close(): Promise<void> }[] = []
const own: EcsEmulator[] = []

beforeEach(() => ecs.reset())
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close()
})
afterAll(() => Promise.all([ecs, ...own].map((emulator) => emulator.close())))

const Page = v.pipe(
  v.object({ Instances: v.array(v.object({ InstanceId: NonEmptyText })), TotalCount: v.number() }),
  v.transform(({ Instances, TotalCount }) => ({
    ids: Instances.map(({ InstanceId }) => InstanceId),
    total: TotalCount,
  })),
)

const keys = { access_key: 'AKLOCAL', secret_key: 'local-secret', session_token: '' }

interface Options {
  maxTries?: number
  tryTimeoutSeconds?: number
  withinMs?: number
}

/** A client of the cloud at `url`, and one invocation that uses it. */
function clientFor(url: string, { maxTries = 3, tryTimeoutSeconds = 10, withinMs = 20_000 }: Options = {}) {
  const settings = { endpoint: url, region: 'cn-beijing', try_timeout_seconds: tryTimeoutSeconds, max_tries: maxTries }
  const client = ecsClient(settings, credentialSource(keys, {}, []))
  const call = callFor(configFor(url), { withinMs })
  const describeAll = () => client.send('DescribeInstances', { MaxResults: 10 }, call, Page)
  return { client, call, describeAll, cloudCall: () => call.cloudCalls()[0] }
}

it('does not repeat a call to a server whose certificate is not accepted, and says so', async () => {
  const server = await startStub(() => {}, '127.0.0.1', makeAuthority().issue({ addresses: ['127.0.0.1'] }))
  opened.push(server)
  const { client, call } = clientFor(server.url)
  const error = await client.send('DescribeInstances', {}, call, v.unknown()).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: 'CloudError', kind: 'refused' })
  expect(`${error}`).toContain('certificate of its endpoint is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)')
  expect(call.cloudCalls()).toMatchObject([{ tries: 1 }])
})

it('tells of a refusal without the credentials that it may quote, also to somebody who does not know them', async () => {
  const { url } = await stub((request, response) => {
    const Message = `No access for ${request.headers.authorization} with fake-other-secret.`
    answerWith(response, { ResponseMetadata: { Error: { Code: 'AccessDenied', Message } } }, 403)
  })
  const other = credentialSource({ access_key: 'AKOTHER', secret_key: 'fake-other-secret', session_token: '' }, {}, [])
  const settings = { endpoint: url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 1 }
  const error = await errorOf(ecsClient(settings, other).send('X', {}, callFor(configFor(url)), v.unknown()))
  expect(error.message).toContain('No access for')
  expect(error.message).not.toMatch(/AKOTHER|fake-other-secret/)
})

it('tells the first 1,000 characters of a refusal', async () => {
  const { url } = await stub((_request, response) => {
    answerWith(response, { ResponseMetadata: { Error: { Code: 'AccessDenied', Message: 'x'.repeat(4_000_000) } } }, 403)
  })
  const { describeAll, call } = clientFor(url, { maxTries: 1, tryTimeoutSeconds: 10 })
  const error = await errorOf(describeAll())
  expect(error.message).toBe('x'.repeat(1_000))
  expect(call.line(error).length).toBeLessThan(10_000)
})

/** A cloud of the test's own, so that tests that wait can wait together. */
async function ownEcs(): Promise<EcsEmulator> {
  const emulator = await startEcs()
  own.push(emulator)
  return emulator
}

async function stub(answer: Parameters<typeof startStub>[0]) {
  const started = await startStub(answer)
  opened.push(started)
  return started
}

async function rawStub(answer: Parameters<typeof startRawStub>[0]) {
  const started = await startRawStub(answer)
  opened.push(started)
  return started
}

async function errorOf(work: Promise<unknown>): Promise<CloudError> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof CloudError)) throw new Error('it did not end with a CloudError', { cause: error })
  return error
}

const emptyResult = { Instances: [], NextToken: '', TotalCount: 0 }
const emptyPage = enveloped(emptyResult)

/** Every way of failing that may pass by itself. */
const passing: [string, Fault, kind: string][] = [
  ['throttling', { Kind: 'Throttle' }, 'throttled'],
  ['throttling of the account', { Kind: 'Throttle', Code: 'AccountFlowLimitExceeded' }, 'throttled'],
  ['429 with a page of a proxy', { Kind: 'Html', Status: 429 }, 'throttled'],
  ['throttling told with status 400', { Kind: 'Error', Status: 400, Code: 'FlowLimitExceeded' }, 'throttled'],
  ['500', { Kind: 'Error', Status: 500, Code: 'InternalError' }, 'failed'],
  ['502 with a page of a proxy', { Kind: 'Html' }, 'failed'],
  ['503', { Kind: 'Error', Status: 503, Code: 'ServiceUnavailableTemp' }, 'failed'],
  ['504 after the work', { Kind: 'Error', Status: 504, Code: 'InternalServiceTimeout', AfterWork: true }, 'failed'],
  ['200 with an internal error in it', { Kind: 'Error', Status: 200, Code: 'InternalServiceError' }, 'failed'],
  ['200 with throttling in it', { Kind: 'Error', Status: 200, Code: 'FlowLimitExceeded' }, 'throttled'],
  ['a connection cut before the work', { Kind: 'CutBefore' }, 'unreachable'],
  ['a connection cut after the work', { Kind: 'CutAfter' }, 'unreachable'],
  ['an answer cut in half', { Kind: 'Truncate' }, 'unreachable'],
  ['text that is not JSON', { Kind: 'NotJson' }, 'unreadable'],
  ['half a JSON text', { Kind: 'NotJson', Body: '{"ResponseMetadata":{"RequestId":"x"' }, 'unreadable'],
  ['an empty answer', { Kind: 'Empty' }, 'unreadable'],
  ['an empty 503', { Kind: 'Empty', Status: 503 }, 'failed'],
  ['a page with status 200', { Kind: 'Html', Status: 200 }, 'unreadable'],
]

describe.concurrent('what may pass by itself', () => {
  it.each(passing)('is tried again after %s', async (_name, fault) => {
    const ecs = await ownEcs()
    ecs.seed(2)
    ecs.faults.add({ ...fault, Times: 1 })
    const { describeAll, cloudCall } = clientFor(ecs.url)
    expect((await describeAll()).ids).toHaveLength(2)
    expect(ecs.calls).toHaveLength(2)
    expect(cloudCall()).toMatchObject({ tries: 2, status: 200 })
    expect(cloudCall()).not.toHaveProperty('error')
  })

  it.each(passing)('is given up after max_tries of %s', async (_name, fault, kind) => {
    const ecs = await ownEcs()
    ecs.faults.add(fault)
    const { describeAll, cloudCall } = clientFor(ecs.url, { maxTries: 2 })
    expect((await errorOf(describeAll())).kind).toBe(kind)
    expect(ecs.calls).toHaveLength(2)
    expect(cloudCall()).toMatchObject({ tries: 2 })
  })

  it.each([1, 2, 4])('is tried %i times where max_tries is that', async (maxTries) => {
    const ecs = await ownEcs()
    ecs.faults.add({ Kind: 'Throttle' })
    await errorOf(clientFor(ecs.url, { maxTries }).describeAll())
    expect(ecs.calls).toHaveLength(maxTries)
  })

  it('is tried again when nothing listens there', async () => {
    const gone = await startStub(() => {})
    await gone.close()
    const { describeAll, cloudCall } = clientFor(gone.url, { maxTries: 2 })
    expect((await errorOf(describeAll())).kind).toBe('unreachable')
    expect(cloudCall()).toMatchObject({ tries: 2, error: 'unreachable' })
  })
})

describe('what the cloud refuses', () => {
  it.each<[string, Fault]>([
    ['400', { Kind: 'Error', Status: 400, Code: 'InvalidArgument' }],
    ['401', { Kind: 'Error', Status: 401, Code: 'MissingSignature' }],
    ['403', { Kind: 'Error', Status: 403, Code: 'AccessDenied' }],
    ['404', { Kind: 'Error', Status: 404, Code: 'InvalidInstance.NotFound' }],
    ['200 with an error in it', { Kind: 'Error', Status: 200, Code: 'InvalidInstanceStatus' }],
    ['a quota with status 429', { Kind: 'Throttle', Code: 'QuotaExceeded.MaximumInstances' }],
    ['a quota with status 403', { Kind: 'Error', Status: 403, Code: 'QuotaExceeded.MaximumInstances' }],
    ['a quota with status 500', { Kind: 'Error', Status: 500, Code: 'QuotaExceeded.MaximumInstances' }],
    ['a limit with status 429', { Kind: 'Throttle', Code: 'LimitExceeded.Tags' }],
  ])('is not tried again: %s', async (_name, fault) => {
    ecs.faults.add(fault)
    const { describeAll, cloudCall } = clientFor(ecs.url)
    const error = await errorOf(describeAll())
    const { Code } = fault as { Code: string }
    expect([error.kind, error.details.code]).toEqual(['refused', Code])
    expect(ecs.calls).toHaveLength(1)
    expect(cloudCall()).toMatchObject({ tries: 1, error: Code })
  })

  it('is told with everything the cloud said', async () => {
    ecs.faults.add({ Kind: 'Error', Status: 403, Code: 'AccessDenied', Message: 'Not for you.' })
    const { describeAll, cloudCall } = clientFor(ecs.url)
    const error = await errorOf(describeAll())
    expect(error).toMatchObject({ action: 'DescribeInstances', kind: 'refused', message: 'Not for you.' })
    const { requestId } = ecs.calls[0] ?? {}
    expect(error.details).toMatchObject({ status: 403, code: 'AccessDenied', requestId })
    expect(cloudCall()).toMatchObject({ requestId, status: 403, error: 'AccessDenied' })
  })

  it('is a refusal too when its message is no text', async () => {
    const { url, asked } = await stub((_request, response) => {
      answerWith(response, { ResponseMetadata: { Error: { Code: 'AccessDenied', Message: 5 } } }, 403)
    })
    const error = await errorOf(clientFor(url).describeAll())
    expect([error.kind, error.details.code]).toEqual(['refused', 'AccessDenied'])
    expect(asked).toHaveLength(1)
  })

  it('is a wrong key, and a signature made with a wrong one', async () => {
    const settings = { endpoint: ecs.url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 3 }
    for (const [changed, code] of [
      [{ ...keys, access_key: 'AKOTHER' }, 'InvalidAccessKey'],
      [{ ...keys, secret_key: 'other-secret' }, 'SignatureDoesNotMatch'],
    ] as const) {
      const client = ecsClient(settings, credentialSource(changed, {}, []))
      const error = await errorOf(client.send('DescribeInstances', {}, callFor(configFor(ecs.url)), Page))
      expect([error.kind, error.details.code]).toEqual(['refused', code])
    }
    expect(ecs.calls).toHaveLength(2)
  })

  it('is every call when there are no credentials, and nothing is sent', async () => {
    const none = credentialSource({ access_key: '', secret_key: '', session_token: '' }, {}, [])
    const settings = { endpoint: ecs.url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 3 }
    const call = callFor(configFor(ecs.url))
    const error = await errorOf(ecsClient(settings, none).send('DescribeInstances', {}, call, Page))
    expect(error).toMatchObject({ kind: 'refused', details: { code: 'InvalidCredential' } })
    expect(ecs.calls).toEqual([])
  })
})

describe('Retry-After', () => {
  it('is waited for, and the log counts the wait', async () => {
    ecs.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 1, Times: 1 })
    const { describeAll, cloudCall } = clientFor(ecs.url)
    const ms = await timed(describeAll)
    expect(ms).toBeGreaterThanOrEqual(990)
    expect(ecs.calls).toHaveLength(2)
    expect(cloudCall()?.milliseconds).toBeGreaterThanOrEqual(990)
  })

  it('is handed on when there is no time to wait for it, and the call ends at once', async () => {
    ecs.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 60 })
    const { describeAll } = clientFor(ecs.url)
    const error = await errorOf(describeAll())
    expect(error).toMatchObject({ kind: 'throttled', details: { retryAfter: 60 } })
    expect(ecs.calls).toHaveLength(1)
  })

  it.each([
    // Read as a number of seconds in any way, none of them would leave time for the next try.
    ['a date', 'Wed, 21 Oct 2105 07:28:00 GMT'],
    ['a negative number', '-5'],
    ['beyond all numbers', '1e400'],
    ['a number written oddly', '99e21'],
    ['hexadecimal', '0xFFFF'],
    ['endless', '9'.repeat(400)],
    ['nonsense', 'soon'],
    ['nothing', ''],
  ])('that is %s does not stop the next try', async (_name, value) => {
    const { url, asked } = await stub((_request, response, count) => {
      if (count > 1) return answerWith(response, emptyPage)
      response.setHeader('Retry-After', value)
      return answerWith(response, {}, 429)
    })
    await clientFor(url).describeAll()
    expect(asked).toHaveLength(2)
  })

  it.each(['1e400', '1e21', '9'.repeat(400), '1.5e3'])('that is %s is not handed on', async (value) => {
    const { url } = await stub((_request, response) => {
      response.setHeader('Retry-After', value)
      answerWith(response, {}, 429)
    })
    const { retryAfter } = (await errorOf(clientFor(url, { maxTries: 1 }).describeAll())).details
    expect(retryAfter).toBeUndefined()
  })
})

describe.concurrent('time', () => {
  it('is given to each try, not to all of them together', async () => {
    const ecs = await ownEcs()
    ecs.faults.add({ Kind: 'Delay', DelayMs: 60_000, Times: 1 })
    const { describeAll, cloudCall } = clientFor(ecs.url, { tryTimeoutSeconds: 2 })
    expect(await timed(describeAll)).toBeGreaterThan(1_950)
    expect(cloudCall()).toMatchObject({ tries: 2, status: 200 })
  })

  it.each<[string, Fault]>([
    ['the cloud does not answer', { Kind: 'Delay', DelayMs: 3_600_000 }],
    ['the cloud throttles', { Kind: 'Throttle' }],
    ['the cloud fails', { Kind: 'Error', Status: 503, Code: 'ServiceUnavailableTemp' }],
    ['connections are cut', { Kind: 'CutBefore' }],
    ['answers cannot be read', { Kind: 'NotJson' }],
    ['the cloud asks to wait a second each time', { Kind: 'Throttle', RetryAfterSeconds: 1 }],
  ])('ends at the deadline when %s', async (_name, fault) => {
    const ecs = await ownEcs()
    ecs.faults.add(fault)
    // Nothing but the deadline can end it before the end of the test.
    await errorOf(clientFor(ecs.url, { maxTries: 1_000_000, tryTimeoutSeconds: 3_600, withinMs: 400 }).describeAll())
  })
})

describe('an answer that does not come to its end', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['nothing', () => {}],
    ['the head alone', (response) => response.flushHeaders()],
    [
      'one byte now and then',
      (response) => {
        const timer = setInterval(() => response.write(' '), 20)
        response.once('close', () => clearInterval(timer))
      },
    ],
  ])('is given up in time when the cloud sends %s', async (_name, trickle) => {
    const { url } = await stub((_request, response) => trickle(response))
    // Nothing but the deadline can end it before the end of the test.
    const { describeAll } = clientFor(url, { maxTries: 1, tryTimeoutSeconds: 3_600, withinMs: 300 })
    expect((await errorOf(describeAll())).kind).toBe('timeout')
  })
})

describe('after the deadline', () => {
  it('nothing is sent any more, not even over a connection that is open', async () => {
    const { client, call, describeAll } = clientFor(ecs.url)
    await describeAll()
    for (let time = 0; time < 10; time++) {
      const late = { ...call, deadline: Date.now() - 1 }
      expect((await errorOf(client.send('RunInstances', {}, late, v.unknown()))).kind).toBe('timeout')
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(ecs.calls.map(({ action }) => action)).toEqual(['DescribeInstances'])
  })
})

describe('an answer that is not what it should be', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['a number', 5],
    ['a text', '"text"'],
    ['a list', []],
    ['an object without ResponseMetadata', { Result: { Instances: [], TotalCount: 0 } }],
    ['ResponseMetadata null', { ResponseMetadata: null, Result: {} }],
    ['an Error that is a text', { ResponseMetadata: { Error: 'broken' }, Result: { Instances: [], TotalCount: 0 } }],
    ['an Error without Code', { ResponseMetadata: { Error: { Message: 'broken' } } }],
    ['no Result', { ResponseMetadata: {} }],
    ['Result null', enveloped(null)],
    ['a Result of another shape', enveloped({ Instances: 'none', TotalCount: 0 })],
    ['an instance without an id', enveloped({ Instances: [{ Status: 'RUNNING' }], TotalCount: 1 })],
    ['an id that is a number', enveloped({ Instances: [{ InstanceId: 7 }], TotalCount: 1 })],
    ['a deep nest', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ])('is unreadable: %s', async (_name, body) => {
    const { url, asked } = await stub((_request, response) => answerWith(response, body))
    const error = await errorOf(clientFor(url, { maxTries: 2 }).describeAll())
    expect(error.kind).toBe('unreadable')
    expect(asked).toHaveLength(2)
  })

  it('is not quoted: a password may stand in it', async () => {
    const { url } = await stub((_request, response) => answerWith(response, 'Password=Fake-Secret-1 {'))
    const { describeAll, call } = clientFor(url, { maxTries: 1 })
    const error = await errorOf(describeAll())
    const line = call.line(error)
    expect(line).toContain('Error')
    expect(line).not.toContain('Fake-Secret-1')
    expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain('Fake-Secret-1')
  })

  it('is not read to its end when it is endless', async () => {
    let sent = 0
    const { url } = await stub((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 32)
      const more = () => {
        while (!response.destroyed && sent < 200) {
          sent += 1
          if (!response.write(chunk)) return response.once('drain', more)
        }
        return response.end()
      }
      more()
    })
    const error = await errorOf(clientFor(url, { maxTries: 1, tryTimeoutSeconds: 10 }).describeAll())
    expect(error.kind).toBe('unreadable')
    expect(sent).toBeLessThan(100)
  })

  it('still gives the request id of the cloud, cut off as it is', async () => {
    const body = '{"ResponseMetadata":{"RequestId":"20260102030405ABCDEF","Act'
    const { url } = await stub((_request, response) => answerWith(response, body))
    const { describeAll, cloudCall } = clientFor(url, { maxTries: 1 })
    expect((await errorOf(describeAll())).details.requestId).toBe('20260102030405ABCDEF')
    expect(cloudCall()).toMatchObject({ requestId: '20260102030405ABCDEF', status: 200, error: 'unreadable' })
  })

  it('may be a success in spite of odd but harmless company', async () => {
    const odd = { ResponseMetadata: { Error: null, New: 1 }, Result: { ...emptyResult, New: [] }, Also: 1 }
    const { url } = await stub((_request, response) => answerWith(response, odd))
    expect(await clientFor(url).describeAll()).toMatchObject({ total: 0 })
  })
})

describe('whatever comes back', () => {
  const status = fc.oneof(
    fc.constantFrom(200, 201, 204, 301, 304, 400, 401, 404, 429, 500, 503, 504),
    fc.integer({ min: 200, max: 599 }),
  )
  const error = fc.oneof(
    fc.jsonValue(),
    fc.record({ Code: fc.oneof(fc.string(), fc.jsonValue()), Message: fc.oneof(fc.string(), fc.jsonValue()) }),
  )
  const likely = fc.record(
    {
      ResponseMetadata: fc.oneof(fc.jsonValue(), fc.record({ Error: error }), fc.constant({})),
      Result: fc.jsonValue(),
    },
    { requiredKeys: [] },
  )
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(text)),
    likely.map((value) => Buffer.from(JSON.stringify(value))),
  )

  it('is a result or a CloudError: any status with any body', async () => {
    let next: { status: number; body: Buffer } = { status: 200, body: Buffer.alloc(0) }
    const { url } = await stub((_request, response) => {
      response.writeHead(next.status)
      response.end(next.body)
    })
    const { client, call } = clientFor(url, { maxTries: 1, tryTimeoutSeconds: 5 })
    await fc.assert(
      fc.asyncProperty(status, body, async (status, body) => {
        next = { status, body }
        const outcome = await client
          .send('DescribeInstances', {}, call, v.object({ Value: NonEmptyText }))
          .catch((thrown: unknown) => thrown)
        if (outcome instanceof CloudError) return
        expect(outcome).toBeTypeOf('object')
        expect(outcome).not.toBeInstanceOf(Error)
        expect(status).toBeGreaterThanOrEqual(200)
        expect(status).toBeLessThan(300)
      }),
      { numRuns: 400 },
    )
  })

  it('is a result or a CloudError: any bytes at all on the connection', async () => {
    const start = fc.constantFrom(
      '',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 999 Odd\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n',
      'ICY 200 OK\r\n\r\n',
    )
    let next = Buffer.alloc(0)
    const { url } = await rawStub((socket) => socket.end(next))
    const { describeAll } = clientFor(url, { maxTries: 1, tryTimeoutSeconds: 5 })
    await fc.assert(
      fc.asyncProperty(start, fc.uint8Array({ maxLength: 200 }), async (head, tail) => {
        next = Buffer.concat([Buffer.from(head), Buffer.from(tail)])
        expect(await describeAll().catch((thrown: unknown) => thrown)).toBeInstanceOf(CloudError)
      }),
      { numRuns: 200 },
    )
  })

  it('ends in time when the cloud switches protocols instead of answering', async () => {
    const { url } = await rawStub((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n')
    })
    const { describeAll } = clientFor(url, { maxTries: 1, tryTimeoutSeconds: 1, withinMs: 3_600_000 })
    expect(await describeAll().catch((thrown: unknown) => thrown)).toBeInstanceOf(CloudError)
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await stub((_request, response) => answerWith(response, emptyPage))
    const { url } = await stub((_request, response) => {
      response.writeHead(302, { Location: elsewhere.url })
      response.end()
    })
    expect((await errorOf(clientFor(url, { maxTries: 1 }).describeAll())).kind).toBe('unreadable')
    expect(elsewhere.asked).toEqual([])
  })
})

describe('the log', () => {
  it('has one entry a call, however many tries it took', async () => {
    ecs.faults.add({ Kind: 'Throttle', Times: 1 })
    const { describeAll, call } = clientFor(ecs.url)
    await describeAll()
    await describeAll()
    const [first, second, ...others] = call.cloudCalls()
    expect(others).toEqual([])
    expect(first).toMatchObject({ action: 'DescribeInstances', tries: 2, status: 200 })
    expect(second).toMatchObject({ action: 'DescribeInstances', tries: 1, status: 200 })
    expect([first?.requestId, second?.requestId]).toEqual(ecs.calls.slice(1).map(({ requestId }) => requestId))
  })

  it('has neither the request id nor the status of an earlier try when the last one was not answered', async () => {
    ecs.faults.add({ Kind: 'Throttle', Times: 1 }, { Kind: 'CutBefore' })
    const { describeAll, cloudCall } = clientFor(ecs.url, { maxTries: 2 })
    await errorOf(describeAll())
    const { milliseconds, ...entry } = cloudCall() ?? {}
    expect(entry).toEqual({ action: 'DescribeInstances', tries: 2, error: 'unreachable' })
    expect(milliseconds).toBeTypeOf('number')
  })

  it('hides the secret key wherever it came from', async () => {
    const { call, describeAll } = clientFor(ecs.url)
    await describeAll()
    expect(call.log.redact('key local-secret here')).toBe('key [redacted] here')
  })
})

describe('the request', () => {
  it('is a GET with the parameters flat in the query, whatever stands in them', async () => {
    const odd = "a b*!'()~+/&=%#?;é沙箱\n\u{1f600}"
    const { client, call } = clientFor(ecs.url)
    await client.send('DescribeInstances', { InstanceName: odd, InstanceIds: ['i-a', 'i-b'] }, call, v.unknown())
    expect(ecs.calls[0]).toMatchObject({
      status: 200,
      params: { InstanceName: odd, 'InstanceIds.1': 'i-a', 'InstanceIds.2': 'i-b' },
    })
  })

  it('is signed so that the cloud accepts it, whatever text it carries', async () => {
    const { client, call } = clientFor(ecs.url)
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 40 }), async (InstanceName) => {
        await client.send('DescribeInstances', { InstanceName }, call, v.unknown())
        expect(ecs.calls.at(-1)?.params.InstanceName).toBe(InstanceName)
      }),
      { numRuns: 100 },
    )
  })

  it('signs and sends the session token', async () => {
    const { url, headers } = await stub((_request, response) => answerWith(response, emptyPage))
    const temporary = credentialSource({ ...keys, session_token: 'fake-session-token' }, {}, [])
    const settings = { endpoint: url, region: 'cn-beijing', try_timeout_seconds: 10, max_tries: 1 }
    const call = callFor(configFor(url))
    await ecsClient(settings, temporary).send('DescribeInstances', {}, call, Page)
    expect(headers[0]).toMatchObject({ 'x-security-token': 'fake-session-token' })
    expect(headers[0]?.authorization).toMatch(/SignedHeaders=[\w;-]*x-security-token/)
    const real = { ...settings, endpoint: ecs.url }
    expect(await ecsClient(real, temporary).send('DescribeInstances', {}, call, Page)).toMatchObject({ total: 0 })
    expect(call.log.redact('fake-session-token')).toBe('[redacted]')
  })

  it('carries no X-Security-Token without a session token', async () => {
    const { url, headers } = await stub((_request, response) => answerWith(response, emptyPage))
    await clientFor(url).describeAll()
    expect(headers[0]).not.toHaveProperty('x-security-token')
  })

  it('is signed for the configured region', async () => {
    ecs.seed(1, { zoneId: 'cn-shanghai-b' })
    const settings = { endpoint: ecs.url, region: 'cn-shanghai', try_timeout_seconds: 10, max_tries: 1 }
    const client = ecsClient(settings, credentialSource(keys, {}, []))
    const page = await client.send('DescribeInstances', {}, callFor(configFor(ecs.url)), Page)
    expect(page.total).toBe(1)
  })
})

describe('connections', () => {
  it('are used again', async () => {
    const { url, connections } = await stub((_request, response) => answerWith(response, emptyPage))
    const { describeAll } = clientFor(url)
    for (let call = 0; call < 5; call++) await describeAll()
    expect(connections()).toBe(1)
  })

  it('are used again after a refusal and after an unreadable answer', async () => {
    const { url, connections } = await stub((_request, response, count) => {
      if (count === 1) return answerWith(response, '<html>', 502)
      if (count === 2) return answerWith(response, { ResponseMetadata: { Error: { Code: 'AccessDenied' } } }, 403)
      return answerWith(response, emptyPage)
    })
    const { describeAll } = clientFor(url, { maxTries: 1 })
    expect((await errorOf(describeAll())).kind).toBe('failed')
    expect((await errorOf(describeAll())).kind).toBe('refused')
    await describeAll()
    expect(connections()).toBe(1)
  })

  it('serve many calls at a time, and all of these serve the next ones', async () => {
    const { url, connections } = await stub((_request, response) => {
      setTimeout(() => answerWith(response, emptyPage), 30)
    })
    const { describeAll } = clientFor(url)
    await Promise.all(Array.from({ length: 20 }, describeAll))
    expect(connections()).toBe(20)
    await Promise.all(Array.from({ length: 20 }, describeAll))
    expect(connections()).toBe(20)
  })

  it('are opened ahead, by a request of nobody, for the first call', async () => {
    const { url, connections, asked } = await stub((_request, response) => answerWith(response, emptyPage))
    const { client, describeAll } = clientFor(url)
    client.open()
    await expect.poll(connections).toBe(1)
    expect(asked).toEqual([])
    await describeAll()
    await describeAll()
    expect(connections()).toBe(1)
  })

  it('need not come about when they are opened ahead: the first call makes its own', async () => {
    const gone = await startStub(() => {})
    await gone.close()
    const { client, describeAll } = clientFor(gone.url, { maxTries: 1 })
    client.open()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await errorOf(describeAll())).kind).toBe('unreachable')
  })

  it('that have all died without a word, as after a thaw, cost one try and no more', async () => {
    const waiting = new Set<ServerResponse['socket']>()
    let thawed = false
    const { url } = await stub((request, response) => {
      // Who was connected before the thaw is not heard any longer.
      if (thawed && waiting.has(request.socket)) return
      waiting.add(request.socket)
      setTimeout(() => answerWith(response, emptyPage), 20)
    })
    const { describeAll } = clientFor(url, { maxTries: 2, tryTimeoutSeconds: 3 })
    await Promise.all(Array.from({ length: 5 }, describeAll))
    thawed = true
    await describeAll()
    expect(waiting.size).toBe(6)
  })

  it('may be closed by the cloud while they wait', async () => {
    const { url, connections, closeIdle } = await stub((_request, response) => answerWith(response, emptyPage))
    const { describeAll } = clientFor(url)
    for (let call = 0; call < 5; call++) {
      await describeAll()
      closeIdle()
    }
    expect(connections()).toBeGreaterThan(1)
  })

  it('may be closed by the cloud at the very moment of the next call', async () => {
    const served = new WeakSet<object>()
    const { url, connections } = await stub((request, response) => {
      if (served.has(request.socket)) return request.socket.destroy()
      served.add(request.socket)
      return answerWith(response, emptyPage)
    })
    const { describeAll } = clientFor(url)
    for (let call = 0; call < 3; call++) await describeAll()
    expect(connections()).toBe(3)
  })
})
