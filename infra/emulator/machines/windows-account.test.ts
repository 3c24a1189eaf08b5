import { expect, test } from 'vitest'
import { netUserError } from './windows-account.ts'

const policy = 'The password does not meet the password policy requirements.'

test.each([
  ['kx3v09fe2lq0@7', ''], // 14 characters of three kinds
  ['Abcdefg1', ''],
  ['abcdef1@', ''],
  ['ABCDEF1@', ''],
  ['Abcdefg', policy], // 7 characters
  ['Abc1@', policy],
  ['', policy],
  ['abcdefg1', policy], // two kinds
  ['ABCDEFGH', policy],
  ['12345678', policy],
  ['Abc-ecs-123', policy], // contains the name
  ['Abc-ECS-123', policy],
])('%j: "%s"', (password, expected) => {
  expect(netUserError({ user: 'ecs', username: 'ecs', password })).toBe(expected)
})

test.each(['kx3v09fe2lq0@71', 'Ka9@01234567890123456789012345', 'aaaaaaaaaaaaaaa'])(
  '%s is longer than 14 characters: a question without an answer',
  (password) => {
    const error = netUserError({ user: 'ecs', username: 'root', password })
    expect(error).toMatch(/longer than 14 characters.*\(Y\/N\).*No valid response was provided\.$/s)
  },
)

test('a password may contain a name of two characters', () => {
  expect(netUserError({ user: 'ab', username: 'ab', password: 'Crab-1234' })).toBe('')
})

test.each([
  ['ECS', ''], // account names are case-insensitive
  ['root', 'The user name could not be found.'],
  ['', 'The user name could not be found.'],
])('the user %j: "%s"', (username, expected) => {
  expect(netUserError({ user: 'ecs', username, password: 'Good-Secret-1' })).toBe(expected)
})
