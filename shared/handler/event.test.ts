import { setTimeout } from 'node:timers/promises'
import * as v from 'valibot'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { inBase64, type Pair, type Sent, SHAPES, type Shape, vefaas } from '../../tests/support/events.ts'
import {
  batched,
  binary,
  cloudEvent,
  eventBridge,
  scheduled,
  sns,
  snsNotification,
  sqs,
  sqsRecord,
  structured,
  vefaasEvent,
} from '../../tests/support/messages.ts'
import { AUTHORIZED, CALLER, configure, KEY } from '../../tests/support/service.ts'
import { PLATFORM } from '../config/callers.ts'
import { ActionError } from '../errors.ts'
import { event } from './event.ts'
import type { Call, PlatformContext } from './invocation.ts'

let lines: string[] = []
let inputs: unknown[] = []
let runs = 0

// Nothing listens there: these functions call no cloud.
const configured = (settings: Record<string, string> = {}) => configure('http://127.0.0.1:9', settings)

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
beforeEach(async () => {
  lines = []
  inputs = []
  runs = 0
  await configured()
})

const RESULT = { Done: 'all of it' }
const name = v.pipe(v.string('must be a text'), v.regex(/^[a-z]+$/, 'must be small letters'))

type Run = (
  inputs: readonly { Name: string }[],
  call: Call,
) => Promise<{ result: object; failures: (ActionError | undefined)[] }>

const done: Run = async () => ({ result: RESULT, failures: [] })

/** A function with such work, which remembers what it was given. */
function doing(run: Run = done) {
  return event({
    name: 'TeardownSandboxes',
    input: v.object({ Name: name }),
    run(found, call) {
      runs += 1
      inputs.push(...found)
      return run(found, call)
    },
  })
}

/** Work that never ends, and whether a number of milliseconds has passed since it began. */
function endless(milliseconds: number) {
  const work = {
    isOver: false,
    run: () => {
      setTimeout(milliseconds, undefined, { ref: false }).then(() => {
        work.isOver = true
      })
      return new Promise<never>(() => {})
    },
  }
  return work
}

/** Fails the messages with these names. */
const failing =
  (errors: Record<string, ActionError>): Run =>
  async (inputs) => ({ result: RESULT, failures: inputs.map(({ Name }) => errors[Name]) })

