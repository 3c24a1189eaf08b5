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

/** From here on, the user should renew the sandbox or save the data. */
const NEARLY_OVER = 10 * MINUTE

/** @param expireAt  RFC 3339; undefined if the sandbox does not expire */
export function timeLeft(expireAt: string | undefined, now: number): TimeLeft {
  if (expireAt === undefined) return { kind: 'unlimited' }
  const milliseconds = Date.parse(expireAt) - now
  if (milliseconds <= 0) return { kind: 'expired' }
  return { kind: 'left', milliseconds, isNearlyOver: milliseconds <= NEARLY_OVER }
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
  if (milliseconds > NEARLY_OVER) return `${minutes} ${min}`
  if (minutes === 0) return `${seconds} ${s}`
  // Two digits, so that the text keeps its width during the countdown.
  return `${minutes} ${min} ${String(seconds).padStart(2, '0')} ${s}`
}

const AGE: Record<Language, { now: string; ago: (count: number, unit: 'd' | 'h' | 'min') => string }> = {
  en: { now: 'now', ago: (count, unit) => `${count} ${UNITS.en[unit]} ago` },
  zh: { now: '刚刚', ago: (count, unit) => `${count} ${unit === 'min' ? '分钟' : UNITS.zh[unit]}前` },
}

/** Formats how long ago something was, with one unit: `5 min ago`, `now`. */
export function formatAge(time: string, now: number, language: Language): string {
  const age = now - Date.parse(time)
  const { now: justNow, ago } = AGE[language]
  if (age < MINUTE) return justNow // negative if the clock of the cloud is ahead
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
