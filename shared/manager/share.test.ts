import fc from 'fast-check'
import { expect, it } from 'vitest'
import { share } from './share.ts'

/** What is asked and done, in its order: `ask 3`, or that the run which is under way ends. */
const steps = fc.array(fc.constantFrom('ask', 'end', 'fail'), { maxLength: 30 })

it('each result is of a run that began after it was asked for, one runs at a time, and waiting ones share', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      let began = 0
      let asked = 0
      let finish: ((isGood: boolean) => void) | undefined
      const shared = share<number, { run: number; all: readonly number[] }>((all) => {
        expect(finish).toBeUndefined()
        began += 1
        const result = { run: began, all }
        return new Promise((resolve, reject) => {
          finish = (isGood) => {
            finish = undefined
            if (isGood) resolve(result)
            else reject(new Error(`run ${result.run} failed`))
          }
        })
      })
      const answers: Promise<void>[] = []
      const settle = async (isGood: boolean) => {
        finish?.(isGood)
        // Until the next run, if there is one, has begun.
        for (let turn = 0; turn < 5; turn += 1) await undefined
      }
      for (const step of steps) {
        if (step !== 'ask') {
          await settle(step === 'end')
          continue
        }
        const wasRunning = finish !== undefined
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
        // The run that is under way is too old, the one after it is not.
        answers.push(answer.then((run) => expect(run).toBe(before + 1)))
        expect(began).toBe(wasRunning ? before : before + 1)
      }
      while (finish) await settle(true)
      await Promise.all(answers)
    }),
  )
})

it('a hundred at once are two runs', async () => {
  const runs: number[] = []
  const shared = share(async (all: readonly number[]) => {
    runs.push(all.length)
    await new Promise((resolve) => setTimeout(resolve, 5))
  })
  await Promise.all(Array.from({ length: 100 }, (_, index) => shared(index)))
  expect(runs).toEqual([1, 99])
})
