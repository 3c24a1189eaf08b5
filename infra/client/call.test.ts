import type { ServerResponse } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { EcsManagerError } from './error.ts'
import { answer, failure, type Received, startServer, type TestServer } from './testing.ts'

let server: TestServer
afterEach(() => server?.close())

const SUCCESS = { ResponseMetadata: { RequestId: 'r' }, Result: { SandboxId: 'i-1' } }

/** Answers the calls one after the other, the last answer also to all that follow. */
async function serve(...answers: ((response: ServerResponse, request: Received) => unknown)[]) {
  let calls = 0
  server = await startServer((request, response) => answers[Math.min(calls++, answers.length - 1)]?.(response, request))
  return createClient({ url: server.url, key: 'fake-key' })
}

const succeed = (response: ServerResponse) => answer(response, 200, SUCCESS)
const fail = (status: number, code: string, headers?: Record<string, string>) => (response: ServerResponse) =>
  answer(response, status, failure(code), headers)
const cut = (response: ServerResponse) => response.destroy()
const html = (status: number) => (response: ServerResponse) => response.writeHead(status).end('<h1>Bad Gateway</h1>')

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it has succeeded'),
    (error) => error,
  )

describe('a call', () => {
  test('has its parameters in the body, the key and a request id', async () => {
    const client = await serve(succeed)
    expect(await client.call('RenewSandbox', { SandboxId: 'i-1', LifetimeSeconds: 60 })).toEqual(SUCCESS)
    expect(server.received).toEqual([
      {
        action: 'RenewSandbox',
        parameters: { SandboxId: 'i-1', LifetimeSeconds: 60 },
        requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
        key: 'fake-key',
      },
    ])
  })

  test.each([
    ['a lost connection', cut],
    ['a failure of the cloud', fail(503, 'ServiceUnavailable')],
    ['too many calls', fail(429, 'FlowLimitExceeded')],
    ['a late cloud', fail(504, 'UpstreamTimeout')],
    ['a proxy without an upstream', html(502)],
    [
      'a crashed function',
      (r: ServerResponse) => answer(r, 500, { error_code: 'function_crashed', error_message: '' }),
    ],
  ])('is repeated after %s, with the same request id', async (_, first) => {
    const client = await serve(first, succeed)
    expect(await client.call('StopSandbox', { SandboxId: 'i-1' })).toEqual(SUCCESS)
    expect(server.received).toHaveLength(2)
    expect(new Set(server.received.map(({ requestId }) => requestId)).size).toBe(1)
  })

  test.each([
    ['a wrong parameter', 'DeleteSandbox', fail(400, 'InvalidParameter.SandboxId')],
    ['a bug of the service', 'DeleteSandbox', fail(500, 'InternalError')],
    ['a refusal of the cloud', 'DeleteSandbox', fail(502, 'InvalidCredential')],
    ['a used quota', 'DeleteSandbox', fail(429, 'QuotaExceeded.MaximumInstances')],
    ['a page of another server', 'DeleteSandbox', html(404)],
    ['a redirection', 'DeleteSandbox', (r: ServerResponse) => r.writeHead(302, { Location: '/' }).end()],
  ] as const)('is not repeated after %s', async (_, action, first) => {
    const client = await serve(first, succeed)
    expect(await errorOf(client.call(action, { SandboxId: 'i-1' }))).toMatchObject({ tries: 1, isTemporary: false })
    expect(server.received).toHaveLength(1)
  })

  test('is not repeated if it uses up a token', async () => {
    const client = await serve(cut, succeed)
    expect(await errorOf(client.call('ValidateVncToken', { Token: 'i-1.x' }))).toMatchObject({ code: 'NoAnswer' })
    expect(server.received).toHaveLength(1)
  })

  test('that creates has the same ClientToken in all tries, and another one than the next call', async () => {
    const client = await serve(cut, cut, succeed)
    await client.call('CreateSandbox', { InstanceName: 'a' })
    await client.call('CreateSandbox', { InstanceName: 'a' })
    const tokens = server.received.map(({ parameters }) => parameters.ClientToken)
    expect(tokens[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(tokens.slice(0, 3)).toEqual([tokens[0], tokens[0], tokens[0]])
    expect(tokens[3]).not.toBe(tokens[0])
  })

  test('waits as long as Retry-After says', async () => {
    const client = await serve(fail(503, 'ServiceUnavailable', { 'Retry-After': '1' }), succeed)
    const started = performance.now()
    await client.call('DeleteSandbox', { SandboxId: 'i-1' })
    expect(performance.now() - started).toBeGreaterThan(950)
  })

  test('fails at once if Retry-After is after its deadline', async () => {
    const client = await serve(fail(503, 'ServiceUnavailable', { 'Retry-After': '60' }))
    const error = await errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }, { timeout: '30s' }))
    expect(error).toMatchObject({ code: 'ServiceUnavailable', retryAfterSeconds: 60, tries: 1 })
  })

  test('ends at its deadline, also if the service never answers', async () => {
    const client = await serve(() => {})
    const error = await errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }, { timeout: 0.3 }))
    expect(error).toMatchObject({ code: 'AnswerTimeout', status: 0, requestId: server.received[0]?.requestId })
  })

  test('is sent again if one try takes too long', async () => {
    const client = await serve(() => {}, succeed)
    expect(await client.call('DeleteSandbox', { SandboxId: 'i-1' }, { tryTimeout: 0.2 })).toEqual(SUCCESS)
  })

  test.each(['during a try', 'in a pause'])('is aborted %s', async (when) => {
    const client = await serve(when === 'during a try' ? () => {} : fail(503, 'X', { 'Retry-After': '30' }))
    const reason = new Error('enough')
    const stop = new AbortController()
    const error = errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }, { signal: stop.signal }))
    await expect.poll(() => server.received.length).toBe(1)
    setTimeout(() => stop.abort(reason), 50)
    expect(await error).toBe(reason)
  })

  test('is not sent if it is already aborted', async () => {
    const client = await serve(succeed)
    await errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }, { signal: AbortSignal.abort() }))
    expect(server.received).toEqual([])
  })
})

