import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { processExists } from './temporary-folder.ts'
import { runtimeForTests } from './testing.ts'

const { functionOf, answering, close } = runtimeForTests()
afterAll(close)
const until = (condition: () => unknown) => expect.poll(condition, { interval: 10 })

describe('the initializer', () => {
  it('runs once, before the first call, with a context', async () => {
    const { ask } = functionOf(`
      const seen = []
      exports.initializer = async (context) => { seen.push(Object.keys(context)) }
      exports.handler = async () => ({ body: JSON.stringify(seen) })`)
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ text }) => text)).toEqual(Array(3).fill('[["requestId"]]'))
    expect((await ask()).text).toBe('[["requestId"]]')
  })

  it('that fails makes the call fail, and runs again at the next call in the same process', async () => {
    const { ask, lines } = functionOf(`
      let tries = 0
      exports.initializer = async () => { if (++tries === 1) throw new Error('not yet') }
      exports.handler = async () => ({ body: JSON.stringify({ tries, pid: process.pid }) })
      console.log(process.pid)`)
    const failed = await ask()
    expect([failed.status, failed.failure]).toEqual([500, 'function_initialize_failed'])
    expect(failed.text).toContain('Error: not yet')
    const { tries, pid } = JSON.parse((await ask()).text)
    expect(tries).toBe(2)
    expect(lines[0]?.line).toBe(String(pid))
  })

  it('has a time limit', async () => {
    const code = 'exports.initializer = () => new Promise(() => {}); exports.handler = async () => ({})'
    const { ask } = functionOf(code, { initializerSeconds: 3 })
    expect(await ask()).toMatchObject({ status: 500, failure: 'function_initialize_timeout' })
  })
})

describe('loading', () => {
  it.each([
    ['a syntax error', 'exports.handler = (', 'SyntaxError'],
    ['a throw', 'throw new Error("broken")', 'Error: broken'],
    ['no handler', 'exports.main = () => {}', 'index.js does not export a function named handler'],
  ])('%s makes the call fail, and the next call starts a new process', async (_what, code, message) => {
    const { ask, write } = functionOf(code)
    const failed = await ask()
    expect([failed.status, failed.failure]).toEqual([500, 'function_start_failed'])
    expect(failed.text).toContain(message)
    write('exports.handler = () => ({ body: "mended" })')
    expect((await ask()).text).toBe('mended')
  })

  it('that never ends is stopped', async () => {
    const { ask } = functionOf('for (;;) {}', { initializerSeconds: 0.3 })
    expect((await ask()).failure).toBe('function_start_timeout')
  })
})

describe('a timeout', () => {
  it('of a call is 504, and the process and its other calls continue', async () => {
    const code = `exports.handler = async ({ path }) => {
      if (path === '/slow') await new Promise(() => {})
      if (path === '/middle') await new Promise((resolve) => setTimeout(resolve, 300))
      return { body: String(process.pid) }
    }`
    const { ask } = functionOf(code, { timeoutSeconds: 0.4 })
    const pid = (await ask()).text
    const slow = ask('/slow')
    await sleep(250)
    const middle = ask('/middle')
    const late = await slow
    expect([late.status, late.failure]).toEqual([504, 'function_timeout'])
    expect(JSON.parse(late.text).error_message).toBe('no response within 0.4 s')
    expect((await middle).text).toBe(pid)
    await sleep(1_200) // longer than the timeout of a ping
    expect((await ask()).text).toBe(pid)
  })

  it('of a stuck event loop stops the process, and the next call starts a new one', async () => {
    const code = `exports.handler = async ({ path }) => {
      if (path === '/stuck') for (;;) {}
      return { body: String(process.pid) }
    }`
    const { ask } = functionOf(code, { timeoutSeconds: 0.3 })
    const pid = Number((await ask()).text)
    expect((await ask('/stuck')).status).toBe(504)
    await until(() => processExists(pid)).toBe(false)
    expect(Number((await ask()).text)).not.toBe(pid)
  })
})

describe('a crash', () => {
  it('makes the calls of its process fail, and the next call starts a new one', async () => {
    const { ask } = functionOf(`exports.handler = async ({ path }) => {
      if (path === '/crash') process.exit(3)
      if (path === '/wait') await new Promise(() => {})
      return { body: String(process.pid) }
    }`)
    const pid = (await ask()).text
    const waiting = ask('/wait')
    const crashed = await ask('/crash')
    for (const { status, failure, text } of [crashed, await waiting]) {
      expect([status, failure]).toEqual([500, 'function_panic'])
      expect(text).toContain('its process exited (exit code 3)')
    }
    expect((await ask()).text).not.toBe(pid)
  })

  it('also ends the watchdog of the process', async () => {
    const { ask } = functionOf(`exports.handler = async ({ path }) => {
      if (path === '/crash') process.exit(3)
      return { body: require('child_process').execFileSync('ps', ['-o', 'pid=,args=', '--ppid', process.pid]) }
    }`)
    const [, watchdog] = /^ *(\d+) \/bin\/sh .*read/m.exec((await ask()).text) ?? []
    expect(processExists(Number(watchdog))).toBe(true)
    expect((await ask('/crash')).status).toBe(500)
    await until(() => processExists(Number(watchdog))).toBe(false)
  })

  it('can be an uncaught error, which is logged', async () => {
    const { ask, lines } = functionOf(
      `exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('lost') }))`,
    )
    expect((await ask()).status).toBe(500)
    await until(() => lines.map(({ line }) => line).join('\n')).toContain('Error: lost')
  })

  it('can be a lack of memory', async () => {
    const code = `exports.handler = () => { const all = []; for (;;) all.push(new Array(1e5).fill({})) }`
    const { ask } = functionOf(code, { memoryMb: 64 })
    expect((await ask()).failure).toBe('function_panic')
  })
})

describe('a process', () => {
  it('does not share globals with another', async () => {
    expect((await answering('(globalThis.mine ??= "one")').ask()).text).toBe('"one"')
    expect((await answering('String(globalThis.mine)').ask()).text).toBe('"undefined"')
  })

  it('has its own environment, without the variables of the emulator', async () => {
    process.env.SECRET_OF_THE_EMULATOR = 'secret'
    const { ask } = answering('process.env', { environment: { MINE: '1' } })
    const environment = JSON.parse((await ask()).text)
    delete process.env.SECRET_OF_THE_EMULATOR
    expect(environment).toEqual({ MINE: '1' })
  })

  it('has the folder of its code as working directory', async () => {
    const { ask, codeDirectory } = answering('process.cwd()')
    expect(JSON.parse((await ask()).text)).toMatch(new RegExp(`${codeDirectory}$`))
  })

  it('cannot use the channel to the platform', async () => {
    const { ask } = answering('[typeof process.send, process.env.NODE_CHANNEL_FD ?? null]')
    expect((await ask()).text).toBe('["undefined",null]')
  })

  it('is logged line by line', async () => {
    const { ask, lines } = functionOf(`exports.handler = () => { console.log('one\\ntwo'); console.error('three') }`)
    await ask()
    await until(() => lines.length).toBe(3)
    expect(lines.filter(({ stream }) => stream === 'stdout').map(({ line }) => line)).toEqual(['one', 'two'])
    expect(lines).toContainEqual({ line: 'three', stream: 'stderr' })
  })
})
