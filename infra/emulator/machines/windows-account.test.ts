import { expect, test } from 'vitest'
import { refusalOfWindows } from './windows-account.ts'

const policy = 'The password does not meet the password policy requirements.'

test.each([
  ['Ka9@01234567890123456789012345', ''],
  ['Abcdefg1', ''], // three kinds of characters
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
