import { expect, test } from 'vitest'
import { formatAge, formatDuration, formatTime, timeLeft } from './time-left.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')

test.each([
  ['no expiry', undefined, { kind: 'unlimited' }],
  ['an hour', '2026-11-23T13:00:00Z', { kind: 'left', milliseconds: 3_600_000, isNearlyOver: false }],
  ['just over ten minutes', '2026-11-23T12:10:01Z', { kind: 'left', milliseconds: 601_000, isNearlyOver: false }],
  ['ten minutes', '2026-11-23T12:10:00Z', { kind: 'left', milliseconds: 600_000, isNearlyOver: true }],
  ['a second', '2026-11-23T12:00:01Z', { kind: 'left', milliseconds: 1_000, isNearlyOver: true }],
  ['this moment', '2026-11-23T12:00:00Z', { kind: 'expired' }],
  ['the past', '2026-11-22T12:00:00Z', { kind: 'expired' }],
])('time left: %s', (_, expireAt, expected) => {
  expect(timeLeft(expireAt, NOW)).toEqual(expected)
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
