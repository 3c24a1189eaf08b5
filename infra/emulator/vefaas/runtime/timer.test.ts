import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Runtime, startRuntime } from './index.ts'
import type { TimerSettings } from './timer.ts'

/** A minute of the crontab takes a tenth of a second. */
const SPEED = 600

let directory: string
let vefaas: Runtime
let log: { line: string; stream: string }[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'timer-test-'))
  log = []
  vefaas = startRuntime({ timerSpeed: SPEED, onLog: (_name, line, stream) => log.push({ line, stream }) })
})

afterEach(() => {
  vefaas.close()
  rmSync(directory, { recursive: true })
})

/** Deploys a function whose handler has that body, and a timer that calls it. */
function deploy(body: string, timer: Partial<TimerSettings> = {}, functionName = 'some-function'): void {
  const codeDirectory = join(directory, functionName)
  mkdirSync(codeDirectory, { recursive: true })
  writeFileSync(join(codeDirectory, 'index.js'), `exports.handler = async (event, context) => { ${body} }`)
  vefaas.deploy({ name: functionName, codeDirectory })
  vefaas.createTimer({ functionName, name: 'some-timer', crontab: '* * * * *', ...timer })
}

const linesOf = (stream: string) => log.filter((entry) => entry.stream === stream).map(({ line }) => line)
const written = () => linesOf('stdout')

/** A crontab that comes once, in two to three minutes, and then on the next day. */
function once(): string {
  const time = new Date(Date.now() + 3 * 60_000)
  return `${time.getUTCMinutes()} ${time.getUTCHours()} * * *`
}

const until = (condition: () => unknown) => expect.poll(condition, { timeout: 10_000, interval: 5 })

