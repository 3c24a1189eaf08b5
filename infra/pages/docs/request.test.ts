import { expect, test } from 'vitest'
import type { Operation } from './openapi.ts'
import { curl, http, inBody, inQuery } from './request.ts'

const parameter = { description: '', required: false, isUsual: false }
const operation: Operation = {
  id: 'CreateSandbox',
  method: 'GET',
  path: '/?Action=CreateSandbox&Version=2020-04-01',
  summary: '',
  description: '',
  parameters: [
    { ...parameter, name: 'InstanceName', schema: { type: 'string' } },
    { ...parameter, name: 'LifetimeSeconds', schema: { type: 'integer' } },
  ],
  bodies: [],
  result: {},
  examples: [],
  failures: [],
}
const values = { InstanceName: "o'clock & 100 %", LifetimeSeconds: '0060' }

test('a query has the values that are not empty, encoded', () => {
  expect(http(inQuery(operation, { ...values, InstanceName: '' }))).toBe(`GET ${operation.path}&LifetimeSeconds=0060`)
  expect(inQuery(operation, values).path).toBe(
    `${operation.path}&InstanceName=o%27clock+%26+100+%25&LifetimeSeconds=0060`,
  )
})

test.each([
  ['0060', 60],
  ['', undefined],
  ['a minute', 'a minute'],
  ['9'.repeat(16), '9'.repeat(16)],
])('an integer %o is %o in a body', (LifetimeSeconds, sent) => {
  const { path, body } = inBody(operation, { LifetimeSeconds })
  expect(path).toBe(operation.path)
  expect(JSON.parse(body?.text ?? '')).toEqual(sent === undefined ? {} : { LifetimeSeconds: sent })
})

test('a curl command is quoted for a shell, and has the key only as a variable', () => {
  const line = curl(inBody(operation, values), 'http://127.0.0.1:8102', true)
  expect(line).toBe(
    `curl -s -H "X-API-Key: $KEY" -H 'Content-Type: application/json' --data-raw '{"InstanceName":"o'\\''clock & 100 %","LifetimeSeconds":60}' 'http://127.0.0.1:8102${operation.path}'`,
  )
  expect(curl(inQuery(operation, {}), '', false)).toBe(`curl -s '${operation.path}'`)
})
