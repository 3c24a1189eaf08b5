import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../tests/support/any-text.ts'
import { inBase64 as bodyInBase64, type Sent, SHAPES } from '../../tests/support/events.ts'
import {
  batched,
  binary,
  cloudEvent,
  eventBridge,
  inBase64,
  scheduled,
  sns,
  snsNotification,
  sqs,
  sqsRecord,
  structured,
  vefaasEvent,
  vefaasSns,
} from '../../tests/support/messages.ts'
import { originOf, readMessages } from './event-formats.ts'
import { toHttpRequest } from './http-request.ts'

const DATA = { SandboxId: 'i-a', Reason: 'ended', task: { id: 17 } }
const JSON_DATA = JSON.stringify(DATA)

const read = (event: unknown) => readMessages(event, toHttpRequest(event))

/** The data of each message, or its problem. */
const found = (event: unknown) => read(event).map(({ data, problem }) => problem ?? data)

/** The one problem of an event that has no good message. */
function problemOf(event: unknown): string {
  const [message, ...more] = read(event)
  expect(more).toEqual([])
  expect(message?.data).toEqual({})
  return message?.problem ?? 'no problem'
}

const NO_OBJECT = 'The data must be a JSON object without duplicate names, as JSON, text or base64.'
const NO_JSON = 'The body must be JSON without duplicate names.'
const NO_BATCH = 'A batch must be a JSON array of CloudEvents.'
const NO_RECORDS = 'Records must have one or more.'
const TWICE = '{"SandboxId":"i-a","SandboxId":"i-b"}'
const structuredText = (data: string) => JSON.stringify(cloudEvent(null)).replace('"data":null', `"data":${data}`)
const BOM = '\uFEFF'
const wrapped = (times: number, value: unknown): unknown =>
  times > 0 ? wrapped(times - 1, JSON.stringify(value)) : value