describe('a tick', () => {
  test('is a CloudEvent with the payload, as text, and a context', async () => {
    const before = Date.now()
    deploy('console.log(JSON.stringify({ event, context }))', { crontab: once(), payload: '{"DryRun":true}' })
    await until(written).toHaveLength(1)
    const { event, context } = JSON.parse(written()[0] ?? '')
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
    expect(event).toEqual({
      id: expect.stringMatching(uuid),
      source: expect.stringMatching(/^\/faas\/event\/timer\/[^/]+$/),
      specversion: '1.0',
      type: 'faas.timer.event',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      datacontenttype: 'application/octet-stream',
      data: '{"DryRun":true}',
    })
    expect(context).toEqual({ requestId: expect.stringMatching(uuid) })
    // The real time, however fast the timer is.
    expect(Date.parse(event.time)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(event.time)).toBeLessThanOrEqual(Date.now())
  })

  test('without a payload has an empty text for data', async () => {
    deploy('console.log(JSON.stringify(event.data))')
    await until(written).toContain('""')
  })

  test('follows the one before, with an id of its own and the source of its timer', async () => {
    deploy('console.log(event.id + " " + event.source)')
    await until(() => written().length).toBeGreaterThan(2)
    const [ids, sources] = [0, 1].map((at) => new Set(written().map((line) => line.split(' ')[at])))
    expect([ids?.size, sources?.size]).toEqual([written().length, 1])
  })

  test('comes when the crontab says so, in UTC wherever this computer is', async () => {
    const zone = process.env.TZ
    process.env.TZ = 'Asia/Kathmandu' // 5:45 ahead
    try {
      deploy('console.log("now")', { crontab: once() })
      await until(written).toEqual(['now'])
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  test('does not come before, nor to a timer that is not enabled', async () => {
    const later = (new Date().getUTCHours() + 12) % 24
    deploy('console.log("later")', { crontab: `0 ${later} * * *` }, 'later')
    deploy('console.log("never")', { enabled: false }, 'never')
    deploy('console.log("each minute")', {}, 'each-minute')
    await until(() => written().length).toBeGreaterThan(3)
    expect(new Set(written())).toEqual(new Set(['each minute']))
  })
})

describe('a tick while the call before is running', () => {
  const slow = `
    console.log('begin')
    await new Promise((resolve) => setTimeout(resolve, 350))
    console.log('end')`

  test('is left out, and the log says so', async () => {
    deploy(slow)
    await until(() => written().length).toBeGreaterThanOrEqual(4)
    expect(written().slice(0, 4)).toEqual(['begin', 'end', 'begin', 'end'])
    expect(linesOf('stderr')).toContain('timer some-timer: left out, the call before is still running')
  })

  test('calls as well with enableConcurrency', async () => {
    deploy(slow, { enableConcurrency: true })
    await until(() => written().join()).toMatch(/begin,begin/)
    expect(linesOf('stderr')).toEqual([])
  })
})

describe('a call', () => {
  test.each([
    ['throws', 'throw new Error("no luck")', 500],
    ['answers 500', 'return { statusCode: 500 }', 500],
    ['answers 404', 'return { statusCode: 404 }', 404],
    ['answers 302', 'return { statusCode: 302 }', 302],
  ])('that %s is tried again with the same event, as often as retries says', async (_what, code, status) => {
    deploy(`console.log(event.id); ${code}`, { crontab: once(), retries: 2 })
    const failures = () => linesOf('stderr').filter((line) => line.startsWith('timer'))
    await until(failures).toEqual([
      `timer some-timer: the call failed with status ${status}; will be tried again, 2 left`,
      `timer some-timer: the call failed with status ${status}; will be tried again, 1 left`,
      `timer some-timer: the call failed with status ${status}; not tried again`,
    ])
    await sleep(200) // room for one try too many
    expect(written()).toHaveLength(3)
    expect(new Set(written()).size).toBe(1)
  })

  test('is not tried again once it went well', async () => {
    deploy(`console.log((globalThis.tries ??= []).push(1)); return { statusCode: tries.length === 1 ? 503 : 201 }`, {
      crontab: once(),
      retries: 5,
    })
    await until(written).toEqual(['1', '2'])
    await sleep(200)
    expect(written()).toEqual(['1', '2'])
    expect(linesOf('stderr')).toEqual([
      'timer some-timer: the call failed with status 503; will be tried again, 5 left',
    ])
  })

  test('is not tried again without retries, but its failure is in the log', async () => {
    deploy('console.log("called"); throw new Error("no luck")', { crontab: once() })
    await until(() => linesOf('stderr')).toContain('timer some-timer: the call failed with status 500; not tried again')
    expect(linesOf('stderr')).toContain('function_execution_error: Error: no luck')
    await sleep(200)
    expect(written()).toEqual(['called'])
  })
})

describe('close()', () => {
  test('ends the ticks', async () => {
    deploy('console.log("called")')
    await until(() => written().length).toBeGreaterThan(1)
    vefaas.close()
    await sleep(300) // what has been written is still coming in
    const before = log.length
    await sleep(500)
    expect(log).toHaveLength(before)
  })

  test('ends a running call, and nobody says that it will be tried again', async () => {
    deploy('console.log("begin"); await new Promise(() => {})', { crontab: once(), retries: 1 })
    await until(written).toEqual(['begin'])
    vefaas.close()
    await until(() => linesOf('stderr')).toContain('function_panic: the function was stopped')
    await sleep(100)
    expect(linesOf('stderr')).toHaveLength(1)
  })

  test('ends the tries', async () => {
    deploy('return { statusCode: 500 }', { crontab: once(), retries: 10 })
    await until(() => log.length).toBeGreaterThan(0)
    vefaas.close()
    const before = log.length
    await sleep(300)
    expect(log).toHaveLength(before)
  })
})

test('a timer keeps no process alive', async () => {
  const codeDirectory = join(directory, 'idle')
  mkdirSync(codeDirectory)
  writeFileSync(join(codeDirectory, 'index.js'), 'exports.handler = () => {}')
  const file = join(directory, 'program.mts')
  writeFileSync(
    file,
    `import { startRuntime } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
     const vefaas = startRuntime({ onLog: () => {} })
     vefaas.deploy({ name: 'idle', codeDirectory: ${JSON.stringify(codeDirectory)} })
     vefaas.createTimer({ functionName: 'idle', name: 'yearly', crontab: '0 0 1 1 *' })`,
  )
  const program = spawn(process.execPath, ['--import', 'tsx', file], { stdio: 'inherit' })
  const code = await Promise.race([
    new Promise((resolve) => program.once('exit', resolve)),
    sleep(10_000, 'still alive', { ref: false }),
  ])
  program.kill('SIGKILL')
  expect(code).toBe(0)
})

test.each([
  ['a function that is not there', { functionName: 'nobody' }, 'there is no function nobody'],
  ['a crontab of six fields', { crontab: '0 * * * * *' }, 'requires exactly 5 parts'],
  ['a crontab that is none', { crontab: '60 * * * *' }, 'Invalid value for minute: 60'],
])('createTimer refuses %s', (_what, settings, message) => {
  deploy('', { enabled: false })
  const timer = { functionName: 'some-function', name: 'other-timer', crontab: '* * * * *', ...settings }
  expect(() => vefaas.createTimer(timer)).toThrow(message)
})
