import type { Sandbox } from '../../common/api.ts'
import type { Language } from '../../common/language.ts'

/** The remaining lifetime of a sandbox. */
export type TimeLeft =
  | { kind: 'unlimited' }
  | { kind: 'expired' }
  | { kind: 'left'; milliseconds: number; isNearlyOver: boolean }

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** In this part of its lifetime, at the end, the user should renew the sandbox or save the data. */
const LAST_PART = 0.1

/** Durations up to this one show seconds. */
const SHOW_SECONDS = 10 * MINUTE

/** Returns the remaining lifetime. Without a creation time, nothing is nearly over. */
export function timeLeft({ CreatedAt = '', ExpireAt }: Pick<Sandbox, 'CreatedAt' | 'ExpireAt'>, now: number): TimeLeft {
  if (ExpireAt === undefined) return { kind: 'unlimited' }
  const end = Date.parse(ExpireAt)
  const milliseconds = end - now
  if (milliseconds <= 0) return { kind: 'expired' }
  const lifetime = end - Date.parse(CreatedAt)
  return { kind: 'left', milliseconds, isNearlyOver: milliseconds <= lifetime * LAST_PART }
}

const UNITS: Record<Language, { d: string; h: string; min: string; s: string }> = {
  en: { d: 'd', h: 'h', min: 'min', s: 's' },
  zh: { d: '天', h: '小时', min: '分', s: '秒' },
}

/** Formats a duration with at most two units, rounded down: `6 d 23 h`, `1 h 5 min`, `42 min`, `9 min 05 s`. */
export function formatDuration(milliseconds: number, language: Language): string {
  const { d, h, min, s } = UNITS[language]
  const days = Math.floor(milliseconds / DAY)
  const hours = Math.floor((milliseconds % DAY) / HOUR)
  const minutes = Math.floor((milliseconds % HOUR) / MINUTE)
  const seconds = Math.floor((milliseconds % MINUTE) / SECOND)
  if (days > 0) return hours > 0 ? `${days} ${d} ${hours} ${h}` : `${days} ${d}`
  if (hours > 0) return minutes > 0 ? `${hours} ${h} ${minutes} ${min}` : `${hours} ${h}`
  if (milliseconds > SHOW_SECONDS) return `${minutes} ${min}`
  if (minutes === 0) return `${seconds} ${s}`
  // Two digits, so that the text keeps its width during the countdown.
  return `${minutes} ${min} ${String(seconds).padStart(2, '0')} ${s}`
}

/** Formats a duration like a stopwatch, rounded down: `0:42`, `12:05`, `1:02:03`. A negative one is `0:00`. */
export function formatStopwatch(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / SECOND))
  const twoDigits = (count: number) => String(count).padStart(2, '0')
  const hours = Math.floor(total / 3_600)
  const minutes = Math.floor((total % 3_600) / 60)
  const seconds = twoDigits(total % 60)
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${seconds}` : `${minutes}:${seconds}`
}

const AGE: Record<Language, { now: string; ago: (count: number, unit: 'd' | 'h' | 'min' | 's') => string }> = {
  en: { now: 'now', ago: (count, unit) => `${count} ${UNITS.en[unit]} ago` },
  zh: { now: '刚刚', ago: (count, unit) => `${count} ${unit === 'min' ? '分钟' : UNITS.zh[unit]}前` },
}

/** Formats how long ago something was, with one unit: `5 min ago`. Less than a minute is `now`. */
export function formatAge(time: string, now: number, language: Language): string {
  const age = now - Date.parse(time)
  if (age < MINUTE) return AGE[language].now // negative if the clock of the cloud is ahead
  return formatAgo(age, language)
}

/** Formats how long ago something was, with one unit, from seconds on: `5 s ago`. */
export function formatAgo(age: number, language: Language): string {
  const { ago } = AGE[language]
  if (age < MINUTE) return ago(Math.max(0, Math.floor(age / SECOND)), 's')
  if (age < HOUR) return ago(Math.floor(age / MINUTE), 'min')
  if (age < DAY) return ago(Math.floor(age / HOUR), 'h')
  return ago(Math.floor(age / DAY), 'd')
}

const dateFormat = (locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

const DATE_FORMATS: Record<Language, Intl.DateTimeFormat> = { en: dateFormat('en-GB'), zh: dateFormat('zh-CN') }

/** Formats a time in the time zone of the browser: `24 Nov 2026, 13:59`. */
export function formatTime(time: string | number, language: Language): string {
  return DATE_FORMATS[language].format(new Date(time))
}
