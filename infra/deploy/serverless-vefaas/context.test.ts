import { expect, test } from 'vitest'
import { pollMsFor } from './context.ts'

test.each([
  ['http://127.0.0.1:1', 50],
  ['https://localhost:1', 50],
  ['https://open.volcengineapi.com', 2_000],
])('resources at %s are polled every %i ms', (endpoint, pollMs) => {
  expect(pollMsFor(endpoint)).toBe(pollMs)
})
