import { vi } from 'vitest'

/** When every sequence begins: what fails once fails again. */
const START = Date.parse('2026-11-23T12:00:00Z')

/**
 * From now on the time of functions and cloud stands still and passes only in `untilDone` and `pass`: no wait costs
 * time, and of two things at once always the same one comes first.
 */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] })
}

export function restartTime(): void {
  // Timers of functions that were killed.
  vi.clearAllTimers()
  vi.setSystemTime(START)
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** Lets so much time pass while nothing is under way. */
export function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

let exchanges: Promise<unknown> = Promise.resolve()
let busy = 0

/** Work that takes real time, and none of this one: a request over the wire. One after the other. */
export async function atOnce<T>(work: () => Promise<T>): Promise<T> {
  busy += 1
  try {
    const mine = exchanges.then(work)
    exchanges = mine.catch(() => {})
    return await mine
  } finally {
    busy -= 1
  }
}

/** When everything that takes real time is done. */
export const requestsDone = () => exchanges

/** Lets the time pass until the work is done: always up to the next timer, when there is nothing else to do. */
export async function untilDone<T>(work: Promise<T>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  work.then(end, end)
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve))
    if (done || busy > 0) continue
    if (vi.getTimerCount() === 0) throw new Error('the work waits for nothing')
    vi.advanceTimersToNextTimer()
  }
  return work
}