describe('data', () => {
  const CARRIERS: [string, (data: unknown) => unknown][] = [
    ['a direct invocation', (data) => data],
    ['a CloudEvent', (data) => cloudEvent(data)],
    ['a timer of veFaaS', (data) => vefaasEvent('timer', data)],
    ['an older timer of veFaaS', (data) => vefaasEvent('timer', data, { type: 'bytefaas.timer.event' })],
    ['Kafka on veFaaS', (data) => vefaasEvent('kafka', data)],
    ['BMQ on veFaaS', (data) => vefaasEvent('bmq', data)],
    ['RocketMQ on veFaaS', (data) => vefaasEvent('rocketmq', data)],
    ['EventBridge', (data) => eventBridge(data)],
    ['a CloudEvent within EventBridge', (data) => eventBridge(cloudEvent(data))],
    ['plain JSON over HTTP', (data) => SHAPES.vefaas(structured(data, 'application/json'))],
  ]

  const READABLE: [string, unknown][] = [
    ['an object', DATA],
    ['JSON', JSON_DATA],
    ['JSON with space around', ` ${JSON_DATA}\n`],
    ['JSON as JSON', JSON.stringify(JSON_DATA)],
    ['base64 of JSON', inBase64(DATA)],
    ['base64 of JSON as JSON', inBase64(JSON_DATA)],
    ['base64 in base64', inBase64(inBase64(DATA))],
    ['JSON after a byte order mark', `${BOM}${JSON_DATA}`],
    ['JSON after a byte order mark and space', `${BOM}\r\n ${JSON_DATA}`],
    ['base64 of JSON after a byte order mark', Buffer.from(`${BOM}${JSON_DATA}`).toString('base64')],
    ['JSON as JSON, both after a byte order mark', `${BOM}${JSON.stringify(`${BOM}${JSON_DATA}`)}`],
  ]

  const EMPTY: [string, unknown][] = [
    ['an object without keys', {}],
    ['an empty text', ''],
    ['space', ' \n'],
    ['JSON of an object without keys', '{}'],
    ['null', null],
    ['null as text', 'null'],
    ['null in base64', Buffer.from('null').toString('base64')],
    ['a byte order mark', BOM],
  ]

  const UNREADABLE: [string, unknown][] = [
    ['a number', 7],
    ['true', true],
    ['false', false],
    ['a text', 'Hello Volcengine'],
    ['a number as text', '7'],
    ['a list as text of text', JSON.stringify('["i-a"]')],
    ['two byte order marks', `${BOM}${BOM}${JSON_DATA}`],
    ['a byte order mark after space', ` ${BOM}${JSON_DATA}`],
    ['a byte order mark within', JSON_DATA.replace(':', `:${BOM}`)],
    ['a byte order mark at the end', `${JSON_DATA}${BOM}`],
    ['broken JSON', JSON_DATA.slice(0, -1)],
    ['two JSON texts', `${JSON_DATA}${JSON_DATA}`],
    ['base64 of broken JSON', Buffer.from(JSON_DATA.slice(0, -1)).toString('base64')],
    ['broken base64', `${inBase64(DATA).slice(0, -5)}*`],
    ['base64 of bytes', 'AAEC/w=='],
  ]

  // Each carrier passes its data to one of two readers. These two carriers use one each.
  describe.each(CARRIERS.filter(([name]) => name === 'a CloudEvent' || name === 'Kafka on veFaaS'))(
    'of %s',
    (_, carry) => {
      test.each(READABLE)('as %s', (_, data) => {
        expect(found(carry(data))).toEqual([DATA])
      })

      test.each(EMPTY)('that is empty: %s', (_, data) => {
        expect(found(carry(data))).toEqual([{}])
      })

      test.each(UNREADABLE)('that is none: %s', (_, data) => {
        expect(problemOf(carry(data))).toBe(NO_OBJECT)
      })
    },
  )

  describe.each(CARRIERS.map(([name, carry], index) => ({ name, carry, index })))('of $name', ({ carry, index }) => {
    test('is read, is empty or is none', () => {
      const one = (cases: [string, unknown][]) => cases[index % cases.length]?.[1]
      for (const data of [DATA, JSON_DATA, inBase64(DATA), one(READABLE)]) expect(found(carry(data))).toEqual([DATA])
      for (const data of ['', one(EMPTY)]) expect(found(carry(data))).toEqual([{}])
      for (const data of ['Hello', 7, one(UNREADABLE)]) expect(problemOf(carry(data))).toBe(NO_OBJECT)
    })

    test('in too many layers', () => {
      expect(found(carry(wrapped(4, DATA)))).toEqual([DATA])
      expect(problemOf(carry(wrapped(12, DATA)))).toMatch(/too many layers|must be a JSON object/)
    })

    test('with keys of a prototype changes none', () => {
      const evil = '{"__proto__":{"SandboxId":"i-b"},"constructor":{"prototype":{"polluted":1}},"toString":1}'
      const [message] = read(carry(JSON.parse(evil)))
      expect(JSON.stringify(message?.data)).toBe(evil)
      expect(message?.data.SandboxId).toBeUndefined()
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    })
  })

  test.each<[string, unknown]>([
    ['a list', [DATA]],
    ['an empty list', []],
    ['a list as text', '[]'],
  ])('that is %s is none, but in a queue of veFaaS', (_, data) => {
    for (const carrier of [data, cloudEvent(data), vefaasEvent('timer', data), eventBridge(data)]) {
      expect(problemOf(carrier)).toBe(NO_OBJECT)
    }
  })

  test('that is absent is an object without keys', () => {
    const { data: _data, ...timer } = vefaasEvent('timer', '')
    const { detail: _detail, ...event } = eventBridge({})
    expect([timer, event, scheduled(), {}, undefined].flatMap(found)).toEqual([{}, {}, {}, {}, {}])
  })

  test.each([0, Number.NaN, 7n, true, Symbol.iterator, () => 1])('is no event: %s', (event) => {
    expect(problemOf(event)).toBe(NO_OBJECT)
  })

  test('of layers without end is refused', () => {
    let event: unknown = DATA
    for (let layer = 0; layer < 1_000; layer++) event = cloudEvent(event)
    expect(problemOf(event)).toBe('The data is wrapped in too many layers.')
    const circle = cloudEvent(undefined)
    circle.data = circle
    expect(problemOf(circle)).toBe('The data is wrapped in too many layers.')
  })

  test('of a business may have keys that envelopes have', () => {
    const data = {
      ...DATA,
      type: 'task',
      message: 'bye',
      body: 7,
      detail: {},
      data: {},
      Type: 'Notification',
      Message: '',
    }
    expect(found(data)).toEqual([data])
    expect(found(vefaasEvent('kafka', data))).toEqual([data])
  })
})

