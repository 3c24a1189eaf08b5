import { describe, expect, test } from 'vitest'
import {
  alb,
  albMultiValue,
  apiGatewayV1,
  functionUrl,
  inBase64,
  type Sent,
  SHAPES,
  vefaas,
} from '../../tests/support/events.ts'
import { toHttpRequest } from './http-request.ts'

const shapes = Object.entries(SHAPES)

const read = (event: unknown) => {
  const { query, headers, ...rest } = toHttpRequest(event)
  return { ...rest, query: { ...query }, headers: { ...headers } }
}

describe.each(shapes)('an event of %s', (name, shape) => {
  const sent: Sent = {
    method: 'POST',
    query: [
      ['Action', 'CreateSandbox'],
      ['InstanceName', '桌面 1'],
      ['TagValue', 'a+b=c/d&e'],
      ['UserData', 'IyEv+/8='],
    ],
    headers: [
      ['Content-Type', 'application/json'],
      ['X-API-Key', 'fake-key'],
    ],
    body: '{"OsType":"Linux"}',
  }

  test('gives method, query, headers and body', () => {
    expect(read(shape(sent))).toMatchObject({
      method: 'POST',
      query: { Action: 'CreateSandbox', InstanceName: '桌面 1', TagValue: 'a+b=c/d&e', UserData: 'IyEv+/8=' },
      headers: { 'content-type': 'application/json', 'x-api-key': 'fake-key' },
      body: '{"OsType":"Linux"}',
      isBase64Encoded: false,
    })
    expect(Object.keys(read(shape(sent)).query)).toHaveLength(4)
  })

  test('without query and body gives empty ones', () => {
    expect(read(shape({}))).toMatchObject({ method: 'GET', query: {}, body: '' })
    expect(read(shape({})).query).toEqual({})
  })

  test('with its body in base64 says so', () => {
    if (name === 'vefaas') return
    expect(read(inBase64(shape(sent)))).toMatchObject({
      body: Buffer.from('{"OsType":"Linux"}').toString('base64'),
      isBase64Encoded: true,
    })
  })

  test('has names of properties of every object for parameters like any other', () => {
    const query = toHttpRequest(shape({ query: [['constructor', 'x']] })).query
    expect(Object.entries(query)).toEqual([['constructor', 'x']])
    expect(query.toString).toBeUndefined()
  })
})

describe('a repeated key', () => {
  const query: Sent['query'] = [
    ['Token', 'a'],
    ['Token', 'b'],
    ['Action', 'X'],
  ]

  // An ALB without multi-value headers hands on the last value alone.
  test.each(shapes.filter(([name]) => name !== 'alb'))('of the query is joined with a comma (%s)', (_, shape) => {
    expect(read(shape({ query })).query).toEqual({ Token: 'a,b', Action: 'X' })
  })

  test('of an ALB without multi-value headers is the last one, which is all that it sends', () => {
    expect(read(alb({ query })).query).toEqual({ Token: 'b', Action: 'X' })
  })

  const headers: Sent['headers'] = [
    ['X-API-Key', 'one'],
    ['X-API-Key', 'two'],
  ]

  test.each(shapes.filter(([name]) => name !== 'alb'))('of the headers is joined with a comma (%s)', (_, shape) => {
    expect(read(shape({ headers })).headers['x-api-key']).toBe('one,two')
  })
})

describe('a query as it stands in the URL', () => {
  test.each([
    ['a space', 'a%20b', 'a b'],
    ['a plus sign', 'a+b', 'a b'],
    ['an encoded plus sign', 'a%2Bb', 'a+b'],
    ['an encoded ampersand and equals sign', 'a%26Action%3DDeleteSandbox', 'a&Action=DeleteSandbox'],
    ['an encoding twice over', 'a%2526b', 'a%26b'],
    ['letters beyond ASCII', '%E6%A1%8C', '桌'],
    ['a percent sign alone', '100%', '100%'],
    ['NUL', 'a%00b', 'a\0b'],
  ])('%s is decoded here for ALB, which does not do it', (_, raw, decoded) => {
    const base = { httpMethod: 'GET', headers: {} }
    const elb = { requestContext: { elb: { targetGroupArn: 'arn' } } }
    expect(read({ ...base, ...elb, queryStringParameters: { Token: raw } }).query).toEqual({ Token: decoded })
    expect(read({ ...base, ...elb, multiValueQueryStringParameters: { Token: [raw] } }).query).toEqual({
      Token: decoded,
    })
  })

  test('is not decoded again where the platform has done it', () => {
    for (const shape of [vefaas, apiGatewayV1]) {
      expect(read(shape({ query: [['Token', 'a%26b+c']] })).query).toEqual({ Token: 'a%26b+c' })
    }
  })

  test('an ALB encodes names, too', () => {
    expect(read(alb({ query: [['Tag Key', 'x']] })).query).toEqual({ 'Tag Key': 'x' })
    expect(read(albMultiValue({ query: [['a&b', 'x']] })).query).toEqual({ 'a&b': 'x' })
  })
})

test.each(shapes)('header names of %s that differ in case alone are one', (_, shape) => {
  const headers: Sent['headers'] = [
    ['X-API-Key', 'one'],
    ['x-api-key', 'two'],
  ]
  expect(['one,two', 'two']).toContain(read(shape({ headers })).headers['x-api-key'])
})

test('only an ALB with multi-value headers needs an answer with them', () => {
  const needing = shapes.filter(([, shape]) => toHttpRequest(shape({})).multiValueReply).map(([name]) => name)
  expect(needing).toEqual(['albMultiValue'])
  expect(functionUrl({}).version).toBe('2.0')
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', '{"httpMethod":"GET"}'],
  ['a number', 42],
  ['a list', [{ httpMethod: 'GET' }]],
  ['an empty object', {}],
  [
    'a CloudEvent',
    { id: '1', source: '/faas/event/timer/t', specversion: '1.0', type: 'faas.timer.event', data: '{}' },
  ],
  ['a scheduled event', { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} }],
  ['a queue event', { Records: [{ messageId: '1', body: '{}', eventSource: 'aws:sqs' }] }],
  ['a method that is no text', { httpMethod: ['GET'], requestContext: { http: { method: { a: 1 } } } }],
])('%s is a request without a method', (_, event) => {
  expect(read(event)).toMatchObject({ method: '', query: {}, headers: {}, body: '' })
})

test.each([
  ['maps that are null', { headers: null, multiValueHeaders: null, queryStringParameters: null, body: null }],
  ['maps that are texts', { headers: 'a', queryStringParameters: 'Action=x', requestContext: 'x' }],
  ['values that are objects', { headers: { a: {} }, queryStringParameters: { a: { b: 1 } }, body: { a: 1 } }],
  ['values that are null', { headers: { a: null }, queryStringParameters: { a: null }, requestContext: null }],
  ['lists in lists', { multiValueHeaders: { a: [[['x']]] }, multiValueQueryStringParameters: { a: [[{}]] } }],
  ['lists that are none', { multiValueHeaders: { a: 'x' }, multiValueQueryStringParameters: [['a']] }],
])('%s are read without an error, and every value is a text', (_, event) => {
  const request = read({ httpMethod: 'GET', ...event })
  expect(request.method).toBe('GET')
  for (const value of [...Object.values(request.query), ...Object.values(request.headers), request.body]) {
    expect(typeof value).toBe('string')
  }
})
