import type { Language } from '../common/language.ts'

/** What is left of a life. */
export type TimeLeft =
  | { kind: 'none' }
  | { kind: 'over' }
  | { kind: 'left'; milliseconds: number; isNearlyOver: boolean }

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** From here on a person should renew, or save what matters. */
const NEARLY_OVER = 10 * MINUTE

/** @param expireAt  RFC 3339; undefined: no end */
export function timeLeft(expireAt: string | undefined, now: number): TimeLeft {
  if (expireAt === undefined) return { kind: 'none' }
  const milliseconds = Date.parse(expireAt) - now
  if (milliseconds <= 0) return { kind: 'over' }
  return { kind: 'left', milliseconds, isNearlyOver: milliseconds <= NEARLY_OVER }
}

const UNITS: Record<Language, { d: string; h: string; min: string; s: string }> = {
  en: { d: 'd', h: 'h', min: 'min', s: 's' },
  zh: { d: '天', h: '小时', min: '分', s: '秒' },
}

/** A duration as people say it, in two units at most, rounded down: `6 d 23 h`, `1 h 5 min`, `42 min`, `9 min 05 s`. */
export function durationWords(milliseconds: number, language: Language): string {
  const { d, h, min, s } = UNITS[language]
  const whole = (unit: number, of = Number.POSITIVE_INFINITY) => Math.floor((milliseconds % of) / unit)
  const parts = (first: number, firstName: string, second: number, secondName: string) =>
    second === 0 ? `${first} ${firstName}` : `${first} ${firstName} ${second} ${secondName}`

  if (milliseconds >= DAY) return parts(whole(DAY), d, whole(HOUR, DAY), h)
  if (milliseconds >= HOUR) return parts(whole(HOUR), h, whole(MINUTE, HOUR), min)
  if (milliseconds > NEARLY_OVER) return `${whole(MINUTE)} ${min}`
  // Counted down by the second: two digits, so that it does not jump.
  const seconds = whole(SECOND, MINUTE)
  if (milliseconds >= MINUTE) return `${whole(MINUTE)} ${min} ${`${seconds}`.padStart(2, '0')} ${s}`
  return `${seconds} ${s}`
}

const AGO: Record<Language, { now: string; ago: (count: number, unit: 'd' | 'h' | 'min') => string }> = {
  en: { now: 'now', ago: (count, unit) => `${count} ${UNITS.en[unit]} ago` },
  zh: { now: '刚刚', ago: (count, unit) => `${count} ${unit === 'min' ? '分钟' : UNITS.zh[unit]}前` },
}

/** How long ago something was, in one unit: `5 min ago`, `now`. */
export function ago(time: string, now: number, language: Language): string {
  const passed = now - Date.parse(time)
  const { now: justNow, ago } = AGO[language]
  if (passed < MINUTE) return justNow // or ahead, by another clock
  if (passed < HOUR) return ago(Math.floor(passed / MINUTE), 'min')
  if (passed < DAY) return ago(Math.floor(passed / HOUR), 'h')
  return ago(Math.floor(passed / DAY), 'd')
}

const clock = (locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })

const CLOCKS: Record<Language, Intl.DateTimeFormat> = { en: clock('en-GB'), zh: clock('zh-CN') }

/** A moment on the clock of who looks: `24 Nov 2026, 13:59`. */
export function clockTime(time: string | number, language: Language): string {
  return CLOCKS[language].format(new Date(time))
}