describe('a CloudEvent', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['no specversion', { specversion: undefined }, 'A CloudEvent needs specversion, a text that is not empty.'],
    ['specversion 1', { specversion: 1 }, 'A CloudEvent needs specversion, a text that is not empty.'],
    ['specversion 0.3', { specversion: '0.3' }, 'The specversion of a CloudEvent must be 1.0.'],
    ['specversion 1.0.2', { specversion: '1.0.2' }, 'The specversion of a CloudEvent must be 1.0.'],
    ['no id', { id: undefined }, 'A CloudEvent needs id, a text that is not empty.'],
    ['an empty id', { id: '' }, 'A CloudEvent needs id, a text that is not empty.'],
    ['a number as id', { id: 7 }, 'A CloudEvent needs id, a text that is not empty.'],
    ['no source', { source: undefined }, 'A CloudEvent needs source, a text that is not empty.'],
    ['a source of null', { source: null }, 'A CloudEvent needs source, a text that is not empty.'],
    ['no type', { type: undefined }, 'A CloudEvent needs type, a text that is not empty.'],
    ['a list as type', { type: ['a'] }, 'A CloudEvent needs type, a text that is not empty.'],
  ])('with %s is refused, wherever it comes from', (_, more, problem) => {
    const event = JSON.parse(JSON.stringify(cloudEvent(DATA, more)))
    expect(problemOf(SHAPES.vefaas(structured(event)))).toBe(problem)
    expect(problemOf(SHAPES.vefaas(batched([event])))).toBe(problem)
    expect(
      problemOf(
        sqs(cloudEvent(DATA, { ...more, specversion: 'specversion' in more ? (more.specversion ?? 7) : '1.0' })),
      ),
    ).toBe(problem)
  })

  test.each(['id', 'source', 'specversion'])('of veFaaS without %s is refused', (name) => {
    const { [name]: _, ...timer } = vefaasEvent('timer', DATA)
    expect(problemOf(timer)).toBe(`A CloudEvent needs ${name}, a text that is not empty.`)
  })

  const encoded = (data_base64: unknown, more = {}) => cloudEvent(undefined, { data_base64, ...more })

  test('may have its data as data_base64', () => {
    for (const event of [encoded(inBase64(DATA)), encoded(inBase64(JSON_DATA))]) expect(found(event)).toEqual([DATA])
    expect(found(encoded(''))).toEqual([{}])
    expect(found(encoded(Buffer.from(`${BOM}${JSON_DATA}`).toString('base64')))).toEqual([DATA])
  })

  test('may have null for what it does not have', () => {
    const unset = { subject: null, time: null, datacontenttype: null, dataschema: null, traceparent: null, value: null }
    expect(found(cloudEvent(DATA, { ...unset, data_base64: null }))).toEqual([DATA])
    expect(found(encoded(inBase64(DATA), unset))).toEqual([DATA])
    expect(found(encoded(null))).toEqual([{}])
  })

  test.each<[string, unknown]>([
    ['JSON', JSON_DATA],
    ['broken base64', 'e30'],
    ['base64url', Buffer.from('{"a":"~~~???"}').toString('base64url')],
    ['an object', DATA],
    ['a number', 7],
  ])('with %s as data_base64 is refused', (_, value) => {
    expect(problemOf(encoded(value))).toBe('A CloudEvent has either data or data_base64, which must be base64.')
  })

  test('with both data and data_base64 is refused', () => {
    for (const data of [DATA, '', null]) {
      expect(problemOf(encoded(inBase64(DATA), { data }))).toBe(
        'A CloudEvent has either data or data_base64, which must be base64.',
      )
    }
  })

  test('with data_base64 of something else is refused', () => {
    for (const text of ['Hello', '7', '{'])
      expect(problemOf(encoded(Buffer.from(text).toString('base64')))).toBe(NO_OBJECT)
  })
})

// The shapes differ only until toHttpRequest has read them: one case each shows that they arrive.
test.each(Object.entries(SHAPES))('a request in an event of %s', (_, shape) => {
  const event = cloudEvent(DATA)
  for (const sent of [structured(event), batched([event]), binary(event), structured(DATA, 'application/json')]) {
    for (const event of [shape(sent), bodyInBase64(shape(sent))]) {
      expect(originOf(event)).toBe('http')
      expect(found(event)).toEqual([DATA])
    }
  }
  expect(originOf(shape({}))).toBe('http')
})

