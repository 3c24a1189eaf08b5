import { expect, it } from 'vitest'
import { type Pace, pacer } from './pacer.ts'

/** When each of so many calls may go, in milliseconds from now, in order. */
async function times(calls: number, pace: Pace, action = 'A'): Promise<number[]> {
  const started = performance.now()
  const all = Array.from({ length: calls }, async () => {
    await pace(action)
    return performance.now() - started
  })
  return (await Promise.all(all)).sort((a, b) => a - b)
}

const NEVER = Number.POSITIVE_INFINITY

// A timer may fire a millisecond early.
const SLACK = 2

it('lets eight go at once, and the others at the pace', async () => {
  const when = await times(11, pacer(4, NEVER))
  expect(when[7]).toBeLessThan(250)
  for (const [index, earliest] of [250, 500, 750].entries()) {
    expect(when[8 + index]).toBeGreaterThanOrEqual(earliest - SLACK)
  }
})

it('counts each action for itself', async () => {
  const pace = pacer(1, NEVER)
  await times(8, pace, 'A')
  expect((await times(8, pace, 'B')).at(-1)).toBeLessThan(900)
})

it('lets no more than eight go at once after a rest', async () => {
  const pace = pacer(20, NEVER)
  await times(8, pace)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  const when = await times(10, pace)
  expect(when[9]).toBeGreaterThanOrEqual(100 - SLACK)
})

it('lets none wait beyond the deadline, and takes no place for it', async () => {
  const pace = pacer(2, Date.now() + 1_200)
  const answers = await Promise.all(Array.from({ length: 20 }, () => pace('A')))
  expect(answers.filter(Boolean)).toHaveLength(10)
  expect(await pacer(2, Date.now() - 1)('A')).toBe(false)
})
