import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, test } from 'vitest'
import { CrontabTimer, type CrontabTimerOptions, readCrontab } from './crontab-timer.ts'
import type { FunctionResponse } from './http.ts'
import type { CloudEvent } from './instance-messages.ts'

/** A minute of crontab time takes 20 ms, and a failed call is retried after 3 ms. */
const SPEED = 3_000

const started: CrontabTimer[] = []
afterEach(() => {
  for (const timer of started.splice(0)) timer.close()
})

/** A timer whose calls return these statuses in order, and then always the last one. */
function start(options: Partial<CrontabTimerOptions> = {}, ...statuses: number[]) {
  const events: CloudEvent[] = []
  const lines: string[] = []
  const call = async (event: CloudEvent): Promise<FunctionResponse> => {
    events.push(event)
    return { status: statuses[events.length - 1] ?? statuses.at(-1) ?? 200, headers: {}, body: Buffer.alloc(0) }
  }
  const onLine = (line: string) => lines.push(line)
  const name = 'some-timer'
  const timer = new CrontabTimer({ id: 'timer-1', name, crontab: '* * * * *', speed: SPEED, call, onLine, ...options })
  started.push(timer)
  return { timer, events, lines }
}

/** A timer whose calls wait until the test finishes them with a status. */
function slow(options: Partial<CrontabTimerOptions> = {}) {
  const ends: ((status: number) => void)[] = []
  const call = () =>
    new Promise<FunctionResponse>((resolve) => {
      ends.push((status) => resolve({ status, headers: {}, body: Buffer.alloc(0) }))
    })
  return { ...start({ call, ...options }), ends }
}

/** A crontab that fires once, in two to three minutes, and then on the next day. */
function once(): string {
  const time = new Date(Date.now() + 3 * 60_000)
  return `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`
}

const until = (condition: () => unknown) => expect.poll(condition, { interval: 2 })

describe('a tick', () => {
  it('calls with an event of this timer, with its payload', async () => {
    const { events } = start({ crontab: once(), payload: '{"DryRun":true}' })
    await until(() => events).toMatchObject([{ source: '/faas/event/timer/timer-1', data: '{"DryRun":true}' }])
  })

  it('without a payload has an empty string as data', async () => {
    const { events } = start()
    await until(() => events[0]?.data).toBe('')
  })

  it('follows the previous one, with a new id', async () => {
    const { events } = start()
    await until(() => events.length).toBeGreaterThan(2)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  })

  it('follows the crontab in UTC, in any time zone of this computer', async () => {
    const zone = process.env.TZ
    process.env.TZ = 'Asia/Kathmandu' // 5:45 ahead
    try {
      const { events } = start({ crontab: once() })
      await until(() => events.length).toBe(1)
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  it('does not come early, or for a disabled timer', async () => {
    const later = start({ crontab: `0 ${(new Date().getUTCHours() + 12) % 24} * * *` })
    const never = start({ enabled: false })
    const eachMinute = start()
    await until(() => eachMinute.events.length).toBeGreaterThan(3)
    expect([later.events, never.events]).toEqual([[], []])
  })
})

describe('a tick while the previous call is running', () => {
  it('is skipped, and logged', async () => {
    const { ends, lines } = slow()
    const skipped = 'timer some-timer: skipped, because the previous call is still running'
    await until(() => lines.slice(0, 3)).toEqual([skipped, skipped, skipped])
    expect(ends).toHaveLength(1)
    ends[0]?.(200)
    await until(() => ends.length).toBe(2)
  })

  it('also calls with enableConcurrency', async () => {
    const { ends, lines } = slow({ enableConcurrency: true })
    await until(() => ends.length).toBeGreaterThan(2)
    expect(lines).toEqual([])
  })
})

describe('a call', () => {
  it.each([500, 404, 302])(
    'with status %i is retried with the same event, as often as retries says',
    async (status) => {
      const { events, lines } = start({ crontab: once(), retries: 2 }, status)
      await until(() => lines).toEqual([
        `timer some-timer: the call failed with status ${status}; retries left: 2`,
        `timer some-timer: the call failed with status ${status}; retries left: 1`,
        `timer some-timer: the call failed with status ${status}; no retries left`,
      ])
      await sleep(50) // time for an unexpected retry
      expect(events).toHaveLength(3)
      expect(new Set(events.map(({ id }) => id)).size).toBe(1)
    },
  )

  it('is not retried after a success', async () => {
    const { events, lines } = start({ crontab: once(), retries: 5 }, 503, 201)
    await until(() => events.length).toBe(2)
    await sleep(50)
    expect(events).toHaveLength(2)
    expect(lines).toEqual(['timer some-timer: the call failed with status 503; retries left: 5'])
  })

  it('is not retried without retries, but its failure is logged', async () => {
    const { events, lines } = start({ crontab: once() }, 500)
    await until(() => lines).toEqual(['timer some-timer: the call failed with status 500; no retries left'])
    await sleep(50)
    expect(events).toHaveLength(1)
  })
})

describe('close()', () => {
  it('stops the ticks', async () => {
    const { events, timer } = start()
    await until(() => events.length).toBeGreaterThan(1)
    timer.close()
    const before = events.length
    await sleep(200)
    expect(events).toHaveLength(before)
  })

  it('does not stop a running call, and nothing about retries is logged', async () => {
    const { ends, lines, timer } = slow({ crontab: once(), retries: 1 })
    await until(() => ends.length).toBe(1)
    timer.close()
    ends[0]?.(500)
    await sleep(50)
    expect([ends.length, lines]).toEqual([1, []])
  })

  it('stops the retries', async () => {
    const { events, lines, timer } = start({ crontab: once(), retries: 1_000 }, 500)
    await until(() => lines.length).toBeGreaterThan(0)
    timer.close()
    const before = [events.length, lines.length]
    await sleep(50)
    expect([events.length, lines.length]).toEqual(before)
  })
})

test('a timer does not keep the process alive', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'timer-test-'))
  const file = join(directory, 'program.mts')
  writeFileSync(
    file,
    `import { CrontabTimer } from ${JSON.stringify(join(import.meta.dirname, 'crontab-timer.ts'))}
     new CrontabTimer({ id: '1', name: 'yearly', crontab: '0 0 1 1 *', speed: 1, call: () => {}, onLine: () => {} })`,
  )
  const program = spawn(process.execPath, ['--import', 'tsx', file], { stdio: 'inherit' })
  const code = await Promise.race([
    new Promise((resolve) => program.once('exit', resolve)),
    sleep(10_000, 'still alive', { ref: false }),
  ])
  program.kill('SIGKILL')
  rmSync(directory, { recursive: true })
  expect(code).toBe(0)
})

test.each([
  ['with six fields', '0 * * * * *', 'requires exactly 5 parts'],
  ['with an invalid minute', '60 * * * *', 'Invalid value for minute: 60'],
])('a crontab %s is invalid', (_what, crontab, message) => {
  expect(() => readCrontab(crontab)).toThrow(message)
  expect(() => start({ crontab })).toThrow(message)
})
