import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, test } from 'vitest'
import { processExists } from './temporary-folder.ts'
import { runtimeForTests } from './testing.ts'

const { functionOf, close } = runtimeForTests()
afterAll(close)
const until = (condition: () => unknown) => expect.poll(condition, { interval: 10 })

describe('instances', () => {
  it('start with the first call', async () => {
    const { ask, pool } = functionOf('exports.handler = () => {}')
    expect([...pool.instances()]).toEqual([])
    await ask()
    expect([...pool.instances()]).toHaveLength(1)
  })

  it('of the minimum start without a call', async () => {
    const { pool, lines } = functionOf('console.log("here"); exports.handler = () => {}')
    pool.resize({ minInstances: 2, maxInstances: 2 })
    await until(() => lines.length).toBe(2)
  })
})

describe('simultaneous calls', () => {
  it('share one process up to maxConcurrency, then use a second one, then wait', async () => {
    const code = `exports.handler = async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      return { body: String(process.pid) }
    }`
    const { ask } = functionOf(code, { maxConcurrency: 2, maxInstances: 2 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask()))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(2)
  })

  it('wait at most as long as the timeout of a call', async () => {
    const { ask } = functionOf('exports.handler = () => new Promise((resolve) => setTimeout(resolve, 500))', {
      maxConcurrency: 1,
      maxInstances: 1,
      timeoutSeconds: 0.3,
    })
    const [, waited] = await Promise.all([ask(), ask(), ask()])
    expect(waited).toMatchObject({ status: 504, failure: 'function_timeout' })
  })

  it('are served after a crash as well', async () => {
    const { ask } = functionOf(
      `exports.handler = async ({ path }) => { if (path === '/crash') process.exit(1); return { body: 'fine' } }`,
      { maxConcurrency: 1, maxInstances: 1 },
    )
    const answers = await Promise.all([ask('/crash'), ask(), ask()])
    expect(answers.map(({ status }) => status)).toEqual([500, 200, 200])
  })
})

describe('a pool', () => {
  const code = `exports.handler = ({ path }) => path === '/wait'
    ? new Promise((resolve) => setTimeout(() => resolve({ body: 'ended' }), 200))
    : { body: String(process.pid) }`

  it('stops at once with close(): all processes stop, and all calls fail', async () => {
    const { ask, pool } = functionOf(code, { maxConcurrency: 1, maxInstances: 1 })
    const pid = Number((await ask()).text)
    const running = ask('/wait')
    const waiting = ask()
    pool.close()
    for (const call of [running, waiting, ask()]) {
      expect(await call).toMatchObject({ status: 500, failure: 'function_panic' })
    }
    await until(() => processExists(pid)).toBe(false)
  })

  it('stops after the last call with retire()', async () => {
    const { ask, pool } = functionOf(code)
    const pid = Number((await ask()).text)
    const running = ask('/wait')
    let isRetired = false
    pool.retire(() => {
      isRetired = true
    })
    await sleep(50)
    expect(isRetired).toBe(false)
    expect((await running).text).toBe('ended')
    await until(() => [isRetired, processExists(pid)]).toEqual([true, false])
  })
})

test('no process of the tests above is left', async () => {
  close()
  const running = () =>
    execFileSync('ps', ['-eo', 'ppid=,stat=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => new RegExp(`^\\s*${process.pid}\\s+[^Z].*bootstrap`).test(line))
  await until(running).toEqual([])
})
