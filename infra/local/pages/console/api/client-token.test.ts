import { expect, test } from 'vitest'
import { createClientTokens } from './client-token.ts'

test('a retry has the token of the first try, another creation has another token', () => {
  const tokens = createClientTokens()
  const first = tokens.tokenFor({ OsType: 'Linux', InstanceName: 'a' })
  expect(first).toMatch(/^[!-+\--~]{1,64}$/) // the format that CreateSandbox accepts
  expect(tokens.tokenFor({ OsType: 'Linux', InstanceName: 'a' })).toBe(first)
  expect(tokens.tokenFor({ OsType: 'Linux', InstanceName: 'b' })).not.toBe(first)
})

test('after a success, the same parameters get a new token', () => {
  const tokens = createClientTokens()
  const first = tokens.tokenFor({ OsType: 'Linux' })
  tokens.forget()
  expect(tokens.tokenFor({ OsType: 'Linux' })).not.toBe(first)
})
