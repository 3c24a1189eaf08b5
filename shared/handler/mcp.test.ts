import * as v from 'valibot'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { inBase64, type Pair, type Sent, SHAPES, vefaas } from '../../tests/support/events.ts'
import { AUTHORIZED, configure, toAnswer } from '../../tests/support/service.ts'
import { ActionError } from '../errors.ts'
import type { PlatformContext } from './invocation.ts'
import { mcp } from './mcp.ts'
import { type Tool, type ToolCall, tool } from './tool.ts'

let lines: string[] = []

beforeEach(async () => {
  lines = []
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
  // Nothing listens there: these tools call no cloud.
  await configure('http://127.0.0.1:9')
})

const log = () => lines.map((line) => JSON.parse(line))

const annotations = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }

/** A tool that repeats its argument, or does other work. */
function echo(run?: (text: string, call: ToolCall) => Promise<object>): Tool {
  return tool({
    name: 'echo',
    title: 'Echo',
    description: 'Repeats.',
    right: 'DescribeSandboxes',
    annotations,
    input: v.object({ text: v.string('must be a text'), more: v.optional(v.number('must be a number')) }),
    output: v.object({ text: v.string() }),
    async run({ text }, call) {
      return { data: run ? { ...(await run(text, call)) } : { text } }
    },
  })
}

const picture = tool({
  name: 'picture',
  title: 'Picture',
  description: 'Shows.',
  right: 'UseDesktop',
  annotations,
  input: v.object({}),
  output: v.object({ width: v.number() }),
  run: async () => ({ data: { width: 1 }, picture: Uint8Array.of(137, 80, 78, 71) }),
})

const endpoint = (...tools: Tool[]) => mcp({ instructions: 'Use the tools.', tools })

const HEADERS: Pair[] = [
  ...AUTHORIZED,
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json, text/event-stream'],
]

