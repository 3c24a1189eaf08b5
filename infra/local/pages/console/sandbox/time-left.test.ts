import { expect, test } from 'vitest'
import { formatAge, formatAgo, formatDuration, formatStopwatch, formatTime, timeLeft } from './time-left.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')

const left = (milliseconds: number, isNearlyOver: boolean) => ({ kind: 'left', milliseconds, isNearlyOver })

test.each([
  ['no expiry', '2026-11-23T11:00:00Z', undefined, { kind: 'unlimited' }],
  ['a short lifetime that has just begun', '2026-11-23T12:00:00Z', '2026-11-23T12:05:00Z', left(300_000, false)],
  ['just over a tenth of an hour', '2026-11-23T11:06:01Z', '2026-11-23T12:06:01Z', left(361_000, false)],
  ['a tenth of an hour', '2026-11-23T11:06:00Z', '2026-11-23T12:06:00Z', left(360_000, true)],
  ['a tenth of a day', '2026-11-22T14:24:00Z', '2026-11-23T14:24:00Z', left(8_640_000, true)],
  ['an unknown creation time', undefined, '2026-11-23T12:00:01Z', left(1_000, false)],
  ['this moment', '2026-11-23T11:00:00Z', '2026-11-23T12:00:00Z', { kind: 'expired' }],
  ['the past', '2026-11-21T12:00:00Z', '2026-11-22T12:00:00Z', { kind: 'expired' }],
])('time left: %s', (_, CreatedAt, ExpireAt, expected) => {
  expect(timeLeft({ ...(CreatedAt && { CreatedAt }), ...(ExpireAt && { ExpireAt }) }, NOW)).toEqual(expected)
})

const s = 1_000
const min = 60 * s
const h = 60 * min
const d = 24 * h

test.each([
  [7 * d, '7 d', '7 天'],
  [7 * d - 1, '6 d 23 h', '6 天 23 小时'],
  [d, '1 d', '1 天'],
  [d - 1, '23 h 59 min', '23 小时 59 分'],
  [h, '1 h', '1 小时'],
  [h - 1, '59 min', '59 分'],
  [10 * min + 1, '10 min', '10 分'],
  [10 * min, '10 min 00 s', '10 分 00 秒'],
  [9 * min + 5 * s, '9 min 05 s', '9 分 05 秒'],
  [min, '1 min 00 s', '1 分 00 秒'],
  [min - 1, '59 s', '59 秒'],
  [999, '0 s', '0 秒'],
])('%d ms formatted', (milliseconds, en, zh) => {
  expect(formatDuration(milliseconds, 'en')).toBe(en)
  expect(formatDuration(milliseconds, 'zh')).toBe(zh)
})

test.each([
  [-1, '0:00'], // the other clock is ahead
  [999, '0:00'],
  [42 * s, '0:42'],
  [min, '1:00'],
  [12 * min + 5 * s, '12:05'],
  [h + 2 * min + 3 * s, '1:02:03'],
])('%d ms on a stopwatch', (milliseconds, expected) => {
  expect(formatStopwatch(milliseconds)).toBe(expected)
})

test.each([
  [-1, '0 s ago', '0 秒前'],
  [5_999, '5 s ago', '5 秒前'],
  [min, '1 min ago', '1 分钟前'],
  [d, '1 d ago', '1 天前'],
])('%d ms ago', (age, en, zh) => {
  expect(formatAgo(age, 'en')).toBe(en)
  expect(formatAgo(age, 'zh')).toBe(zh)
})

test.each([
  ['2026-11-23T11:59:01Z', 'now', '刚刚'],
  ['2026-11-23T12:00:30Z', 'now', '刚刚'], // the other clock is ahead
  ['2026-11-23T11:59:00Z', '1 min ago', '1 分钟前'],
  ['2026-11-23T11:00:01Z', '59 min ago', '59 分钟前'],
  ['2026-11-23T09:30:00Z', '2 h ago', '2 小时前'],
  ['2026-11-13T11:00:00Z', '10 d ago', '10 天前'],
])('%s, from 12:00', (time, en, zh) => {
  expect(formatAge(time, NOW, 'en')).toBe(en)
  expect(formatAge(time, NOW, 'zh')).toBe(zh)
})

test('a time is formatted in the time zone of the browser', () => {
  const noon = new Date(2026, 10, 23, 12, 5).getTime()
  expect(formatTime(noon, 'en')).toBe('23 Nov 2026, 12:05')
  expect(formatTime(noon, 'zh')).toBe('2026年11月23日 12:05')
})
