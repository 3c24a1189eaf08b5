import { setTimeout as sleep } from 'node:timers/promises'
import { Cron } from 'croner'
import { timerEvent } from './events.ts'
import type { FunctionResponse } from './http.ts'
import type { CloudEvent } from './instance-messages.ts'

/** The time zone of crontabs is not documented. */
const UTC_OFFSET_MINUTES = 0

/** The delay before a failed call is retried, in crontab time. Not documented: an assumption. */
const RETRY_DELAY_MS = 10_000

/** The longest wait before the clock is read again: the computer may have been suspended, or its clock changed. */
const MAX_SLEEP_MS = 60_000

type TimerSettings = {
  name: string
  /** Five fields: minute, hour, day, month, weekday, in UTC. */
  crontab: string
  /** The `data` of the event, default empty. */
  payload?: string
  /** False: it never fires. Default true. */
  enabled?: boolean
  /** Whether a call may start while the previous one is running. False, the default: the tick is skipped. */
  enableConcurrency?: boolean
  /** How often a failed call is retried, default 0. */
  retries?: number
}

export type CrontabTimerOptions = TimerSettings & {
  id: string
  /** Seconds of crontab time per real second. */
  speed: number
  call: (event: CloudEvent) => Promise<FunctionResponse>
  /** Called for failed calls and skipped ticks. */
  onLine: (line: string) => void
}

/** Parses a crontab of five fields. Throws an Error that says what is wrong with it. */
export function readCrontab(crontab: string): Cron {
  return new Cron(crontab, { mode: '5-part', utcOffset: UTC_OFFSET_MINUTES })
}

/**
 * A timer of a function: calls it at the times of the crontab, and retries failed calls. The responses are discarded;
 * any status other than 2xx is a failure (not documented). If the computer was suspended, only one of the missed ticks
 * comes, late. A timer does not keep the process alive.
 */
export class CrontabTimer {
  readonly #options: CrontabTimerOptions
  readonly #cron: Cron
  readonly #startedAt = Date.now()
  readonly #closed = new AbortController()
  #running = 0

  /** Throws if the crontab is invalid. */
  constructor(options: CrontabTimerOptions) {
    this.#options = options
    this.#cron = readCrontab(options.crontab)
    if (options.enabled ?? true) this.#run()
  }

  /** Stops ticks and retries. A running call continues. */
  close(): void {
    this.#closed.abort()
  }

  async #run(): Promise<void> {
    for (let due = this.#next(); due !== undefined; due = this.#next()) {
      do {
        if (!(await this.#sleep(Math.min(due - this.#now(), MAX_SLEEP_MS)))) return
      } while (this.#now() < due)
      this.#tick()
    }
  }

  #next(): number | undefined {
    return this.#cron.nextRun(new Date(this.#now()))?.getTime()
  }

  /** Crontab time in milliseconds since 1970. It is equal to the real time at the start of the timer. */
  #now(): number {
    return this.#startedAt + (Date.now() - this.#startedAt) * this.#options.speed
  }

  async #tick(): Promise<void> {
    const { name, enableConcurrency = false, onLine } = this.#options
    if (this.#running > 0 && !enableConcurrency) {
      onLine(`timer ${name}: skipped, because the previous call is still running`)
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
      if (this.#closed.signal.aborted || (status >= 200 && status <= 299)) return
      const outlook = left > 0 ? `retries left: ${left}` : 'no retries left'
      onLine(`timer ${name}: the call failed with status ${status}; ${outlook}`)
      if (left === 0 || !(await this.#sleep(RETRY_DELAY_MS))) return
    }
  }

  /** Waits in crontab time. Returns false if the timer was closed meanwhile. */
  #sleep(milliseconds: number): Promise<boolean> {
    const waiting = sleep(milliseconds / this.#options.speed, true, { signal: this.#closed.signal, ref: false })
    return waiting.catch(() => false)
  }
}