const post = (body: unknown, headers: readonly Pair[] = []): Sent => ({
  method: 'POST',
  headers: [...HEADERS, ...headers],
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const request = (method: string, params?: object, id: number | string = 1) => ({ jsonrpc: '2.0', id, method, params })
const call = (name: string, values: object = {}, id: number | string = 1) =>
  request('tools/call', { name, arguments: values }, id)

type Handler = ReturnType<typeof mcp>

async function send(handler: Handler, sent: Sent, context: PlatformContext = {}) {
  const { status, headers, text } = toAnswer({ ...(await handler(vefaas(sent), context)), body: '' })
  return { status, headers, text }
}

async function answerTo(handler: Handler, body: unknown, headers: readonly Pair[] = [], context: PlatformContext = {}) {
  const reply = await handler(vefaas(post(body, headers)), context)
  return { status: reply.statusCode, body: reply.body === '' ? undefined : JSON.parse(reply.body) }
}

const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}

describe('the protocol', () => {
  test.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])('is spoken in version %s', async (version) => {
    const { status, body } = await answerTo(
      endpoint(echo()),
      request('initialize', { ...INITIALIZE, protocolVersion: version }),
    )
    expect(status).toBe(200)
    expect(body.result).toMatchObject({
      protocolVersion: version,
      capabilities: { tools: {} },
      serverInfo: { name: 'ecs-manager' },
      instructions: 'Use the tools.',
    })
  })

  test('offers its newest version to a client of an unknown one', async () => {
    const params = { ...INITIALIZE, protocolVersion: '2099-01-01' }
    const { body } = await answerTo(endpoint(echo()), request('initialize', params))
    expect(body.result.protocolVersion).toBe('2025-11-25')
  })

  test('refuses a request in an unknown version', async () => {
    const { status, body } = await answerTo(endpoint(echo()), request('tools/list'), [
      ['MCP-Protocol-Version', '2099-01-01'],
    ])
    expect([status, body.error.code]).toEqual([400, -32000])
  })

  test('needs no session: the first request may be a call', async () => {
    const { status, body } = await answerTo(endpoint(echo()), call('echo', { text: 'a' }))
    expect(status).toBe(200)
    expect(body).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: { content: [{ type: 'text', text: '{"text":"a"}' }], structuredContent: { text: 'a' } },
    })
  })

  test('answers a ping', async () => {
    expect(await answerTo(endpoint(echo()), request('ping'))).toMatchObject({ status: 200, body: { result: {} } })
  })

  test.each([
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['a cancellation', { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }],
    ['an unknown notification', { jsonrpc: '2.0', method: 'notifications/other' }],
    ['an answer', { jsonrpc: '2.0', id: 9, result: {} }],
    [
      'several notifications',
      [
        { jsonrpc: '2.0', method: 'a' },
        { jsonrpc: '2.0', method: 'b' },
      ],
    ],
  ])('accepts %s with 202 and no body', async (_, body) => {
    expect(await answerTo(endpoint(echo()), body)).toEqual({ status: 202, body: undefined })
  })

  test('answers all requests of a batch, also one that the batch cancels', async () => {
    const { status, body } = await answerTo(endpoint(echo()), [
      call('echo', { text: 'a' }, 1),
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      call('echo', { text: 'b' }, 'two'),
    ])
    expect(status).toBe(200)
    expect(body.map(({ id, result }: { id: unknown; result: object }) => [id, result])).toEqual([
      [1, expect.objectContaining({ structuredContent: { text: 'a' } })],
      ['two', expect.objectContaining({ structuredContent: { text: 'b' } })],
    ])
    expect(log()[0]).toMatchObject({ tool: 'echo,echo', status: 200 })
  })

  test.each([
    ['no JSON', '{', -32700],
    ['nothing', '', -32700],
    ['a duplicate name', '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}', -32700],
    ['JSON that is no message', '{"a":1}', -32700],
    ['null', 'null', -32700],
    ['a batch of 101', JSON.stringify(Array(101).fill(request('ping'))), -32600],
  ])('refuses a body with %s', async (_, body, code) => {
    expect(await answerTo(endpoint(echo()), body)).toMatchObject({ status: 400, body: { error: { code } } })
    expect(log()[0]).toMatchObject({ action: 'Mcp', status: 400 })
  })

  test.each([
    [406, 'Accept', 'application/json'],
    [415, 'Content-Type', 'text/plain'],
  ])('answers %s to a wrong %s', async (status, name, value) => {
    const headers = [...HEADERS.filter(([header]) => header !== name), [name, value] as const]
    const sent = { method: 'POST', headers, body: JSON.stringify(request('ping')) }
    expect((await send(endpoint(echo()), sent)).status).toBe(status)
  })

  test('says that a method or a tool does not exist', async () => {
    const handler = endpoint(echo())
    expect((await answerTo(handler, request('resources/list'))).body.error.code).toBe(-32601)
    const { status, body } = await answerTo(handler, call('private words'))
    expect([status, body.error.code]).toEqual([200, -32602])
    expect(`${lines}${JSON.stringify(body)}`).not.toContain('private')
  })

  test.each(Object.entries(SHAPES))('reads events of %s', async (_, shape) => {
    const body = call('echo', { text: 'Grüße 中文' })
    for (const event of [shape(post(body)), inBase64(shape(post(body)))]) {
      const { body } = await endpoint(echo())(event)
      expect(JSON.parse(body).result.structuredContent).toEqual({ text: 'Grüße 中文' })
    }
  })

  test('sends the progress before the answer, in one stream, to a client that wants it', async () => {
    const handler = endpoint(
      echo(async (text, { progress }) => {
        await progress('half')
        await progress('almost')
        return { text }
      }),
    )
    const params = { name: 'echo', arguments: { text: 'a' }, _meta: { progressToken: 'p' } }
    const reply = await handler(vefaas(post(request('tools/call', params))))
    expect(reply.headers?.['Content-Type']).toBe('text/event-stream')
    const messages = reply.body
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => JSON.parse(event.replace(/^event: message\ndata: /, '')))
    expect(messages).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, message: 'half' } },
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 2, message: 'almost' } },
      { id: 1, result: { structuredContent: { text: 'a' } } },
    ])
    // Without the token, the same call has a plain answer.
    expect((await answerTo(handler, call('echo', { text: 'a' }))).body.result.structuredContent).toEqual({ text: 'a' })
  })
})