describe('a request', () => {
  const shape = SHAPES.vefaas
  const ways: [string, Sent][] = [
    ['a CloudEvent in structured mode', structured(cloudEvent(DATA))],
    ['the same with a charset', structured(cloudEvent(DATA), 'application/cloudevents+json; charset=utf-8')],
    ['the same in capitals', structured(cloudEvent(DATA), 'Application/CloudEvents+JSON;charset=UTF-8')],
    ['a CloudEvent with data_base64', structured(cloudEvent(undefined, { data_base64: inBase64(DATA) }))],
    ['a CloudEvent in binary mode', binary(cloudEvent(DATA))],
    ['a CloudEvent in binary mode with bytes', binary(vefaasEvent('timer', JSON_DATA))],
    ['a CloudEvent in binary mode with base64', binary(cloudEvent(inBase64(DATA), { datacontenttype: 'text/plain' }))],
    ['a CloudEvent as plain JSON', structured(cloudEvent(DATA), 'application/json')],
    ['an event of EventBridge', structured(eventBridge(DATA), 'application/json; charset=utf-8')],
    ['the data alone', structured(DATA, 'application/json')],
    ['a message of RocketMQ', binary(vefaasEvent('rocketmq', { body: inBase64(DATA) }))],
  ]

  test.each(ways)('with %s', (_, sent) => {
    for (const event of [shape(sent), bodyInBase64(shape(sent))]) {
      expect(originOf(event)).toBe('http')
      expect(found(event)).toMatchObject([DATA])
    }
  })

  test('with a batch of CloudEvents', () => {
    const other = cloudEvent(undefined, { id: 'B', data_base64: inBase64({ SandboxId: 'i-b' }) })
    const bad = cloudEvent(DATA, { id: 'C', specversion: '2.0' })
    expect(read(shape(batched([cloudEvent(DATA), other, bad, 7])))).toEqual([
      { id: 'A234-1234-1234', data: DATA },
      { id: 'B', data: { SandboxId: 'i-b' } },
      { id: 'C', data: {}, problem: 'The specversion of a CloudEvent must be 1.0.' },
      { id: '', data: {}, problem: 'A CloudEvent needs specversion, a text that is not empty.' },
    ])
  })

  test('with a batch that is empty, or has an id twice', () => {
    expect(read(shape(batched([])))).toEqual([])
    expect(found(shape(batched([cloudEvent(DATA), cloudEvent({ SandboxId: 'i-b' })])))).toEqual([
      DATA,
      { SandboxId: 'i-b' },
    ])
  })

  test.each([...ways, ['a batch of CloudEvents', batched([cloudEvent(DATA)])] as const])(
    'with %s, after one byte order mark',
    (_, sent) => {
      const marked = (times: number) => shape({ ...sent, body: `${BOM.repeat(times)}${sent.body}` })
      for (const event of [marked(1), bodyInBase64(marked(1))]) expect(found(event)).toMatchObject([DATA])
      for (const event of [marked(2), bodyInBase64(marked(2))]) expect(problemOf(event)).toMatch(/must be/)
    },
  )

  const post = (type: string, body: string): Sent => ({ method: 'POST', headers: [['Content-Type', type]], body })
  const NO_FORM =
    'Send a CloudEvent as application/cloudevents+json or with ce- headers, or the data as application/json.'

  test.each<[string, Sent, string]>([
    ['one event as a batch', batched(cloudEvent(DATA)), NO_BATCH],
    ['null as a batch', batched(null), NO_BATCH],
    [
      'a batch as structured',
      structured([cloudEvent(DATA)]),
      'A CloudEvent needs specversion, a text that is not empty.',
    ],
    ['data as structured', structured(DATA), 'A CloudEvent needs specversion, a text that is not empty.'],
    ['broken JSON, structured', post('application/cloudevents+json', '{'), NO_JSON],
    ['broken JSON, batched', post('application/cloudevents-batch+json', '[{}'), NO_JSON],
    ['broken JSON, plain', post('application/json', '{'), NO_JSON],
    ['a name twice, plain', post('application/json', TWICE), NO_JSON],
    ['a name twice, structured', post('application/cloudevents+json', structuredText(TWICE)), NO_JSON],
    ['a name twice, in a text', structured(cloudEvent(TWICE)), NO_OBJECT],
    ['a name twice, binary', binary(cloudEvent(TWICE)), NO_OBJECT],
    ['no body, plain', post('application/json', ''), NO_JSON],
    ['no body, structured', post('application/cloudevents+json', ''), NO_JSON],
    ['no body, batched', post('application/cloudevents-batch+json', ''), NO_JSON],
    ['another format of CloudEvents', post('application/cloudevents+avro', JSON_DATA), NO_FORM],
    ['another type', post('text/plain', JSON_DATA), NO_FORM],
    ['a form', post('application/x-www-form-urlencoded', 'SandboxId=i-a'), NO_FORM],
    ['no type', { method: 'POST', body: JSON_DATA }, NO_FORM],
    ['nothing', { method: 'POST' }, NO_FORM],
    ['broken JSON, binary', binary(cloudEvent('{')), NO_OBJECT],
  ])('with %s is refused', (_, sent, problem) => {
    expect(problemOf(shape(sent))).toBe(problem)
  })

  test.each(ways)('with %s, but broken base64, is refused', (_, sent) => {
    expect(problemOf({ ...shape(sent), body: 'e30', isBase64Encoded: true })).toMatch(/must be/)
  })

  test('with data in binary mode that is absent', () => {
    expect(found(shape(binary(cloudEvent(undefined))))).toEqual([{}])
  })

  test.each(['specversion', 'id', 'source', 'type'])('in binary mode without ce-%s is refused', (name) => {
    const problem = `A CloudEvent needs ${name}, a text that is not empty.`
    expect(problemOf(shape(binary(cloudEvent(DATA, { [name]: undefined }))))).toBe(problem)
    expect(problemOf(shape(binary(cloudEvent(DATA, { [name]: '' }))))).toBe(problem)
  })
})

describe('a header of binary mode', () => {
  const idOf = (value: string) => {
    const { headers = [], ...sent } = binary(cloudEvent(DATA, { id: undefined }))
    const [message] = read(SHAPES.apiGatewayV2({ ...sent, headers: [...headers, ['ce-id', value]] }))
    return message?.problem ?? message?.id
  }

  test.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['%e2%82%ac', '€'],
    ['%41', 'A'],
    ['100%2525', '100%25'],
    ['a+b', 'a+b'],
    ['"a b"', 'a b'],
    ['"a \\"b\\" \\\\ %41"', 'a "b" \\ A'],
    ['"', '"'],
    ['a"b"', 'a"b"'],
  ])('%s is %s', (value, expected) => {
    expect(idOf(value)).toBe(expected)
  })

  test.each(['%C0%A0', '%ED%A0%80', '%E2%82', '%', '%zz', '""'])('%s is refused', (value) => {
    expect(idOf(value)).toBe('A CloudEvent needs id, a text that is not empty.')
  })
})

