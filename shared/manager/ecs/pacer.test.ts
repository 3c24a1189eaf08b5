import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Pace, pacer } from './pacer.ts'

beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout'] }))
afterEach(() => vi.useRealTimers())

/** When each of the calls may start, in milliseconds from now, in order. */
async function times(calls: number, pace: Pace, action = 'A'): Promise<number[]> {
  const started = performance.now()
  const all = Array.from({ length: calls }, async () => {
    await pace(action)
    return performance.now() - started
  })
  await vi.runAllTimersAsync()
  return (await Promise.all(all)).sort((a, b) => a - b)
}

const NEVER = Number.POSITIVE_INFINITY
const AT_ONCE = Array.from({ length: 8 }, () => 0)

it('lets eight go at once, and the others at the pace', async () => {
  expect(await times(11, pacer(4, NEVER))).toEqual([...AT_ONCE, 250, 500, 750])
})

it('counts each action for itself', async () => {
  const pace = pacer(1, NEVER)
  const both = await Promise.all([times(8, pace, 'A'), times(8, pace, 'B')])
  expect(both).toEqual([AT_ONCE, AT_ONCE])
})

it('lets no more than eight go at once after a rest', async () => {
  const pace = pacer(20, NEVER)
  await times(8, pace)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await times(10, pace)).toEqual([...AT_ONCE, 50, 100])
})

it('lets none wait beyond the deadline, and takes no place for it', async () => {
  const pace = pacer(2, Date.now() + 1_200)
  const answers = Promise.all(Array.from({ length: 20 }, () => pace('A')))
  await vi.runAllTimersAsync()
  expect((await answers).filter(Boolean)).toHaveLength(10)
  expect(await pacer(2, Date.now() - 1)('A')).toBe(false)
})