describe('HTTP', () => {
  test.each(['GET', 'DELETE', 'PUT'])('%s is 405, as there are no streams and sessions', async (method) => {
    const { status, headers } = await send(endpoint(echo()), { ...post(request('ping')), method })
    expect([status, headers.allow]).toEqual([405, 'POST, HEAD, OPTIONS'])
  })

  test.each(['HEAD', 'OPTIONS'])('%s does nothing and needs no key', async (method) => {
    const { status, headers } = await send(endpoint(echo()), { method })
    expect([status, headers.allow]).toEqual([204, 'POST, HEAD, OPTIONS'])
  })

  test('without a key is 401 with the kind of authentication', async () => {
    const sent = { ...post(call('echo', { text: 'a' })), headers: HEADERS.slice(1) }
    const { status, headers } = await send(endpoint(echo()), sent)
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
    expect(log()[0]).toMatchObject({ action: 'Mcp', code: 'MissingAuthenticationToken' })
  })

  test('with a body above 64 KiB is 413', async () => {
    const { status } = await send(endpoint(echo()), post(call('echo', { text: 'x'.repeat(65_536) })))
    expect(status).toBe(413)
  })

  test('answers have no cache and the id of the request', async () => {
    const { headers } = await send(endpoint(echo()), post(request('ping'), [['X-Request-ID', 'r-1']]))
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-request-id': 'r-1' })
  })
})

