import { expect, test } from 'vitest'
import { presetAfter, secondsOf, type Unit } from './lifetime.ts'

test('the default has no seconds, a preset has its own', () => {
  expect(secondsOf({ kind: 'default' })).toBeUndefined()
  expect(secondsOf({ kind: 'preset', seconds: 900 })).toBe(900)
})

test.each<[string, Unit, number]>([
  ['90', 'minutes', 5_400],
  [' 2 ', 'hours', 7_200],
  ['1.5', 'hours', 5_400],
  ['1,5', 'hours', 5_400],
  ['7', 'days', 604_800],
  ['0.001', 'hours', 4],
  ['0.0001', 'minutes', Number.NaN],
  ['0', 'hours', Number.NaN],
  ['-1', 'hours', Number.NaN],
  ['', 'hours', Number.NaN],
  ['1e3', 'hours', Number.NaN],
  ['two', 'hours', Number.NaN],
  ['1.2.3', 'hours', Number.NaN],
  ['9'.repeat(20), 'days', Number.NaN],
])('%j %s', (amount, unit, expected) => {
  expect(secondsOf({ kind: 'other', amount, unit })).toBe(expected)
})

test.each<[expireAt: string | undefined, seconds: number]>([
  ['2026-11-23T12:00:00Z', 900],
  ['2026-11-23T12:14:59Z', 900],
  ['2026-11-23T12:15:00Z', 3_600],
  ['2026-11-24T11:59:00Z', 86_400],
  ['2026-12-30T12:00:00Z', 604_800],
  [undefined, 604_800],
])('the preset for a sandbox that expires at %s is %s s at noon', (expireAt, seconds) => {
  expect(presetAfter(expireAt, Date.parse('2026-11-23T12:00:00Z'))).toBe(seconds)
})
