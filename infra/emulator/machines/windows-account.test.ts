import { expect, test } from 'vitest'
import { refusalOfWindows } from './windows-account.ts'

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
  ['Abc-ecs-123', policy], // its own name
  ['Abc-ECS-123', policy],
])('%j: "%s"', (password, expected) => {
  expect(refusalOfWindows({ user: 'ecs', username: 'ecs', password })).toBe(expected)
})

test.each(['kx3v09fe2lq0@71', 'Ka9@01234567890123456789012345', 'aaaaaaaaaaaaaaa'])(
  '%s is longer than 14 characters: a question that nobody answers',
  (password) => {
    const refusal = refusalOfWindows({ user: 'ecs', username: 'root', password })
    expect(refusal).toMatch(/longer than 14 characters.*\(Y\/N\).*No valid response was provided\.$/s)
  },
)

test('a name of two characters may stand in a password', () => {
  expect(refusalOfWindows({ user: 'ab', username: 'ab', password: 'Crab-1234' })).toBe('')
})

test.each([
  ['ECS', ''], // names of accounts have no case
  ['root', 'The user name could not be found.'],
  ['', 'The user name could not be found.'],
])('the user %j: "%s"', (username, expected) => {
  expect(refusalOfWindows({ user: 'ecs', username, password: 'Good-Secret-1' })).toBe(expected)
})