describe('tools', () => {
  test('are listed with schemas and annotations', async () => {
    const { body } = await answerTo(endpoint(echo(), picture), request('tools/list'))
    expect(body.result.tools).toEqual([
      {
        name: 'echo',
        title: 'Echo',
        description: 'Repeats.',
        annotations,
        inputSchema: {
          type: 'object',
          properties: { text: { type: 'string', description: '' }, more: { type: 'number', description: '' } },
          required: ['text'],
          additionalProperties: false,
        },
        outputSchema: {
          type: 'object',
          properties: { text: { type: 'string', description: '' } },
          required: ['text'],
        },
      },
      expect.objectContaining({ name: 'picture' }),
    ])
  })

  test('return pictures', async () => {
    const { body } = await answerTo(endpoint(picture), call('picture'))
    expect(body.result.content).toEqual([
      { type: 'image', mimeType: 'image/png', data: 'iVBORw==' },
      { type: 'text', text: '{"width":1}' },
    ])
  })

  test.each([
    ['a missing argument', {}, 'MissingParameter.text: text is required.'],
    ['a wrong argument', { text: 7 }, 'InvalidParameter.text: text must be a text.'],
    ['an unknown argument', { text: 'a', x: 1 }, 'UnknownParameter.x: There is no parameter x. Known: text, more.'],
  ])('refuse %s in a result that a model can read', async (_, values, message) => {
    const { status, body } = await answerTo(endpoint(echo()), call('echo', values), [['X-Request-ID', 'r-1']])
    expect(status).toBe(200)
    expect(body.result).toEqual({ isError: true, content: [{ type: 'text', text: `${message} (request r-1)` }] })
    expect(log()[0]).toMatchObject({ tool: 'echo', status: 400, code: message.split(':')[0] })
  })

  test('read null as an argument that is left out', async () => {
    const { body } = await answerTo(endpoint(echo()), call('echo', { text: 'a', more: null }))
    expect(body.result.structuredContent).toEqual({ text: 'a' })
  })

  test('that fail are results with the code, and the log has status and sandbox', async () => {
    const handler = endpoint(
      echo(async (_, { concerns }) => {
        concerns('i-1')
        throw new ActionError(429, 'QuotaExceeded.X', 'Too many.')
      }),
    )
    const { status, body } = await answerTo(handler, call('echo', { text: 'a' }), [['X-Request-ID', 'r-1']])
    expect(status).toBe(200)
    expect(body.result).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'QuotaExceeded.X: Too many. (request r-1)' }],
    })
    expect(log()).toMatchObject([
      { action: 'Mcp', tool: 'echo', sandboxId: 'i-1', status: 429, code: 'QuotaExceeded.X' },
    ])
  })

  test('with a bug tell the caller nothing of it', async () => {
    const handler = endpoint(echo(() => Promise.reject(new TypeError('private words'))))
    const { body } = await answerTo(handler, call('echo', { text: 'a' }))
    expect(body.result).toMatchObject({ isError: true })
    expect(body.result.content[0].text).toMatch(/^InternalError: The manager failed/)
    expect(JSON.stringify(body)).not.toContain('private')
    expect(log()[0]).toMatchObject({ status: 500, code: 'InternalError' })
    expect(log()[0].error).toContain('private words')
  })

  test('do not repeat a secret in their failure', async () => {
    const handler = endpoint(
      echo(async (text, { log }) => {
        log.secret(text)
        throw new ActionError(503, 'ServiceUnavailable', `It said ${text}.`)
      }),
    )
    const { body } = await answerTo(handler, call('echo', { text: 'hunter2-hunter2' }))
    expect(body.result.content[0].text).toContain('It said [redacted].')
    expect(lines.join()).not.toContain('hunter2')
  })

  test('that do not end in time are a result, and no failure of HTTP', async () => {
    const handler = endpoint(echo(() => new Promise(() => {})))
    const context = { getRemainingTimeInMillis: () => 700 }
    const { status, body } = await answerTo(handler, call('echo', { text: 'a' }), [], context)
    expect(status).toBe(200)
    expect(body.result.content[0].text).toMatch(/^UpstreamTimeout: /)
    expect(log()[0]).toMatchObject({ tool: 'echo', status: 504 })
  })

  test('get different ids of the caller for two calls in one request', async () => {
    const ids: unknown[] = []
    const handler = endpoint(
      echo(async (text, { callerRequestId }) => {
        ids.push(callerRequestId)
        return { text }
      }),
    )
    const batch = [call('echo', { text: 'a' }, 1), call('echo', { text: 'a' }, 2)]
    await answerTo(handler, batch, [['X-Request-ID', 'r-1']])
    await answerTo(handler, batch, [['X-Request-ID', 'r-1']])
    expect(new Set(ids).size).toBe(2)
    expect(ids).toHaveLength(4)
  })
})

describe('rights', () => {
  const withRights = (...actions: string[]) =>
    configure('http://127.0.0.1:9', {
      'security.keys': JSON.stringify({ agent: { key: 'fake-key-for-tests', actions } }),
    })

  test('decide which tools are listed and callable', async () => {
    await withRights('read')
    const handler = endpoint(echo(), picture)
    const listed = await answerTo(handler, request('tools/list'))
    expect(listed.body.result.tools.map(({ name }: { name: string }) => name)).toEqual(['echo'])
    expect((await answerTo(handler, call('echo', { text: 'a' }))).body.result.isError).toBeUndefined()
    const { body } = await answerTo(handler, call('picture'))
    expect(body.result).toMatchObject({ isError: true })
    expect(body.result.content[0].text).toMatch(/^OperationDenied.Action: .*"UseDesktop" or "use"/)
    expect(log().at(-1)).toMatchObject({ tool: 'picture', caller: 'agent', status: 403 })
  })

  test('without which no tool is left are 403', async () => {
    await withRights('ValidateVncToken')
    const { status } = await send(endpoint(echo(), picture), post(request('initialize', INITIALIZE)))
    expect(status).toBe(403)
    expect(log()[0]).toMatchObject({ code: 'OperationDenied.Action', caller: 'agent' })
  })
})
