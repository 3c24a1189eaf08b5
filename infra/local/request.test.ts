import { describe, expect, test } from 'vitest'
import { parseService } from '../service.ts'
import { requestFor } from './request.ts'

const functionWith = (events: string) => {
  const [one] = parseService(`
service: ecs-manager
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing }
functions:
  some-function:
    handler: functions/some-function/index.handler
    events: ${events}
`).functions
  if (one === undefined) throw new Error('no function')
  return one
}

const ofAction = functionWith("[{ apig: { path: /events } }, { apig: { action: DoThis, version: '2020-04-01' } }]")

test('data for the function of an action are its parameters, in the body of a request', () => {
  const request = requestFor(ofAction, { InstanceName: 'ü', MaxResults: 5 })
  expect(request).toEqual({
    method: 'POST',
    path: '/',
    query: 'Action=DoThis&Version=2020-04-01',
    headers: [
      ['Host', '127.0.0.1'],
      ['Content-Type', 'application/json'],
    ],
    body: expect.any(Buffer),
  })
  expect(JSON.parse(String(request?.body))).toEqual({ InstanceName: 'ü', MaxResults: 5 })
})

describe('data is the event itself', () => {
  test.each([
    ['an event of veFaaS', { httpMethod: 'GET', path: '/' }],
    ['an event of AWS Lambda', { version: '2.0', requestContext: { http: { method: 'GET' } } }],
  ])('where it is %s', (_what, event) => {
    expect(requestFor(ofAction, event)).toBeUndefined()
  })

  test.each([
    ['nothing but timers', "[{ timer: { crontab: '* * * * *' } }]"],
    ['a route that names no action', '[{ apig: { path: /events, method: POST, query: { Action: DoThis } } }]'],
    ['no event', '[]'],
  ])('for a function of %s', (_what, events) => {
    expect(requestFor(functionWith(events), { any: 'thing' })).toBeUndefined()
  })
})
