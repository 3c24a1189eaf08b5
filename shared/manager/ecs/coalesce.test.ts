import fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { coalesce } from './coalesce.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Step = 'ask' | 'end' | 'fail' | 'wait'
const steps = fc.array(fc.constantFrom<Step>('ask', 'ask', 'end', 'fail', 'wait'), { maxLength: 40 })

it('each result is of a run that began after it was asked for, at most two run, and waiting ones share', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      let began = 0
      let asked = 0
      /** Ends the runs that are under way, the oldest first. */
      const under: ((isGood: boolean) => void)[] = []
      const shared = coalesce<number, { run: number; all: readonly number[] }>((all) => {
        began += 1
        const result = { run: began, all }
        return new Promise((resolve, reject) => {
          under.push((isGood) => (isGood ? resolve(result) : reject(new Error(`run ${result.run} failed`))))
          expect(under.length).toBeLessThanOrEqual(2)
        })
      })
      const settle = async (isGood: boolean) => {
        under.shift()?.(isGood)
        // Until the next run, if there is one, has begun.
        for (let turn = 0; turn < 9; turn += 1) await undefined
      }
      const answers: Promise<void>[] = []
      for (const step of steps) {
        if (step === 'end' || step === 'fail') await settle(step === 'end')
        if (step === 'wait') await vi.advanceTimersByTimeAsync(20)
        if (step !== 'ask') continue
        const before = began
        const number = asked
        asked += 1
        const answer = shared(number).then(
          ({ run, all }) => {
            expect(all).toContain(number)
            return run
          },
          (error: Error) => Number(/^run (\d+) failed$/.exec(error.message)?.[1]),
        )
        // The runs that are under way are too old, the next one is not.
        answers.push(answer.then((run) => expect(run).toBe(before + 1)))
      }
      while (under.length > 0) await settle(true)
      await Promise.all(answers)
    }),
  )
})

it('a hundred at once are two runs, side by side', async () => {
  vi.useRealTimers()
  const runs: number[] = []
  let most = 0
  let running = 0
  const shared = coalesce(async (all: readonly number[]) => {
    runs.push(all.length)
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 500))
    running -= 1
  })
  await Promise.all(Array.from({ length: 100 }, (_, index) => shared(index)))
  expect([runs, most]).toEqual([[1, 99], 2])
})