const line = () => {
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

const GOOD = { Name: 'good' }
const UNAVAILABLE = new ActionError(503, 'ServiceUnavailable', 'The cloud fails.', { retryAfter: 7 })

const VEFAAS: PlatformContext = { requestId: 'vefaas-1' }
const AWS: PlatformContext = { awsRequestId: 'aws-1', getRemainingTimeInMillis: () => 30_000 }

/** The events that a platform repeats when the function throws, with the context that they come in. */
const PLATFORMS: [string, (data: unknown) => unknown, PlatformContext | undefined][] = [
  ['a timer of veFaaS', (data) => vefaasEvent('timer', JSON.stringify(data)), VEFAAS],
  ['an older timer of veFaaS', (data) => vefaasEvent('timer', data, { type: 'bytefaas.timer.event' }), VEFAAS],
  ['Kafka on veFaaS', (data) => vefaasEvent('kafka', [{ topic: 't', value: data }]), VEFAAS],
  ['RocketMQ on veFaaS', (data) => vefaasEvent('rocketmq', { topic: 't', body: JSON.stringify(data) }), VEFAAS],
  ['BMQ on veFaaS', (data) => vefaasEvent('bmq', data), undefined],
  ['a CloudEvent on veFaaS', (data) => cloudEvent(data), VEFAAS],
  ['a direct invocation on veFaaS', (data) => data, VEFAAS],
  ['SNS', (data) => sns(data), AWS],
  ['EventBridge', (data) => eventBridge(data), AWS],
  ['a CloudEvent on AWS', (data) => cloudEvent(data), AWS],
  ['a direct invocation on AWS', (data) => data, AWS],
  ['a direct invocation', (data) => data, undefined],
]

describe.each(PLATFORMS)('%s', (platform, carry, context) => {
  const isVefaas = platform.includes('veFaaS')

  test('is answered with the result', async () => {
    const answer = await doing()(carry(GOOD), context)
    expect(inputs).toEqual([GOOD])
    if (isVefaas) {
      expect(answer).toMatchObject({ statusCode: 200, headers: { 'Cache-Control': 'no-store' } })
      expect(Object.keys(answer)).toEqual(['statusCode', 'headers', 'body'])
      expect(JSON.parse((answer as { body: string }).body)).toEqual(RESULT)
    } else {
      expect(answer).toEqual(RESULT)
    }
    expect(line()).toMatchObject({
      level: 'info',
      action: 'TeardownSandboxes',
      status: 200,
      result: RESULT,
      caller: '',
    })
  })

  test.each<[string, unknown, string]>([
    ['data without a key', {}, 'MissingParameter.Name'],
    ['data of a wrong value', { Name: 'Good' }, 'InvalidParameter.Name'],
    ['data of a wrong type', { Name: 7 }, 'InvalidParameter.Name'],
    ['no data', 'Hello', 'InvalidEvent|MissingParameter.Name'],
  ])('with %s is refused for good', async (_, data, code) => {
    const answer = await doing()(carry(data), context)
    expect(answer).toMatchObject({ statusCode: 400, headers: { 'Content-Type': 'application/json; charset=utf-8' } })
    const { ResponseMetadata } = JSON.parse((answer as { body: string }).body)
    expect(ResponseMetadata).toMatchObject({ Action: 'TeardownSandboxes', Service: 'ecs', Region: 'cn-beijing' })
    expect(ResponseMetadata.Error.Code).toMatch(new RegExp(`^(${code})$`))
    // Nobody reads this answer: the event is lost.
    expect(line()).toMatchObject({ level: 'error', status: 400, code: ResponseMetadata.Error.Code })
    expect(line().notes).toEqual([expect.stringContaining(ResponseMetadata.Error.Code)])
    expect(runs).toBe(0)
  })

  test.each<[string, Run, string]>([
    ['a message', failing({ good: UNAVAILABLE }), 'ServiceUnavailable: The cloud fails.'],
    ['all', () => Promise.reject(UNAVAILABLE), 'ServiceUnavailable: The cloud fails.'],
    [
      'a bug',
      () => Promise.reject(new TypeError('fake detail')),
      'InternalError: The manager failed. Its log tells why.',
    ],
    [
      'a bug at once',
      () => {
        throw new TypeError('fake detail')
      },
      'InternalError: The manager failed. Its log tells why.',
    ],
  ])('throws when %s fails, and says which', async (_, run, text) => {
    const handler = doing(run)
    const id = context?.requestId ?? context?.awsRequestId ?? '[0-9a-f-]{36}'
    const thrown = await handler(carry(GOOD), context).catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(Error)
    expect((thrown as Error).message).toMatch(new RegExp(`^${text} \\(request ${id}\\)$`))
    expect(thrown).not.toHaveProperty('cause')
    expect(line()).toMatchObject({ level: 'error', code: text.split(':')[0] })
  })
})

test('a schedule without data is data without keys', async () => {
  const handler = event({
    name: 'TeardownSandboxes',
    input: v.strictObject({ DryRun: v.optional(v.boolean('must be true or false')) }),
    run: async (found) => ({ result: { found }, failures: [] }),
  })
  expect(await handler(scheduled(), AWS)).toEqual({ found: [{}] })
  expect(await handler(vefaasEvent('timer', ''), VEFAAS)).toMatchObject({ statusCode: 200, body: '{"found":[{}]}' })
  expect(await handler(vefaasEvent('timer', '{"DryRun":true}'), VEFAAS)).toMatchObject({
    body: '{"found":[{"DryRun":true}]}',
  })
  for (const [payload, code] of [
    ['{"DryRun":"true"}', 'InvalidParameter.DryRun'],
    ['{"DryRun":null}', 'InvalidParameter.DryRun'],
    ['{"dryrun":true}', 'UnknownParameter.dryrun'],
    ['{"__proto__":true}', 'UnknownParameter.__proto__'],
    ['{"toString":true}', 'UnknownParameter.toString'],
    ['DryRun', 'InvalidEvent'],
    ['[]', 'InvalidEvent'],
  ]) {
    const answer = await handler(vefaasEvent('timer', payload), VEFAAS)
    expect(answer).toMatchObject({ statusCode: 400, body: expect.stringContaining(`"Code":"${code}"`) })
  }
})

test.each<[string, v.GenericSchema & { entries: v.ObjectEntries }]>([
  ['object', v.object({ Name: name })],
  ['looseObject', v.looseObject({ Name: name })],
])('keys that a schema does not know are left out of an %s', async (_, input) => {
  const handler = event({
    name: 'TeardownSandboxes',
    input,
    run: async (found) => ({ result: { found }, failures: [] }),
  })
  const data = JSON.parse('{"Name":"good","toString":1,"__proto__":{"a":1},"other":[]}')
  expect(await handler(data, AWS)).toEqual({ found: [GOOD] })
})

test('the work gets all good messages together, and the call', async () => {
  let call: Call | undefined
  const handler = doing(async (_, given) => {
    call = given
    return { result: RESULT, failures: [] }
  })
  const before = Date.now()
  await handler(sqs({ Name: 'a' }, snsNotification({ Name: 'b' }), 'bad', cloudEvent({ Name: 'c' })), AWS)
  expect(inputs).toEqual([{ Name: 'a' }, { Name: 'b' }, { Name: 'c' }])
  expect(call).toMatchObject({ requestId: 'aws-1', caller: PLATFORM, callerRequestId: undefined })
  expect(call?.config.instance.image_id).toBe('image-linux')
  // The platform's whole time, not server.timeout_seconds.
  expect(call?.deadline).toBeGreaterThan(before + 29_000)
})

test('the same event twice is the same work twice', async () => {
  const handler = doing()
  const twice = sqs(GOOD)
  expect([await handler(twice, AWS), await handler(twice, AWS)]).toEqual([
    { batchItemFailures: [] },
    { batchItemFailures: [] },
  ])
  expect(inputs).toEqual([GOOD, GOOD])
})

describe('SQS', () => {
  const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) })

  test('takes back the messages that failed, and not those that are refused', async () => {
    const handler = doing(failing({ b: UNAVAILABLE, d: new ActionError(404, 'InvalidSandbox.NotFound', 'Gone.') }))
    const answer = await handler(sqs({ Name: 'a' }, { Name: 'b' }, { Name: 7 }, '{', { Name: 'd' }, { Name: 'e' }), AWS)
    expect(answer).toEqual(failures('m-2', 'm-5'))
    expect(line()).toMatchObject({ level: 'error', status: 503, code: 'ServiceUnavailable', result: RESULT })
    expect(line().notes).toEqual([
      'message m-3: InvalidParameter.Name: Name must be a text.',
      'message m-4: InvalidEvent: The data must be a JSON object without duplicate names, as JSON, text or base64.',
      'messages m-1, m-2, m-5, m-6',
      'message m-2: ServiceUnavailable: The cloud fails.',
      'message m-5: InvalidSandbox.NotFound: Gone.',
    ])
  })

  test('takes none back when all is well, or all is refused', async () => {
    expect(await doing()(sqs(GOOD, GOOD), AWS)).toEqual(failures())
    expect(await doing()(sqs('Hello', { Name: '' }), AWS)).toEqual(failures())
    expect(await doing()({ Records: [sqsRecord(GOOD, '', {})] }, AWS)).toEqual(failures())
    expect(inputs).toEqual([GOOD, GOOD])
    expect(lines.map((line) => JSON.parse(line).level)).toEqual(['info', 'error', 'error'])
  })

  test('takes all good ones back when all of the work fails', async () => {
    expect(await doing(() => Promise.reject(new Error('fake detail')))(sqs(GOOD, '{', GOOD), AWS)).toEqual(
      failures('m-1', 'm-3'),
    )
    expect(line()).toMatchObject({
      level: 'error',
      status: 500,
      code: 'InternalError',
      error: expect.stringContaining('fake detail'),
    })
  })

  test('takes a message back once, when two within it failed', async () => {
    const two = sqsRecord(JSON.stringify(vefaasEvent('kafka', [{ Name: 'a' }, { Name: 'b' }])), 'm-1')
    const answer = await doing(failing({ a: UNAVAILABLE, b: UNAVAILABLE }))({ Records: [two] }, AWS)
    expect(answer).toEqual(failures('m-1'))
  })

  test('takes all back that are too late', async () => {
    const work = endless(890)
    const answer = await doing(work.run)(sqs(GOOD, GOOD), { ...AWS, getRemainingTimeInMillis: () => 900 })
    expect(answer).toEqual(failures('m-1', 'm-2'))
    // Timers fire in the order in which they are due, however late: the answer came before the platform's end.
    expect(work.isOver).toBe(false)
    expect(line()).toMatchObject({ status: 504, code: 'UpstreamTimeout' })
  })
})