describe('an error', () => {
  test('has the code, the status and the request id of the service', async () => {
    const client = await serve(fail(409, 'InvalidSandboxStatus'))
    const error = await errorOf(client.call('StartSandbox', { SandboxId: 'i-1' }))
    expect(error).toBeInstanceOf(EcsManagerError)
    const expected = {
      code: 'InvalidSandboxStatus',
      status: 409,
      requestId: 'id-of-the-service',
      message: 'It failed.',
    }
    expect(error).toMatchObject(expected)
  })

  test('says soon that there is no service', async () => {
    const client = await serve(succeed)
    server.close()
    const error = await errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }))
    expect(error).toMatchObject({ code: 'Unreachable', message: `${server.url} cannot be reached.`, tries: 3 })
  })

  test('says at once that the address does not speak TLS', async () => {
    await serve(succeed)
    const client = createClient({ url: server.url.replace('http:', 'https:') })
    expect(await errorOf(client.call('DescribeSandboxes', {}))).toMatchObject({
      code: 'NoAnswer',
      tries: 1,
      isTemporary: false,
      message: expect.stringMatching(/: (ERR_SSL|EPROTO)/),
    })
  })

  test('says at once that fetch does not use the port', async () => {
    const client = createClient({ url: 'http://127.0.0.1:1' })
    expect(await errorOf(client.call('DescribeSandboxes', {}))).toMatchObject({
      code: 'NoAnswer',
      tries: 1,
      isTemporary: false,
      message: expect.stringMatching(/: bad port\.$/),
    })
  })

  test('says that another server has answered', async () => {
    const client = await serve(html(404))
    const error = await errorOf(client.call('DeleteSandbox', { SandboxId: 'i-1' }))
    expect(error).toMatchObject({ code: 'UnknownAnswer', status: 404, requestId: server.received[0]?.requestId })
  })

  test('ends an answer without an end', async () => {
    let sent = 0
    function* blocks() {
      for (;;) {
        sent += 1
        yield Buffer.alloc(1024 * 1024, ' ')
      }
    }
    const client = await serve((response) => {
      pipeline(Readable.from(blocks()), response, () => {})
    })
    const error = await errorOf(client.call('DescribeSandboxes', {}))
    expect(error).toMatchObject({ code: 'UnknownAnswer', message: expect.stringContaining('more than') })
    expect(sent).toBeLessThan(100)
  })

  test('of a broken answer is that of a lost connection', async () => {
    const client = await serve((response) => {
      response.writeHead(200, { 'Content-Length': '100' })
      response.write('{', () => response.destroy())
    }, succeed)
    expect(await client.call('DescribeSandboxes', {})).toEqual(SUCCESS)
  })
})

describe('a client', () => {
  test.each(['no url', 'ftp://127.0.0.1', 'http://user:fake-secret@127.0.0.1', 'http://127.0.0.1/?Action=x'])(
    'is not created for the URL %s',
    (url) => {
      expect(() => createClient({ url })).toThrow(expect.objectContaining({ code: 'InvalidArgument' }))
      expect(() => createClient({ url })).not.toThrow('fake-secret')
    },
  )

  test('is not created with a key that no header can have, and does not repeat it', () => {
    expect(() => createClient({ key: 'fake-secret\n' })).toThrow('The key must have no spaces')
    expect(() => createClient({ key: 'fake-secret\n' })).not.toThrow('fake-secret')
  })

  test('takes its address and key from the environment', async () => {
    await serve(succeed)
    process.env.ECS_MANAGER_URL = `${server.url}/`
    process.env.ECS_MANAGER_KEY = 'fake-key-of-the-environment'
    try {
      await createClient().call('DeleteSandbox', { SandboxId: 'i-1' })
    } finally {
      delete process.env.ECS_MANAGER_URL
      delete process.env.ECS_MANAGER_KEY
    }
    expect(server.received).toMatchObject([{ action: 'DeleteSandbox', key: 'fake-key-of-the-environment' }])
  })

  test('keeps the path of its address', async () => {
    await serve(succeed)
    await createClient({ url: `${server.url}/sandboxes/` }).call('DeleteSandbox', { SandboxId: 'i-1' })
    expect(server.received[0]?.action).toBe('/sandboxes/?Action=DeleteSandbox&Version=2020-04-01')
  })
})
