import { expect, test } from 'vitest'
import { isMoving, nameOf } from './sandbox.ts'

test('a machine is called by its name, without one by its id', () => {
  expect(nameOf({ SandboxId: 'i-1', InstanceName: 'sandbox-agent-1' })).toBe('sandbox-agent-1')
  expect(nameOf({ SandboxId: 'i-1', InstanceName: '' })).toBe('i-1')
  expect(nameOf({ SandboxId: 'i-1' })).toBe('i-1')
})

test.each([
  ['CREATING', true],
  ['DELETING', true],
  ['RUNNING', false],
  ['STOPPED', false],
  ['ERROR', false],
  ['HIBERNATED', false],
])('%s passes by itself: %s', (status, expected) => {
  expect(isMoving(status)).toBe(expected)
})
