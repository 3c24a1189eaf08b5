import { request as send } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEcs } from '../ecs/index.ts'
import { signedRequest } from '../ecs/testing.ts'
import { type Endpoint, startEndpoint } from './endpoint.ts'

let endpoint: Endpoint

beforeAll(async () => {
  endpoint = await startEndpoint({ port: 0, services: [createEcs()] })
})
afterAll(() => endpoint.close())

/** The status of a correctly signed call with these additional headers. */
function statusWith(headers: Record<string, string>): Promise<number | undefined> {
  const { url, init } = signedRequest(endpoint.url, { Action: 'DescribeInstances', Version: '2020-04-01' })
  return new Promise((resolve, reject) => {
    const request = send(url, { headers: { ...init.headers, ...headers } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject).end()
  })
}

test('a control that lacks a path names the whole path', async () => {
  const response = await fetch(`${endpoint.url}/_emulator/ecs/nothing`)
  expect(await response.json()).toEqual({
    Error: 'no route GET /_emulator/ecs/nothing; there are faults, clock, calls, reset, instances, settings',
  })
})

test.each<[status: number, headers: Record<string, string>]>([
  [200, {}],
  [200, { Host: 'localhost:18103' }],
  [200, { Origin: 'http://127.0.0.1:3000' }],
  [403, { Host: 'evil.example:18103' }],
  [403, { Host: '127.0.0.1.evil.example' }],
  [403, { Origin: 'http://evil.example' }],
  [403, { Origin: 'null' }],
])('%i for %o', async (status, headers) => {
  expect(await statusWith(headers)).toBe(status)
})
