import { expect, it } from 'vitest'
import { notNegative, notNegativeOptions } from './numbers.ts'

it.each([0, 0.5, Number.POSITIVE_INFINITY])('%s is a number of 0 or more', (value) => {
  expect(notNegative('quota', value)).toBe(value)
})

it.each([-1, Number.NaN])('%s is refused', (value) => {
  expect(() => notNegative('quota', value)).toThrow(new RangeError(`quota is ${value}, not a number of 0 or more`))
})

it('takes the options that have defaults, and names the wrong one', () => {
  const defaults = { bootSeconds: 0, quota: 100 }
  const others = { name: 'other' }
  expect(notNegativeOptions(defaults, { bootSeconds: 5, ...others })).toEqual({ bootSeconds: 5, quota: 100 })
  expect(notNegativeOptions(defaults, { quota: undefined })).toEqual(defaults)
  expect(() => notNegativeOptions(defaults, { quota: -1 })).toThrow('quota is -1')
})
