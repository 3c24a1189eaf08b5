import { expect, it } from 'vitest'
import { pacer } from './pacer.ts'

/** When each of so many calls may go, in milliseconds from now. */
async function times(perSecond: number, calls: number, pace = pacer(perSecond), action = 'A'): Promise<number[]> {
  const started = performance.now()
  const all = Array.from({ length: calls }, async () => {
    await pace(action)
    return performance.now() - started
  })
  return (await Promise.all(all)).sort((a, b) => a - b)
}

it('lets ten go at once, and the others at the pace', async () => {
  const when = await times(50, 20)
  expect(when[9]).toBeLessThan(15)
  // A timer may fire a millisecond early.
  for (let index = 10; index < 20; index += 1) expect(when[index]).toBeGreaterThanOrEqual((index - 9) * 20 - 2)
})

it('counts each action for itself', async () => {
  const pace = pacer(1)
  await times(1, 10, pace, 'A')
  expect((await times(1, 10, pace, 'B')).at(-1)).toBeLessThan(15)
})

it('lets no more than ten go at once after a rest', async () => {
  const pace = pacer(100)
  await times(100, 10, pace)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const when = await times(100, 12, pace)
  expect(when[11]).toBeGreaterThanOrEqual(18)
})
