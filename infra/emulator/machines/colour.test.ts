import { expect, it } from 'vitest'
import { colourOf } from './colour.ts'

const ids = Array.from({ length: 100 }, (_, index) => `i-${index}`)

it('is always the same for one machine, and seldom for two', () => {
  expect(ids.map(colourOf)).toEqual(ids.map(colourOf))
  expect(new Set(ids.map(colourOf)).size).toBeGreaterThan(50)
})

it('is dark, and between teal and violet, which both have blue in them', () => {
  for (const colour of ids.map(colourOf)) {
    const channels = [colour >> 16, (colour >> 8) & 0xff, colour & 0xff] as const
    expect([Math.min(...channels), Math.max(...channels)]).toEqual([51, 82]) // lightness -/+ strength, of 255
    expect(channels[2]).toBeGreaterThan(60)
  }
})
