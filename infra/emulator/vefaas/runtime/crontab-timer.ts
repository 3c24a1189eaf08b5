import { setTimeout as sleep } from 'node:timers/promises'
import { Cron } from 'croner'
import { timerEvent } from './events.ts'
import type { FunctionResponse } from './http.ts'
import type { CloudEvent } from './instance-messages.ts'

/** veFaaS does not say in which time zone it reads a crontab. */
const UTC_OFFSET_MINUTES = 0

/** How long after a failed call it is tried again, in the time of the crontab. Not documented: an assumption. */
const RETRY_MS = 10_000

/** The longest sleep before the clock is looked at again: a computer may have slept, or its clock have been set. */
const SLEEP_MS = 60_000

type TimerSettings = {
  name: string
  /** Five fields: minute, hour, day, month, weekday, in UTC. */
  crontab: string
  /** `data` of the event; empty when left out. */
  payload?: string
  /** False: it never fires. */
  enabled?: boolean
  /** True: a call may begin while the one before is running. False: that tick is left out. */
  enableConcurrency?: boolean
  /** How often a call that failed is tried again. */
  retries?: number
}

export type CrontabTimerOptions = TimerSettings & {
  id: string
  /** Seconds that pass in the time of the crontab while one really passes. */
  speed: number
  call: (event: CloudEvent) => Promise<FunctionResponse>
  /** Gets what nobody else does: failed calls and ticks left out. */
  onLine: (line: string) => void
}

/** Throws an Error that says what is wrong with a crontab of five fields. */
export function readCrontab(crontab: string): Cron {
  return new Cron(crontab, { mode: '5-part', utcOffset: UTC_OFFSET_MINUTES })
}

/**
 * One timer of a function: calls it whenever the crontab says so, and again when it failed. What the function answers
 * goes to nobody; an answer that is not 2xx counts as failed (not documented). Of ticks missed while the computer slept,
 * one comes late and the others not at all. It keeps no process alive.
 */
export class CrontabTimer {
  readonly #options: CrontabTimerOptions
  readonly #cron: Cron
  readonly #started = Date.now()
  readonly #end = new AbortController()
  #running = 0

  /** Throws when the crontab cannot be read. */
  constructor(options: CrontabTimerOptions) {
    this.#options = options
    this.#cron = readCrontab(options.crontab)
    if (options.enabled ?? true) this.#keepTime()
  }

  /** It fires no more, and tries no failed call again; a call that is running goes on. */
  close(): void {
    this.#end.abort()
  }

  async #keepTime(): Promise<void> {
    for (let due = this.#next(); due !== undefined; due = this.#next()) {
      do {
        if (!(await this.#sleep(Math.min(due - this.#now(), SLEEP_MS)))) return
      } while (this.#now() < due)
      this.#tick()
    }
  }

  #next(): number | undefined {
    return this.#cron.nextRun(new Date(this.#now()))?.getTime()
  }

  /** Milliseconds since 1970 in the time of the crontab, which is the real time when the timer is made. */
  #now(): number {
    return this.#started + (Date.now() - this.#started) * this.#options.speed
  }

  async #tick(): Promise<void> {
    const { name, enableConcurrency = false, onLine } = this.#options
    if (this.#running > 0 && !enableConcurrency) {
      onLine(`timer ${name}: left out, the call before is still running`)
      return
    }
    this.#running++
    await this.#call()
    this.#running--
  }

  async #call(): Promise<void> {
    const { id, name, payload = '', retries = 0, call, onLine } = this.#options
    const event = timerEvent(id, payload)
    for (let left = retries; ; left--) {
      const { status } = await call(event)
      if (this.#end.signal.aborted || (status >= 200 && status <= 299)) return
      const outlook = left > 0 ? `will be tried again, ${left} left` : 'not tried again'
      onLine(`timer ${name}: the call failed with status ${status}; ${outlook}`)
      if (left === 0 || !(await this.#sleep(RETRY_MS))) return
    }
  }

  /** Sleeps so long in the time of the crontab; false when the timer was closed meanwhile. */
  #sleep(milliseconds: number): Promise<boolean> {
    const waiting = sleep(milliseconds / this.#options.speed, true, { signal: this.#end.signal, ref: false })
    return waiting.catch(() => false)
  }
}
