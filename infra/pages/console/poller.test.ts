import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPoller, type Poller } from './poller.ts'

let looks: number
let finish: (() => void)[]
let poller: Poller
let pause: number | undefined

beforeEach(() => {
  vi.useFakeTimers()
  looks = 0
  finish = []
  pause = 1_000
  poller = createPoller({
    look: () => {
      looks += 1
      return new Promise((resolve) => finish.push(resolve))
    },
    pause: () => pause,
  })
})

afterEach(() => {
  poller.stop()
  vi.useRealTimers()
})

/** Ends the look under way, and lets what follows happen. */
async function answered(milliseconds = 0): Promise<void> {
  finish.shift()?.()
  await vi.advanceTimersByTimeAsync(milliseconds)
}

test('looks again after the pause, which begins with the answer', async () => {
  poller.wake()
  expect(looks).toBe(1)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(looks).toBe(1)
  await answered(999)
  expect(looks).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(looks).toBe(2)
})

test('does not look while there is no pause to wait for, until it is woken', async () => {
  pause = undefined
  poller.wake()
  await answered(100_000)
  expect(looks).toBe(1)
  poller.wake()
  expect(looks).toBe(2)
})

test('is woken once, however often', async () => {
  poller.wake()
  poller.wake()
  expect(looks).toBe(1)
  await answered()
  expect(looks).toBe(1)
})

test('looks once more when something was done during a look', async () => {
  poller.wake()
  poller.refresh()
  poller.refresh()
  expect(looks).toBe(1)
  await answered()
  expect(looks).toBe(2)
  await answered(999)
  expect(looks).toBe(2)
})

test('a look in between takes the place of the next one', async () => {
  poller.wake()
  await answered(600)
  poller.refresh()
  expect(looks).toBe(2)
  await answered(999)
  expect(looks).toBe(2)
})

test('ends, also during a look', async () => {
  poller.wake()
  poller.refresh()
  poller.stop()
  await answered(10_000)
  poller.wake()
  poller.refresh()
  expect(looks).toBe(1)
})
