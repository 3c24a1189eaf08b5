import { expect, test } from 'vitest'
import { displayName, isTransitional } from './sandbox.ts'

test('the display name is the name, or the id if there is no name', () => {
  expect(displayName({ SandboxId: 'i-1', InstanceName: 'sandbox-agent-1' })).toBe('sandbox-agent-1')
  expect(displayName({ SandboxId: 'i-1', InstanceName: '' })).toBe('i-1')
  expect(displayName({ SandboxId: 'i-1' })).toBe('i-1')
})

test.each([
  ['CREATING', true],
  ['DELETING', true],
  ['RUNNING', false],
  ['STOPPED', false],
  ['ERROR', false],
  ['HIBERNATED', false],
])('%s is transitional: %s', (status, expected) => {
  expect(isTransitional(status)).toBe(expected)
})
