import { expect, test } from 'vitest'
import { ago, clockTime, durationWords, timeLeft } from './time-left.ts'

const NOW = Date.parse('2026-11-23T12:00:00Z')

test.each([
  ['no end', undefined, { kind: 'none' }],
  ['an hour', '2026-11-23T13:00:00Z', { kind: 'left', milliseconds: 3_600_000, isNearlyOver: false }],
  ['just over ten minutes', '2026-11-23T12:10:01Z', { kind: 'left', milliseconds: 601_000, isNearlyOver: false }],
  ['ten minutes', '2026-11-23T12:10:00Z', { kind: 'left', milliseconds: 600_000, isNearlyOver: true }],
  ['a second', '2026-11-23T12:00:01Z', { kind: 'left', milliseconds: 1_000, isNearlyOver: true }],
  ['this moment', '2026-11-23T12:00:00Z', { kind: 'over' }],
  ['the past', '2026-11-22T12:00:00Z', { kind: 'over' }],
])('what is left: %s', (_, expireAt, expected) => {
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
])('%d ms in words', (milliseconds, en, zh) => {
  expect(durationWords(milliseconds, 'en')).toBe(en)
  expect(durationWords(milliseconds, 'zh')).toBe(zh)
})

test.each([
  ['2026-11-23T11:59:01Z', 'now', '刚刚'],
  ['2026-11-23T12:00:30Z', 'now', '刚刚'], // by a clock that is ahead
  ['2026-11-23T11:59:00Z', '1 min ago', '1 分钟前'],
  ['2026-11-23T11:00:01Z', '59 min ago', '59 分钟前'],
  ['2026-11-23T09:30:00Z', '2 h ago', '2 小时前'],
  ['2026-11-13T11:00:00Z', '10 d ago', '10 天前'],
])('%s, from 12:00', (time, en, zh) => {
  expect(ago(time, NOW, 'en')).toBe(en)
  expect(ago(time, NOW, 'zh')).toBe(zh)
})

test('a moment, on the clock of who looks', () => {
  const noon = new Date(2026, 10, 23, 12, 5).getTime()
  expect(clockTime(noon, 'en')).toBe('23 Nov 2026, 12:05')
  expect(clockTime(noon, 'zh')).toBe('2026年11月23日 12:05')
})