describe('an event of AWS', () => {
  test.each<[string, unknown]>([
    ['data', DATA],
    ['data in base64', inBase64(DATA)],
    ['a notification of SNS', snsNotification(DATA)],
    ['a notification of SNS with base64', snsNotification(inBase64(DATA))],
    ['an event of EventBridge', eventBridge(DATA)],
    ['a CloudEvent', cloudEvent(DATA)],
    ['a CloudEvent with data_base64', cloudEvent(undefined, { data_base64: inBase64(DATA) })],
    ['an event of EventBridge in a notification', snsNotification(eventBridge(DATA))],
    ['a CloudEvent in a notification', snsNotification(cloudEvent(JSON_DATA))],
    ['a CloudEvent in EventBridge in a notification', snsNotification(eventBridge(cloudEvent(inBase64(DATA))))],
  ])('of SQS or SNS may carry %s', (_, body) => {
    expect(read(sqs(body, body))).toEqual([
      { id: 'm-1', data: DATA },
      { id: 'm-2', data: DATA },
    ])
    expect(originOf(sqs(body))).toBe('sqs')
    expect(read(sns(body))).toEqual([{ id: '95df01b4-ee98-5cb9-9903-4c221d41eb5e', data: DATA }])
    expect(originOf(sns(body))).toBe('other')
  })

  test('of SQS has good and bad messages', () => {
    const { messageId: _, ...nameless } = sqsRecord(DATA)
    const { body: _body, ...bodiless } = sqsRecord(DATA, 'm-6')
    const Records = [
      sqsRecord(DATA, 'm-1'),
      sqsRecord('{', 'm-2'),
      sqsRecord('[]', 'm-3'),
      sqsRecord(snsNotification('Hello'), 'm-4'),
      sqsRecord(cloudEvent(DATA, { specversion: '0.3' }), 'm-5'),
      bodiless,
      nameless,
      sqsRecord(DATA, 'm-8', { body: DATA }),
      sqsRecord(DATA, 'm-9', { eventSource: 'aws:kinesis' }),
      sqsRecord(DATA, 'm-10', { messageId: 7 }),
      null,
      sqsRecord(JSON.stringify({ ...snsNotification(DATA), Message: DATA }), 'm-12'),
      sqsRecord('', 'm-13'),
    ]
    expect(originOf({ Records })).toBe('sqs')
    expect(read({ Records }).map(({ id, problem }) => `${id} ${problem ?? 'good'}`)).toEqual([
      'm-1 good',
      `m-2 ${NO_OBJECT}`,
      `m-3 ${NO_OBJECT}`,
      `m-4 ${NO_OBJECT}`,
      'm-5 The specversion of a CloudEvent must be 1.0.',
      'm-6 A record of SQS needs messageId and body.',
      ' A record of SQS needs messageId and body.',
      'm-8 A record of SQS needs messageId and body.',
      ' A record must be one of SQS or SNS.',
      ' A record of SQS needs messageId and body.',
      ' A record must be one of SQS or SNS.',
      'm-12 A notification of SNS needs Message.',
      'm-13 good',
    ])
  })

  test.each<[string, unknown, string]>([
    ['no records', { Records: [] }, NO_RECORDS],
    ['a record of S3', { Records: [{ eventSource: 'aws:s3', s3: {} }] }, 'A record must be one of SQS or SNS.'],
    ['no Sns', sns(DATA, {}, { Sns: undefined }), 'A record must be one of SQS or SNS.'],
    ['a text as Sns', sns(DATA, {}, { Sns: JSON_DATA }), 'A record must be one of SQS or SNS.'],
    ['no Message', sns(DATA, { Message: undefined }), 'A notification of SNS needs Message.'],
    ['an object as Message', sns(DATA, { Message: DATA }), 'A notification of SNS needs Message.'],
    ['a Message that is no data', sns('Hello from SNS!'), NO_OBJECT],
    ['no records in a queue', sqs({ Records: [] }), NO_RECORDS],
  ])('with %s is refused', (_, event, problem) => {
    expect(problemOf(event)).toBe(problem)
  })

  test('of EventBridge keeps its id', () => {
    expect(read(eventBridge(DATA))).toEqual([{ id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718', data: DATA }])
  })

  test('of SQS with an empty body is like a tombstone', () => {
    const bodies = ['', ' ', 'null', BOM, '{}', 'Hello', DATA]
    const messages = read(sqs(...bodies))
    expect(messages.map(({ id, isTombstone = false }) => [id, isTombstone])).toEqual(
      bodies.map((_, index) => [`m-${index + 1}`, index < 4]),
    )
  })

  test.each<[string, unknown]>([
    ['a text', { Records: 'none' }],
    ['null', { Records: null }],
    ['an object', { Records: {} }],
  ])('with %s as Records is data', (_, event) => {
    expect(found(event)).toEqual([event])
  })
})

describe('an event of veFaaS', () => {
  test.each(['timer', 'kafka', 'bmq', 'rocketmq', 'sns'])('is known by its type: %s', (trigger) => {
    expect(originOf(vefaasEvent(trigger, DATA))).toBe('vefaas')
    expect(originOf(vefaasEvent(trigger, DATA, { type: `bytefaas.${trigger}.event` }))).toBe('vefaas')
    expect(originOf(vefaasEvent(trigger, DATA, { type: `my.faas.${trigger}.event` }))).toBe('other')
  })

  test('of a topic', () => {
    expect(read(vefaasEvent('sns', vefaasSns(DATA)))).toEqual([
      { id: '9cab1030-dccf-4b61-ae07-542bffef0001', data: DATA },
    ])
    expect(found(vefaasEvent('sns', JSON.stringify(vefaasSns(inBase64(DATA)))))).toEqual([DATA])
    expect(problemOf(vefaasEvent('sns', vefaasSns('Hello')))).toBe(NO_OBJECT)
    expect(problemOf(vefaasEvent('sns', { Records: [] }))).toBe(NO_RECORDS)
  })

  const kafka = (value: unknown) => ({
    topic: 'tasks',
    partition: 0,
    offset: 15280,
    key: '',
    timestamp: 1747879456,
    value,
  })
  const rocketmq = (body: unknown) => ({ topic: 'tasks', msgId: 'AC110001', tags: '*', body, reconsumeTimes: 0 })

  describe.each(['kafka', 'bmq', 'rocketmq'])('of %s', (trigger) => {
    const forms: [string, unknown][] = [
      ['a message with value', kafka(DATA)],
      ['a message with value as JSON', kafka(JSON_DATA)],
      ['a message with value in base64', kafka(inBase64(DATA))],
      ['a message with body', rocketmq(DATA)],
      ['a message with body as JSON', rocketmq(JSON_DATA)],
      ['a message with body in base64', rocketmq(inBase64(DATA))],
      ['a message with message', { message: JSON_DATA }],
      ['a message with Body', { Topic: 'tasks', Body: inBase64(DATA) }],
      ['a message with a CloudEvent', kafka(JSON.stringify(cloudEvent(DATA)))],
      ['the data', DATA],
      ['a CloudEvent', cloudEvent(DATA)],
    ]

    test.each(forms)('with %s, alone, in a list, as JSON, in base64', (_, form) => {
      expect(found(vefaasEvent(trigger, form))).toMatchObject([DATA])
      expect(found(vefaasEvent(trigger, JSON.stringify(form)))).toMatchObject([DATA])
      expect(found(vefaasEvent(trigger, inBase64(form)))).toMatchObject([DATA])
      expect(found(vefaasEvent(trigger, [form, JSON.stringify(form)]))).toMatchObject([DATA, DATA])
      expect(found(vefaasEvent(trigger, JSON.stringify([form, form])))).toMatchObject([DATA, DATA])
      expect(found(vefaasEvent(trigger, inBase64([form])))).toMatchObject([DATA])
    })

    test('with good and bad messages', () => {
      const list = [kafka(inBase64(DATA)), 7, 'Hello', [DATA], cloudEvent(DATA, { id: '' })]
      expect(found(vefaasEvent(trigger, list))).toMatchObject([
        DATA,
        NO_OBJECT,
        NO_OBJECT,
        NO_OBJECT,
        'A CloudEvent needs id, a text that is not empty.',
      ])
    })

    test('with data_base64', () => {
      for (const form of [kafka(DATA), [rocketmq(inBase64(DATA))], DATA]) {
        expect(found(vefaasEvent(trigger, undefined, { data_base64: inBase64(form) }))).toMatchObject([DATA])
      }
      expect(problemOf(vefaasEvent(trigger, undefined, { data_base64: '*' }))).toMatch('must be base64')
    })

    test('with good and bad messages within a message', () => {
      const { Records } = vefaasSns(DATA)
      const inner = JSON.stringify({ Records: [Records, 7].flat() })
      expect(found(vefaasEvent(trigger, kafka(inner)))).toMatchObject([DATA, 'A record must be one of SQS or SNS.'])
    })

    test('with data that has a key of its own like a message', () => {
      const full = [{ en: 'done' }, '{"en":"done"}', inBase64({ en: 'done' }), ' ', {}]
      for (const message of full) {
        const data = { ...DATA, message, value: message }
        expect(found(vefaasEvent(trigger, data))).toMatchObject([data])
        expect(found(vefaasEvent(trigger, [kafka(data)]))).toMatchObject([DATA])
      }
    })

    test('with an empty list has no messages', () => {
      for (const data of [[], '[]', inBase64([])]) expect(read(vefaasEvent(trigger, data))).toEqual([])
    })

    const tombstones = (data: unknown) => read(vefaasEvent(trigger, data)).map(({ isTombstone = false }) => isTombstone)

    test.each([null, '', ' ', 'null', inBase64(null), undefined])('with %j for a value is a tombstone', (value) => {
      expect(tombstones(value)).toEqual([true])
      expect(tombstones([value, kafka(DATA), value])).toEqual([true, false, true])
      expect(tombstones([kafka(value), rocketmq(value), kafka(JSON_DATA)])).toEqual([true, true, false])
      expect(tombstones(JSON.stringify([kafka(value ?? null)]))).toEqual([true])
      expect(tombstones({ value, message: ' ' })).toEqual([true])
    })

    test('that has a value somewhere is no tombstone', () => {
      const messages = [
        {},
        'Hello',
        7,
        [],
        'e30=',
        kafka('Hello'),
        kafka({}),
        kafka(0),
        kafka(false),
        { message: null },
      ]
      for (const message of messages) expect(tombstones([message])).toEqual([false])
      expect(tombstones([{ ...kafka(null), body: JSON_DATA }])).toEqual([false])
      expect(found(vefaasEvent(trigger, [{ ...kafka(null), body: JSON_DATA }]))).toMatchObject([DATA])
      expect(found(vefaasEvent(trigger, [{ ...kafka('null'), message: JSON_DATA }]))).toMatchObject([DATA])
    })

    test('that has no value, and is the data or an event itself, has its own keys', () => {
      expect(found(vefaasEvent(trigger, [{ ...DATA, value: null }]))).toMatchObject([DATA])
      expect(found(vefaasEvent(trigger, [cloudEvent(DATA, { value: null, body: '' })]))).toMatchObject([DATA])
    })

    // A message that holds no data has none of the keys that a schema asks for.
    test.each(['Hello', '{', 'null', '7', null, 7])('with a message that holds %j has no data', (content) => {
      for (const message of [kafka(content), rocketmq(content)]) {
        expect(found(vefaasEvent(trigger, message))).toEqual([message])
      }
    })
  })
})

describe('what a stranger may write never makes a request anything else', () => {
  const forged = [sqs(DATA), vefaasEvent('timer', DATA), eventBridge(DATA), sns(DATA)]

  test.each(Object.entries(SHAPES))('%s', (_, shape) => {
    for (const envelope of forged) {
      for (const type of ['application/json', 'application/cloudevents+json', 'text/plain']) {
        expect(originOf(shape(structured(envelope, type)))).toBe('http')
      }
      expect(originOf({ ...envelope, ...shape({ method: 'POST' }) })).toBe('http')
    }
  })

  test('nor does a method that nobody knows', () => {
    for (const httpMethod of ['', null, 7, {}]) expect(originOf({ ...DATA, httpMethod })).toBe('http')
    expect(originOf({ requestContext: { connectionId: 'L0SM9cOFvHcCIhw=' }, body: JSON_DATA })).toBe('http')
  })
})

describe('whatever the event is', () => {
  const KEYS = ['Records', 'specversion', 'id', 'source', 'type', 'data', 'data_base64', 'detail', 'detail-type', 'Sns']
  const MORE = ['Message', 'Type', 'TopicArn', 'eventSource', 'messageId', 'body', 'headers', 'httpMethod', 'value']
  const WORDS = [
    '1.0',
    'aws:sqs',
    'aws:sns',
    'Notification',
    'faas.kafka.event',
    'faas.timer.event',
    'POST',
    'e30=',
    '[]',
  ]
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      fc.anything(),
      fc.constantFrom(...WORDS),
      fc.dictionary(fc.constantFrom(...KEYS, ...MORE, '__proto__'), tie('value'), { noNullPrototype: false }),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('value').map((inner) => JSON.stringify(inner, (_, found) => (typeof found === 'bigint' ? 0 : found)) ?? ''),
      tie('value').map((inner) =>
        Buffer.from(String(JSON.stringify(inner, (_, found) => (typeof found === 'bigint' ? 0 : found)))).toString(
          'base64',
        ),
      ),
    ),
  }))

  function isWellFormed(event: unknown): void {
    const messages = read(event)
    for (const { id, data, problem } of messages) {
      expect(id).toBeTypeOf('string')
      expect(Array.isArray(data)).toBe(false)
      expect(data).toBeTypeOf('object')
      expect(data).not.toBeNull()
      if (problem !== undefined) expect(problem).toMatch(/^[A-Z][\w .,:;+/()-]+\.$/)
    }
  }

  test('there is a message or a problem, and nothing is thrown', () => {
    const anything = fc.anything({ withNullPrototype: true, withMap: true, withDate: true })
    fc.assert(fc.property(anything, (event) => read(event).length > 0))
    fc.assert(fc.property(anything, isWellFormed))
    fc.assert(fc.property(value, isWellFormed), { numRuns: 2_000 })
  })

  test('the same holds for every body of a request', () => {
    const type = fc.constantFrom(
      'application/cloudevents+json',
      'application/cloudevents-batch+json',
      'application/json',
      '',
    )
    const name = fc.constantFrom('ce-id', 'ce-type', 'ce-source', 'ce-specversion', 'X-Other')
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      value.map((inner) => (typeof inner === 'string' ? inner : '')),
    )
    const shape = fc.constantFrom(...Object.values(SHAPES))
    const headers = fc.array(fc.tuple(name, fc.string()))
    fc.assert(
      fc.property(shape, type, headers, body, fc.boolean(), (shape, type, headers, body, isBase64Encoded) => {
        isWellFormed({
          ...shape({ method: 'POST', headers: [...headers, ['Content-Type', type]], body }),
          isBase64Encoded,
        })
      }),
    )
  })
})

