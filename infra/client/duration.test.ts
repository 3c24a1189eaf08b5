import { describe, expect, test } from 'vitest'
import { parseDuration, toLifetimeSeconds } from './duration.ts'

describe('a duration', () => {
  test.each([
    ['90s', 90],
    ['30m', 1_800],
    ['1.5h', 5_400],
    ['7d', 604_800],
    ['45', 45],
  ])('of %s has %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  test.each(['', 'm', '5x', '-1m', '1h30m', '1 h', 'Infinity', 'NaN', '1e3'])('is not "%s"', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }))
  })
})

test('a lifetime is never 0, which would be no end', () => {
  expect(toLifetimeSeconds('1m')).toBe(60)
  for (const none of [0, '0s', 0.2] as const) expect(() => toLifetimeSeconds(none)).toThrow('at least one second')
})
