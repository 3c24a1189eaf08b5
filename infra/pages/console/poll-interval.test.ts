import { expect, test } from 'vitest'
import { pollInterval } from './poll-interval.ts'

const seen = { statuses: [], quietFor: 0, failures: 0 }

test.each([
  ['nothing there', {}, 12_000],
  ['all at rest', { statuses: ['RUNNING', 'STOPPED', 'ERROR'] }, 12_000],
  ['one boots', { statuses: ['RUNNING', 'CREATING'] }, 1_000],
  ['one is deleted', { statuses: ['DELETING'] }, 1_000],
  ['one boots for long', { statuses: ['CREATING'], quietFor: 90_000 }, 6_000],
  ['a status that is not known', { statuses: ['HIBERNATED'] }, 12_000],
  ['no answer once', { statuses: ['CREATING'], failures: 1 }, 2_000],
  ['no answer twice', { failures: 2 }, 4_000],
  ['no answer for long', { failures: 50 }, 15_000],
])('%s', (_, change, expected) => {
  expect(pollInterval({ ...seen, ...change })).toBe(expected)
})