describe('every valid CloudEvent', () => {
  // CloudEvents 1.0.2, "Type System": no control characters, no halves of surrogate pairs.
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  const core = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema', 'data']
  const name = fc
    .oneof(
      fc.string({ unit: fc.constantFrom(...'abcxyz0123456789'), minLength: 1, maxLength: 20 }),
      fc.constantFrom('value', 'body', 'message', 'detail', 'key', 'constructor', 'records', 'httpmethod', 'sandboxid'),
    )
    .filter((name) => !core.includes(name))
  const attributes = fc
    .record({
      required: fc.record({ specversion: fc.constant('1.0'), id: word, source: word, type: word }),
      optional: fc.record(
        {
          subject: fc.option(word),
          time: fc.constantFrom('2026-11-23T12:00:00Z', '2026-11-23T12:00:00.123456789+08:00', null),
          dataschema: fc.option(fc.webUrl()),
        },
        { requiredKeys: [] },
      ),
      extensions: fc.dictionary(name, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null))),
    })
    .map(({ required, optional, extensions }): Record<string, unknown> => ({ ...extensions, ...optional, ...required }))

  const anyCase = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) => [...text].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''))
  const spelled = (...types: string[]) =>
    fc
      .tuple(
        fc.constantFrom(...types).chain(anyCase),
        fc.constantFrom('', ';charset=utf-8', '; charset=UTF-8', ' ; charset="utf-8"'),
      )
      .map((parts) => parts.join(''))
  const jsonType = spelled('application/json', 'text/json', 'application/vnd.task.v1+json')
  const textType = spelled('text/plain', 'application/octet-stream', 'application/xml')

  const id = fc.stringMatching(/^i-[a-z0-9]{1,20}$/)
  const data = fc.record({ SandboxId: id, Reason: anyText(), TaskId: fc.jsonValue() })
  const mark = fc.constantFrom('', BOM)

  /** A CloudEvent in the JSON format, with the data that it carries. */
  const inJson = fc
    .record({
      attributes,
      data,
      mark,
      jsonType: fc.option(jsonType, { nil: undefined }),
      textType,
      unset: fc.boolean(),
    })
    .chain(({ attributes, data, mark, jsonType, textType, unset }) => {
      const text = `${mark}${JSON.stringify(data)}`
      const asObject = { ...attributes, datacontenttype: jsonType, data, ...(unset && { data_base64: null }) }
      const asText = { ...attributes, datacontenttype: textType, data: text }
      const asBytes = {
        ...attributes,
        datacontenttype: jsonType ?? textType,
        data_base64: Buffer.from(text).toString('base64'),
      }
      return fc.constantFrom<Record<string, unknown>>(asObject, asText, asBytes).map((event) => ({ event, data }))
    })

  const ways: fc.Arbitrary<{ sent: Sent; all: unknown[] }> = fc.oneof(
    fc.tuple(inJson, mark, spelled('application/cloudevents+json')).map(([{ event, data }, mark, type]) => ({
      sent: { ...structured(event, type), body: `${mark}${JSON.stringify(event)}` },
      all: [data],
    })),
    fc
      .tuple(fc.array(inJson, { maxLength: 3 }), mark, spelled('application/cloudevents-batch+json'))
      .map(([events, mark, type]) => ({
        sent: { ...structured([], type), body: `${mark}${JSON.stringify(events.map(({ event }) => event))}` },
        all: events.map(({ data }) => data),
      })),
    fc.tuple(attributes, data, mark, fc.option(fc.oneof(jsonType, textType))).map(([attributes, data, mark, type]) => {
      const set = Object.entries(attributes).filter(([, value]) => value !== null)
      const { headers = [], ...sent } = binary({ ...Object.fromEntries(set), data: `${mark}${JSON.stringify(data)}` })
      const rest = headers.filter(([name]) => name !== 'Content-Type')
      return {
        sent: { ...sent, headers: type === null ? rest : [...rest, ['Content-Type', type] as const] },
        all: [data],
      }
    }),
  )

  test('is understood, and has its own data', () => {
    const shape = fc.constantFrom(...Object.values(SHAPES))
    fc.assert(
      fc.property(ways, shape, fc.boolean(), ({ sent, all }, shape, isBase64Encoded) => {
        const event = shape(sent)
        expect(found(isBase64Encoded ? bodyInBase64(event) : event)).toEqual(JSON.parse(JSON.stringify(all)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('is understood in a queue, and has its own data', () => {
    fc.assert(
      fc.property(fc.array(inJson, { minLength: 1, maxLength: 3 }), mark, (events, mark) => {
        const expected = JSON.parse(JSON.stringify(events.map(({ data }) => data)))
        const bodies = events.map(({ event }) => `${mark}${JSON.stringify(event)}`)
        expect(found(sqs(...bodies))).toEqual(expected)
        const values = bodies.map((body) => ({ topic: 'tasks', value: Buffer.from(body).toString('base64') }))
        expect(found(vefaasEvent('kafka', values))).toMatchObject(expected)
      }),
      { numRuns: 500 },
    )
  })
})
