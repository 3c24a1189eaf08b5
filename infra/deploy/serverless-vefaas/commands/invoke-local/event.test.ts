import { describe, expect, test } from 'vitest'
import type { EventConfig } from '../../config.ts'
import { serviceWith } from '../../testing.ts'
import { eventFor } from './event.ts'

function functionWith(...events: EventConfig[]) {
  const [spec] = serviceWith({ one: { events } }).functions
  if (spec === undefined) throw new Error('no function')
  return spec
}

const ofAction = functionWith({ apig: { path: '/events' } }, { apig: { action: 'DoThis', version: '2020-04-01' } })

test('data for the function of an action are its parameters, in the body', () => {
  expect(eventFor(ofAction, { Name: 'ü', MaxResults: 5 }, 'id-1')).toEqual({
    httpMethod: 'POST',
    path: '/',
    pathParameters: {},
    queryStringParameters: { Action: 'DoThis', Version: '2020-04-01' },
    headers: { Host: '127.0.0.1', 'Content-Type': 'application/json', 'X-Faas-Request-Id': 'id-1' },
    body: '{"Name":"ü","MaxResults":5}',
  })
})

describe('data are the event', () => {
  test.each([
    ['an event of veFaaS', { httpMethod: 'GET', path: '/' }],
    ['an event of AWS Lambda', { version: '2.0', requestContext: { http: { method: 'GET' } } }],
  ])('if they are %s', (_what, event) => {
    expect(eventFor(ofAction, event, 'id-1')).toBe(event)
  })

  test.each<[string, EventConfig[]]>([
    ['only timers', [{ timer: { crontab: '* * * * *' } }]],
    ['a route without an action', [{ apig: { path: '/events', method: 'POST', query: { Version: '1' } } }]],
    ['a route of many actions', [{ apig: { path: '/', query: { Action: { prefix: 'Do' } } } }]],
    ['no event', []],
  ])('for a function of %s', (_what, events) => {
    const data = { any: 'thing' }
    expect(eventFor(functionWith(...events), data, 'id-1')).toBe(data)
  })
})