describe('messages without a value', () => {
  const kafka = (...messages: unknown[]) => vefaasEvent('kafka', messages)
  const tombstone = { topic: 't', partition: 0, offset: 7, key: 'i-a', value: null }
  const good = { topic: 't', partition: 0, offset: 8, key: 'i-b', value: JSON.stringify(GOOD) }

  test.each<[string, unknown, PlatformContext, unknown[]]>([
    ['a tombstone of Kafka', kafka(tombstone), VEFAAS, []],
    ['one that is the whole data', vefaasEvent('kafka', null), VEFAAS, []],
    ['one among others', kafka(tombstone, good, tombstone), VEFAAS, [GOOD]],
    ['an empty value', kafka({ ...tombstone, value: '' }, good), VEFAAS, [GOOD]],
    ['an empty list', kafka(), VEFAAS, []],
    ['empty bodies of SQS', sqs('', GOOD, ' '), AWS, [GOOD]],
  ])('are taken, without an alarm: %s', async (_, event, context, expected) => {
    const answer = await doing()(event, context)
    expect(answer).toMatchObject(context === AWS ? { batchItemFailures: [] } : { statusCode: 200 })
    expect([runs, inputs]).toEqual([1, expected])
    expect(line()).toMatchObject({ level: 'info', status: 200, result: RESULT })
  })

  test('do not hide what is wrong with others, nor with themselves', async () => {
    for (const bad of [{ ...good, value: 'Hello' }, { ...good, value: '{}' }, { ...tombstone, Name: 7 }, {}]) {
      lines = []
      const answer = await doing()(kafka(tombstone, bad, good), VEFAAS)
      expect(answer).toMatchObject({ statusCode: 400 })
      expect(line()).toMatchObject({ level: 'error', status: 400, result: RESULT })
      expect(line().notes.filter((note: string) => note.includes('Parameter.Name'))).toHaveLength(1)
    }
    expect(inputs).toEqual([GOOD, GOOD, GOOD, GOOD])
  })

  test('are taken though the rest has to come again', async () => {
    const run = failing({ good: UNAVAILABLE })
    await expect(doing(run)(kafka(tombstone, good), VEFAAS)).rejects.toThrow('ServiceUnavailable')
    expect(await doing(run)(sqs('', GOOD), AWS)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-2' }] })
  })
})

describe('of several messages outside of SQS', () => {
  const kafka = (...names: unknown[]) =>
    vefaasEvent(
      'kafka',
      names.map((Name) => ({ Name })),
    )

  test('the good ones are done, though others are refused', async () => {
    const answer = await doing()(kafka('a', 7, 'b', undefined), VEFAAS)
    expect(inputs).toEqual([{ Name: 'a' }, { Name: 'b' }])
    expect(answer).toMatchObject({ statusCode: 400, body: expect.stringContaining('"InvalidParameter.Name"') })
    expect(line()).toMatchObject({ level: 'error', status: 400, result: RESULT })
  })

  test('one failure has all of them come again', async () => {
    await expect(doing(failing({ b: UNAVAILABLE }))(kafka('a', 'b', 7), VEFAAS)).rejects.toThrow('ServiceUnavailable')
    expect(line()).toMatchObject({ level: 'error', status: 503, result: RESULT })
    expect(line().notes).toEqual([
      expect.stringMatching(/^message .*: InvalidParameter.Name: Name must be a text.$/),
      expect.stringMatching(/^messages /),
      expect.stringMatching(/^message .*: ServiceUnavailable: The cloud fails.$/),
    ])
  })
})

interface Http {
  statusCode: number
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body: string
}

async function post(sent: Sent, run: Run = done, headers: readonly Pair[] = AUTHORIZED, shape: Shape = vefaas) {
  const given = { ...sent, headers: [...(sent.headers ?? []), ...headers] }
  const answer = (await doing(run)(shape({ method: 'POST', ...given }), AWS)) as Http
  const found = Object.entries(answer.headers ?? answer.multiValueHeaders ?? {})
  return {
    status: answer.statusCode,
    isMultiValue: answer.multiValueHeaders !== undefined,
    headers: Object.fromEntries(found.map(([name, value]) => [name, `${value}`])),
    body: answer.body === '' ? null : JSON.parse(answer.body),
  }
}

// The shapes differ only until toHttpRequest has read them: one case each shows that they arrive.
test.each(Object.entries(SHAPES))('HTTP by %s: a message, a key, a method and a handshake', async (_, shape) => {
  const sent = structured(cloudEvent(GOOD))
  expect(await post(sent, done, AUTHORIZED, shape)).toMatchObject({
    status: 200,
    isMultiValue: shape === SHAPES.albMultiValue,
    headers: { 'X-Request-ID': 'aws-1', 'Cache-Control': 'no-store' },
    body: { Result: RESULT },
  })
  expect(line()).toMatchObject({ status: 200, caller: CALLER, result: RESULT })
  expect(await post(sent, done, AUTHORIZED, (sent) => inBase64(shape(sent)))).toMatchObject({ status: 200 })
  expect(await post(sent, done, [], shape)).toMatchObject({ status: 401 })
  expect(await post({ ...sent, method: 'GET' }, done, AUTHORIZED, shape)).toMatchObject({
    status: 405,
    headers: { Allow: 'POST, HEAD, OPTIONS' },
  })
  const handshake: Sent = { method: 'OPTIONS', headers: [['WebHook-Request-Origin', 'events.example.com']] }
  expect(await post(handshake, done, AUTHORIZED, shape)).toMatchObject({
    status: 204,
    headers: { 'WebHook-Allowed-Origin': 'events.example.com' },
  })
  expect(inputs).toEqual([GOOD, GOOD])
})

describe('HTTP', () => {
  test.each<[string, Sent]>([
    ['structured', structured(cloudEvent(GOOD))],
    ['batched', batched([cloudEvent(GOOD)])],
    ['binary', binary(cloudEvent(GOOD))],
    ['plain JSON', structured(GOOD, 'application/json')],
  ])('with a good message, %s, is answered with the envelope', async (_, sent) => {
    const { status, headers, body } = await post(sent)
    expect(status).toBe(200)
    expect(body).toEqual({
      ResponseMetadata: {
        RequestId: 'aws-1',
        Action: 'TeardownSandboxes',
        Version: '2020-04-01',
        Service: 'ecs',
        Region: 'cn-beijing',
      },
      Result: RESULT,
    })
    expect(headers).toMatchObject({ 'X-Request-ID': 'aws-1', 'Cache-Control': 'no-store' })
    expect(inputs).toEqual([GOOD])
    expect(line()).toMatchObject({ status: 200, caller: CALLER, result: RESULT })
  })

  test('with base64 is read', async () => {
    const answer = await doing()(
      inBase64(
        vefaas({
          ...structured(GOOD, 'application/json'),
          headers: [['Content-Type', 'application/json'], ...AUTHORIZED],
        }),
      ),
    )
    expect(answer).toMatchObject({ statusCode: 200 })
  })

  test.each<[string, Sent, string]>([
    ['no CloudEvent', { body: JSON.stringify(GOOD) }, 'InvalidEvent'],
    ['a CloudEvent without type', structured(cloudEvent(GOOD, { type: '' })), 'InvalidEvent'],
    ['an object for a batch', batched(cloudEvent(GOOD)), 'InvalidEvent'],
    ['data of a wrong value', binary(cloudEvent({ Name: '' })), 'InvalidParameter.Name'],
    ['no data', binary(cloudEvent(undefined)), 'MissingParameter.Name'],
    ['null for data', structured(cloudEvent(null)), 'MissingParameter.Name'],
    ['records of SQS that hold nothing', structured({ Records: [] }, 'application/json'), 'InvalidEvent'],
  ])('with %s is refused', async (_, sent, code) => {
    const { status, headers, body } = await post(sent)
    expect(status).toBe(400)
    expect(body.ResponseMetadata.Error.Code).toBe(code)
    expect(body).not.toHaveProperty('Result')
    expect(headers).not.toHaveProperty('Retry-After')
    expect(inputs).toEqual([])
    expect(line()).toMatchObject({ level: 'warn', status: 400, code })
  })

  test('with an empty batch is a success that has nothing to do', async () => {
    expect(await post(batched([]))).toMatchObject({ status: 200, body: { Result: RESULT } })
    expect([runs, inputs]).toEqual([1, []])
    expect(line()).toMatchObject({ level: 'info', status: 200, result: RESULT, notes: [] })
  })

  test('with an id twice in a batch does both', async () => {
    expect(await post(batched([cloudEvent(GOOD), cloudEvent({ Name: 'other' })]))).toMatchObject({ status: 200 })
    expect(inputs).toEqual([GOOD, { Name: 'other' }])
  })

  test('with a byte order mark before the body is read', async () => {
    const sent = structured(cloudEvent(GOOD))
    expect(await post({ ...sent, body: `\uFEFF${sent.body}` })).toMatchObject({ status: 200 })
    expect(inputs).toEqual([GOOD])
  })

  test('with good and bad messages does the good and refuses', async () => {
    const { status, body } = await post(
      batched([cloudEvent(GOOD), cloudEvent(GOOD, { id: '' }), cloudEvent({ Name: 'other' })]),
    )
    expect(status).toBe(400)
    expect(body.ResponseMetadata.Error).toEqual({
      Code: 'InvalidEvent',
      Message: 'message without an id: A CloudEvent needs id, a text that is not empty.',
    })
    expect(inputs).toEqual([GOOD, { Name: 'other' }])
  })

  test('with a message that failed comes again, though another is refused', async () => {
    const sent = batched([cloudEvent({ Name: 7 }), cloudEvent(GOOD)])
    const { status, body } = await post(sent, failing({ good: UNAVAILABLE }))
    expect(status).toBe(503)
    expect(body.ResponseMetadata.Error.Code).toBe('ServiceUnavailable')
  })

  test.each<[number, number, string]>([
    [503, 503, '7'],
    [429, 429, '7'],
    [500, 500, 'none'],
    [502, 502, 'none'],
    [504, 504, 'none'],
    [400, 503, '7'],
    [403, 503, '7'],
    [404, 503, '7'],
    [409, 503, '7'],
  ])('with a message that failed with %i is answered %i', async (status, expected, retryAfter) => {
    for (const run of [
      failing({ good: new ActionError(status, 'Fake.Code', 'It failed.', { retryAfter: 7 }) }),
      () => Promise.reject(new ActionError(status, 'Fake.Code', 'It failed.', { retryAfter: 7 })),
    ]) {
      lines = []
      const answer = await post(batched([cloudEvent({ Name: 'other' }), cloudEvent(GOOD)]), run)
      expect(answer.status).toBe(expected)
      expect(answer.headers['Retry-After'] ?? 'none').toBe(retryAfter)
      expect(answer.body.ResponseMetadata.Error).toEqual({ Code: 'Fake.Code', Message: 'It failed.' })
      expect(line()).toMatchObject({ status: expected, code: 'Fake.Code' })
    }
  })

  test.each<[string, Pair[], string, number]>([
    ['no key', [], 'MissingAuthenticationToken', 401],
    ['a wrong key', [['X-API-Key', 'not the key']], 'InvalidAccessKey', 401],
    ['a right and a wrong key', [...AUTHORIZED, ['X-API-Key', 'not the key']], 'InvalidAccessKey', 401],
  ])('with %s does nothing', async (_, headers, code, expected) => {
    for (const sent of [structured(cloudEvent(GOOD)), structured(sqs(GOOD), 'application/json'), { body: '{' }]) {
      lines = []
      const { status, body } = await post(sent, done, headers)
      expect(status).toBe(expected)
      expect(body.ResponseMetadata.Error.Code).toBe(code)
      expect(line()).toMatchObject({ level: 'warn', status: 401, code, caller: '' })
    }
    expect(inputs).toEqual([])
  })

  test.each(['HEAD', 'OPTIONS'])('with %s does nothing', async (method) => {
    const answer = await post({ ...structured(cloudEvent(GOOD)), method }, done, [])
    expect(answer).toMatchObject({ status: 204, headers: { Allow: 'POST, HEAD, OPTIONS' }, body: null })
    expect(line()).toMatchObject({ level: 'info', status: 204 })
    expect(inputs).toEqual([])
  })

  describe('with the handshake of a web hook', () => {
    const ask = (origin: string, more: readonly Pair[] = AUTHORIZED, method = 'OPTIONS') =>
      post({ method, headers: [['WebHook-Request-Origin', origin]] }, done, more)
    const permissionIn = ({ headers }: { headers: Record<string, string> }) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => /^webhook/i.test(name)))

    test.each([
      'events.example.com',
      'EventGrid.azure.net',
      'localhost',
      'a_b-c.example.',
      'xn--bcher-kva.example',
      'https://events.example.com',
      'http://events.example.com:8080',
      `${'a.'.repeat(126)}a`,
    ])('from %s permits it, at any rate', async (origin) => {
      const others: Pair[][] = [
        [],
        [['WebHook-Request-Rate', '120']],
        [['WebHook-Request-Callback', 'http://127.0.0.1:9/']],
      ]
      for (const more of others) {
        lines = []
        const answer = await ask(origin, [...AUTHORIZED, ...more])
        expect(answer).toMatchObject({ status: 204, headers: { Allow: 'POST, HEAD, OPTIONS' }, body: null })
        expect(permissionIn(answer)).toEqual({ 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*' })
        expect(line()).toMatchObject({ level: 'info', status: 204, caller: CALLER })
      }
      expect(runs).toBe(0)
    })

    test.each([
      '',
      '*',
      'a.example,b.example',
      'a.example b.example',
      'a.example\r\nX-Evil: 1',
      'a.example\n',
      'https://a.example/path',
      'https://user@a.example',
      'javascript:alert(1)',
      'a..example',
      'ä.example',
      `${'a.'.repeat(135)}a`,
    ])('from %j is refused, and permits nothing', async (origin) => {
      const answer = await ask(origin)
      expect(answer).toMatchObject({
        status: 400,
        body: { ResponseMetadata: { Error: { Code: 'InvalidParameter.WebHook-Request-Origin' } } },
      })
      expect(permissionIn(answer)).toEqual({})
      expect(line()).toMatchObject({ level: 'warn', status: 400 })
    })

    test.each<[string, Pair[], string]>([
      ['no key', [], 'MissingAuthenticationToken'],
      ['a wrong key', [['X-API-Key', 'not the key']], 'InvalidAccessKey'],
      ['a right and a wrong key', [...AUTHORIZED, ['X-API-Key', 'not the key']], 'InvalidAccessKey'],
    ])('and %s permits nothing', async (_, headers, Code) => {
      for (const origin of ['events.example.com', 'not an origin']) {
        const answer = await ask(origin, headers)
        expect(answer).toMatchObject({ status: 401, body: { ResponseMetadata: { Error: { Code } } } })
        expect(permissionIn(answer)).toEqual({})
      }
    })

    test('is answered for whom the gateway has let in', async () => {
      await configured({ 'security.auth': 'gateway' })
      expect(permissionIn(await ask('events.example.com', [['X-Forward-Consumer', 'planner']]))).toEqual({
        'WebHook-Allowed-Origin': 'events.example.com',
        'WebHook-Allowed-Rate': '*',
      })
      expect(line()).toMatchObject({ caller: 'planner' })
    })

    test('is none with another method', async () => {
      expect(permissionIn(await ask('events.example.com', AUTHORIZED, 'HEAD'))).toEqual({})
      const sent = structured(cloudEvent(GOOD))
      const headers: Pair[] = [...(sent.headers ?? []), ['WebHook-Request-Origin', 'events.example.com']]
      const answer = await post({ ...sent, headers })
      expect([answer.status, permissionIn(answer), inputs]).toEqual([200, {}, [GOOD]])
    })
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'nonsense'])('with %s is refused', async (method) => {
    const { status, headers, body } = await post({ ...structured(cloudEvent(GOOD)), method })
    expect(status).toBe(405)
    expect(headers).toMatchObject({ Allow: 'POST, HEAD, OPTIONS' })
    expect(body.ResponseMetadata.Error.Code).toBe('MethodNotAllowed')
    expect(inputs).toEqual([])
  })

  test('with more than 64 KiB is refused', async () => {
    const of = (bytes: number) => ({
      ...structured(GOOD, 'application/json'),
      body: JSON.stringify(GOOD).padEnd(bytes),
    })
    expect((await post(of(65_536))).status).toBe(200)
    lines = []
    expect(await post(of(65_537))).toMatchObject({
      status: 413,
      body: { ResponseMetadata: { Error: { Code: 'RequestEntityTooLarge' } } },
    })
    expect(inputs).toEqual([GOOD])
  })

  test('is answered in time', async () => {
    const handler = doing(() => new Promise(() => {}))
    const sent = { ...binary(cloudEvent(GOOD)), headers: [...(binary(cloudEvent(GOOD)).headers ?? []), ...AUTHORIZED] }
    const answer = await handler(vefaas(sent), { getRemainingTimeInMillis: () => 400 })
    expect(answer).toMatchObject({ statusCode: 504, body: expect.stringContaining('"UpstreamTimeout"') })
  })

  test('keeps the id of the request', async () => {
    const { headers } = await post(structured(cloudEvent(GOOD)), done, [...AUTHORIZED, ['X-Request-ID', 'mine']])
    expect(headers['X-Request-ID']).toBe('mine')
    expect(line().requestId).toBe('mine')
  })
})

describe('work that takes too long', () => {
  const late = (context: PlatformContext, run: Run = () => new Promise(() => {})) =>
    doing(run)(vefaasEvent('timer', GOOD), context).catch((error: Error) => error.message)

  test('is given up 200 ms before the platform does', async () => {
    for (const [left, context] of [
      [1_200, { ...AWS, getRemainingTimeInMillis: () => 1_200 }],
      [1_000, VEFAAS],
    ] as const) {
      lines = []
      process.env._FAAS_FUNC_TIMEOUT = '1'
      const work = endless(left - 10)
      const before = performance.now()
      expect(await late(context, work.run)).toContain('UpstreamTimeout: The work was not finished in time.')
      expect(performance.now() - before).toBeGreaterThan(left - 250)
      expect(work.isOver).toBe(false)
      expect(line()).toMatchObject({ level: 'error', status: 504, code: 'UpstreamTimeout' })
    }
  })

  test.each([0, 1, 150])('is given up at once with %i ms left', async (left) => {
    const work = endless(100)
    expect(await late({ ...AWS, getRemainingTimeInMillis: () => left || 0.1 }, work.run)).toContain('UpstreamTimeout')
    expect(work.isOver).toBe(false)
  })

  test('may fail after that', async () => {
    let fail: (error: Error) => void = () => {}
    const failed = new Promise<never>((_, reject) => {
      fail = reject
    })
    expect(await late({ ...AWS, getRemainingTimeInMillis: () => 300 }, () => failed)).toContain('UpstreamTimeout')
    fail(new Error('late'))
    await expect(failed).rejects.toThrow('late')
    expect(lines).toHaveLength(1)
  })

  test.each(['Infinity', '1e12', '900'])('is not hurried by _FAAS_FUNC_TIMEOUT=%s', async (value) => {
    process.env._FAAS_FUNC_TIMEOUT = value
    let deadline = 0
    const before = Date.now()
    const answer = await doing(async (_, call) => {
      deadline = call.deadline
      await setTimeout(50)
      return { result: RESULT, failures: [] }
    })(vefaasEvent('timer', GOOD), VEFAAS)
    expect(answer).toMatchObject({ statusCode: 200 })
    expect(deadline - before).toBeGreaterThan(890_000)
    expect(deadline - Date.now()).toBeLessThan(3_600_001)
  })
})

describe('with a configuration that cannot be used', () => {
  beforeEach(async () => {
    await expect(configured({ 'network.subnet_id': '' })).rejects.toThrow('network.subnet_id')
  })
  const SAFE = 'The manager failed. Its log tells why.'

  test('an event comes again', async () => {
    const thrown = await doing()(vefaasEvent('timer', GOOD), VEFAAS).catch((error: Error) => error)
    expect((thrown as Error).message).toBe(`InternalError: ${SAFE} (request vefaas-1)`)
    expect(line()).toMatchObject({ level: 'error', status: 500, error: expect.stringContaining('network.subnet_id') })
    await expect(doing()(eventBridge(GOOD), AWS)).rejects.toThrow('InternalError')
    expect(inputs).toEqual([])
  })

  test('every message of SQS comes again', async () => {
    expect(await doing()(sqs(GOOD, GOOD), AWS)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-1' }, { itemIdentifier: 'm-2' }],
    })
    expect(inputs).toEqual([])
  })

  test('a request is answered 500 without a detail', async () => {
    const answer = await doing()(vefaas(structured(cloudEvent(GOOD))), VEFAAS)
    expect(answer).toMatchObject({ statusCode: 500, body: expect.stringContaining(SAFE) })
    expect(JSON.stringify(answer)).not.toContain('subnet')
  })
})

