import { expect, test } from 'vitest'
import { createClientTokens } from './client-token.ts'

test('a repetition has the token of the first try, another creation another one', () => {
  const tokens = createClientTokens()
  const first = tokens.tokenFor({ OsType: 'Linux', InstanceName: 'a' })
  expect(first).toMatch(/^[!-+\--~]{1,64}$/) // what CreateSandbox takes
  expect(tokens.tokenFor({ OsType: 'Linux', InstanceName: 'a' })).toBe(first)
  expect(tokens.tokenFor({ OsType: 'Linux', InstanceName: 'b' })).not.toBe(first)
})

test('after a creation that worked, the same again is another machine', () => {
  const tokens = createClientTokens()
  const first = tokens.tokenFor({ OsType: 'Linux' })
  tokens.forget()
  expect(tokens.tokenFor({ OsType: 'Linux' })).not.toBe(first)
})
