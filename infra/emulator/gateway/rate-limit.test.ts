import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

test('lets a burst through, and then the rate, for each action separately', () => {
  let now = 0
  const limit = createRateLimiter({ perSecond: 4, burst: 10 }, () => now)
  const passed = (calls: number, action: string) => {
    let count = 0
    for (let call = 0; call < calls; call += 1) {
      try {
        limit(action)
        count += 1
      } catch (error) {
        expect(error).toMatchObject({ status: 429, code: 'FlowLimitExceeded', codeN: 100018 })
      }
    }
    return count
  }
  expect(passed(20, 'A')).toBe(10)
  expect(passed(20, 'B')).toBe(10)
  now = 249
  expect(passed(1, 'A')).toBe(0)
  now = 250
  expect(passed(2, 'A')).toBe(1)
  now = 1_250
  expect(passed(9, 'A')).toBe(4)
  now = 60_000
  expect(passed(20, 'A')).toBe(10)
})