test('no secret is thrown, answered or logged', async () => {
  const error = new ActionError(503, 'ServiceUnavailable', `The cloud said ${KEY}.`, { cause: new Error(KEY) })
  const handler = doing(() => Promise.reject(error))
  const thrown = await handler(vefaasEvent('timer', GOOD), VEFAAS).catch((error: Error) => error)
  expect((thrown as Error).message).toContain('The cloud said [redacted].')
  const body = {
    ...structured(GOOD, 'application/json'),
    headers: [['Content-Type', 'application/json'], ...AUTHORIZED] as Pair[],
  }
  const answer = await handler(vefaas(body), VEFAAS)
  const failed = await doing(failing({ good: error }))(sqs(GOOD, cloudEvent(GOOD, { id: KEY, type: 7 })), AWS)
  expect(JSON.stringify([thrown, (thrown as Error).stack, answer, failed, lines])).not.toContain(KEY)
  expect(lines).toHaveLength(3)
})

test('a refusal says nothing of what was sent', async () => {
  for (const sent of [
    'private words',
    { Name: 'private words' },
    { Name: ['private words'] },
    { 'private words': 1 },
  ]) {
    const answer = await doing()(cloudEvent(sent), AWS)
    expect(JSON.stringify([answer, lines])).not.toContain('private')
  }
})

test('an id is cut, and steers no terminal', async () => {
  await doing()(cloudEvent('Hello', { id: `\u001b[31m${'x'.repeat(10_000)}` }), AWS)
  expect(lines[0]).not.toContain('\u001b')
  expect(lines[0]?.length).toBeLessThan(1_000)
})
