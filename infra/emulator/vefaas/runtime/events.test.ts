import { describe, expect, it, test } from 'vitest'
import { requestEvent, timerEvent } from './events.ts'
import type { FunctionRequest } from './http.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const eventOf = (request: Partial<FunctionRequest>) =>
  requestEvent({ method: 'GET', path: '/', query: '', headers: [], body: Buffer.alloc(0), ...request }, 'some-id')

describe('the event of a request', () => {
  it('has only the six documented fields', () => {
    const event = eventOf({
      method: 'POST',
      path: '/some/path',
      query: 'Action=A&Action=B&text=a%20b+c&broken=%zz&empty',
      headers: [
        ['user-agent', 'test'],
        ['X-TENANT', 'one'],
        ['x-tenant', 'two'],
        ['x-faas-request-id', 'forged'],
      ],
      body: Buffer.from('{"ü":1}'),
    })
    expect(event).toEqual({
      httpMethod: 'POST',
      path: '/some/path',
      pathParameters: {},
      queryStringParameters: { Action: 'A,B', text: 'a b c', broken: '%zz', empty: '' },
      headers: {
        'User-Agent': 'test',
        'X-Tenant': 'one,two',
        'X-Faas-Request-Id': 'some-id',
        'X-Faas-Event-Type': 'http',
      },
      body: '{"ü":1}',
    })
  })

  it('contains a query key named __proto__ like any other', () => {
    const { queryStringParameters = {} } = eventOf({ query: '__proto__=1' }) as { queryStringParameters?: object }
    expect(Object.entries(queryStringParameters)).toEqual([['__proto__', '1']])
  })

  it('can only contain text, so a body that is not UTF-8 is refused', () => {
    expect(() => eventOf({ body: Buffer.from([0xff, 0xfe]) })).toThrow(
      expect.objectContaining({ code: 'unsupported_body' }),
    )
  })

  it('has a body of at most 6 MB', () => {
    const bytes = 6 * 1024 * 1024
    expect(eventOf({ body: Buffer.alloc(bytes, 'a') })).toMatchObject({ body: 'a'.repeat(bytes) })
    expect(() => eventOf({ body: Buffer.alloc(bytes + 1, 'a') })).toThrow(
      expect.objectContaining({ code: 'request_too_large' }),
    )
  })
})

test('the event of a timer is a CloudEvent with the payload as text, a new id and the real time', () => {
  const before = Date.now()
  const events = [timerEvent('some-timer', '{"DryRun":true}'), timerEvent('some-timer', '')]
  const [event, other] = events
  expect(event).toEqual({
    id: expect.stringMatching(uuid),
    source: '/faas/event/timer/some-timer',
    specversion: '1.0',
    type: 'faas.timer.event',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    datacontenttype: 'application/octet-stream',
    data: '{"DryRun":true}',
  })
  expect(other?.data).toBe('')
  expect(other?.id).not.toBe(event?.id)
  expect(other?.source).toBe(event?.source)
  for (const { time = '' } of events) {
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(time)).toBeLessThanOrEqual(Date.now())
  }
})
