import { expect, test } from 'vitest'
import { canRenew, displayName, displayStatus, isTransitional } from './sandbox.ts'

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

test.each([
  ['RUNNING', '2026-11-23T12:00:01Z', 'RUNNING', true],
  ['RUNNING', '2026-11-23T12:00:00Z', 'EXPIRED', false],
  ['RUNNING', undefined, 'RUNNING', true],
  ['STOPPED', '2026-11-23T11:00:00Z', 'STOPPED', true],
  ['STOPPING', '2026-11-23T11:00:00Z', 'STOPPING', false],
  ['STARTING', '2026-11-23T11:00:00Z', 'EXPIRED', false],
  ['CREATING', '2026-11-23T11:00:00Z', 'EXPIRED', false],
  ['DELETING', '2026-11-23T11:00:00Z', 'DELETING', false],
  ['ERROR', '2026-11-23T13:00:00Z', 'ERROR', false],
])('%s that expires at %s is shown at noon as %s; can be renewed: %s', (Status, ExpireAt, shown, isRenewable) => {
  const sandbox = { Status, ...(ExpireAt && { ExpireAt }) }
  const noon = Date.parse('2026-11-23T12:00:00Z')
  expect(displayStatus(sandbox, noon)).toBe(shown)
  expect(canRenew(sandbox, noon)).toBe(isRenewable)
})
