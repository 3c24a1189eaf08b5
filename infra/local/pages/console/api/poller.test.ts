import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPoller, type Poller } from './poller.ts'

let polls: number
let resolvers: (() => void)[]
let poller: Poller
let delay: number | undefined

beforeEach(() => {
  vi.useFakeTimers()
  polls = 0
  resolvers = []
  delay = 1_000
  poller = createPoller({
    poll: () => {
      polls += 1
      return new Promise((resolve) => resolvers.push(resolve))
    },
    nextDelay: () => delay,
  })
})

afterEach(() => {
  poller.stop()
  vi.useRealTimers()
})

/** Finishes the current poll, and advances the time. */
async function finishPoll(milliseconds = 0): Promise<void> {
  resolvers.shift()?.()
  await vi.advanceTimersByTimeAsync(milliseconds)
}

test('polls again after the delay, which starts at the end of a poll', async () => {
  poller.wake()
  expect(polls).toBe(1)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(polls).toBe(1)
  await finishPoll(999)
  expect(polls).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(polls).toBe(2)
})

test('does not poll without a delay until it is woken', async () => {
  delay = undefined
  poller.wake()
  await finishPoll(100_000)
  expect(polls).toBe(1)
  poller.wake()
  expect(polls).toBe(2)
})

test('several wakes cause one poll', async () => {
  poller.wake()
  poller.wake()
  expect(polls).toBe(1)
  await finishPoll()
  expect(polls).toBe(1)
})

test('refreshes during a poll cause one more poll', async () => {
  poller.wake()
  poller.refresh()
  poller.refresh()
  expect(polls).toBe(1)
  await finishPoll()
  expect(polls).toBe(2)
  await finishPoll(999)
  expect(polls).toBe(2)
})

test('a poll in between replaces the next one', async () => {
  poller.wake()
  await finishPoll(600)
  poller.refresh()
  expect(polls).toBe(2)
  await finishPoll(999)
  expect(polls).toBe(2)
})

test('stops, also during a poll', async () => {
  poller.wake()
  poller.refresh()
  poller.stop()
  await finishPoll(10_000)
  poller.wake()
  poller.refresh()
  expect(polls).toBe(1)
})
