import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configFor, type Settings } from '../../../tests/support/manager.ts'
import { END_TAG, endAfter, endOf, endTag } from './lifetime.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')
const DAY = 86_400

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'], now: NOW }))
afterEach(() => vi.useRealTimers())

const config = (settings: Settings = {}) => configFor('http://127.0.0.1:1', settings)
const secondsUntil = (end: number | undefined) => (end === undefined ? undefined : (end - NOW) / 1_000)

describe('a lifetime', () => {
  it.each<[string, Settings, number | undefined, number | undefined]>([
    ['is the default where none is asked for', {}, undefined, DAY],
    ['is what is asked for', {}, 60, 60],
    ['may be as long as the longest', {}, 604_800, 604_800],
    ['may be a second', {}, 1, 1],
    ['is by default no longer than the longest', { 'lifetime.max_seconds': 3_600 }, undefined, 3_600],
    ['is by default the longest where there is no default', { 'lifetime.default_seconds': 0 }, undefined, 604_800],
    ['may have no end where there is no longest', { 'lifetime.max_seconds': 0 }, 0, undefined],
    ['may be anything where there is no longest', { 'lifetime.max_seconds': 0 }, 9_999_999, 9_999_999],
    ['has a default where there is no longest', { 'lifetime.max_seconds': 0 }, undefined, DAY],
    [
      'has by default no end where there is neither',
      { 'lifetime.max_seconds': 0, 'lifetime.default_seconds': 0 },
      undefined,
      undefined,
    ],
  ])('%s', (_name, settings, asked, seconds) => {
    expect(secondsUntil(endAfter(config(settings), asked))).toBe(seconds)
  })

  it.each([0, 604_801])('of %i seconds is refused, with what would be right', (seconds) => {
    expect(() => endAfter(config(), seconds)).toThrow('LifetimeSeconds must be 1 to 604800.')
  })
})

it.each([1, 500, 999])('a lifetime is never shorter than asked for, though ends are whole seconds (+%i ms)', (ms) => {
  vi.setSystemTime(NOW + ms)
  expect(endAfter(config(), 60)).toBe(NOW + 61_000)
})

describe('the end on a machine', () => {
  const endOn = (Value: string | undefined, settings: Settings = {}, createdAt: number | undefined = NOW - 3_600_000) =>
    endOf({ tags: Value === undefined ? [] : [{ Key: END_TAG, Value }], createdAt }, config(settings))

  it('is what its tag says', () => {
    expect(endOn('2026-11-23T12:00:01Z')).toBe(NOW + 1_000)
  })

  it('can be none, also where machines of other tools end', () => {
    expect(endOn('never', { 'lifetime.unmarked': 'expire' })).toBeUndefined()
  })

  it.each(['2026-11-23T12:00:01.000Z', '2026-11-23T20:00:01+08:00', '2026-11-23T12:00:01+00:00'])(
    'is read in every form of RFC 3339: %s',
    (value) => {
      expect(endOn(value)).toBe(NOW + 1_000)
    },
  )

  it('is as lifetime.unmarked says where there is no tag', () => {
    expect(endOn(undefined)).toBeUndefined()
    expect(endOn(undefined, { 'lifetime.unmarked': 'expire' })).toBe(NOW - 3_600_000 + DAY * 1_000)
  })

  it.each([
    '',
    'soon',
    '1',
    '2026-11-23',
    '2026-13-23T12:00:00Z',
    '2026-11-23T12:00:00',
    '1795435200',
    '2026-02-30T12:00:00Z',
    '2027-02-29T12:00:00Z',
    '2026-04-31T12:00:00+08:00',
    '2026-11-23T24:00:00Z',
    '2026-11-23T12:60:00Z',
    '2026-11-23T12:00:00+25:00',
    '0000-00-00T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1601-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '1970-01-01T00:00:01Z',
    '1970-12-31T23:59:59Z',
    '2020-03-31T23:59:59Z',
  ])('is none where the tag is %j, which nobody can read', (value) => {
    expect(endOn(value)).toBeUndefined()
    expect(endOn(value, { 'lifetime.unmarked': 'expire' })).toBeUndefined()
  })

  it('is none where unmarked machines end but nothing tells since when they exist', () => {
    expect(endOf({ tags: [], createdAt: undefined }, config({ 'lifetime.unmarked': 'expire' }))).toBeUndefined()
  })

  it('is read as it was written, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.parse('2020-04-01'), max: 253_402_300_799_999 }), (end) => {
        const tag = endTag(end)
        expect(tag.Value).toMatch(/^[\p{L}\p{N} _.:/=+@-]{1,256}$/u)
        expect(endOf({ tags: [tag], createdAt: undefined }, config())).toBe(end - (end % 1_000))
      }),
    )
    expect(endTag(undefined)).toEqual({ Key: END_TAG, Value: 'never' })
  })
})
