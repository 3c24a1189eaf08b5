import { expect, test } from 'vitest'
import { pollInterval } from './poll-interval.ts'

const state = { statuses: [], unchangedMs: 0, failures: 0 }

test.each([
  ['no sandboxes', {}, 4_000],
  ['no transitional status', { statuses: ['RUNNING', 'STOPPED', 'ERROR'] }, 4_000],
  ['one is booting', { statuses: ['RUNNING', 'CREATING'] }, 1_000],
  ['one is being deleted', { statuses: ['DELETING'] }, 1_000],
  ['one is booting for long', { statuses: ['CREATING'], unchangedMs: 90_000 }, 4_000],
  ['an unknown status', { statuses: ['HIBERNATED'] }, 4_000],
  ['nothing has happened for long', { statuses: ['RUNNING'], unchangedMs: 600_000 }, 15_000],
  ['one failure', { statuses: ['CREATING'], failures: 1 }, 2_000],
  ['two failures', { failures: 2 }, 4_000],
  ['many failures', { failures: 50 }, 15_000],
])('%s', (_, change, expected) => {
  expect(pollInterval({ ...state, ...change })).toBe(expected)
})
