import { expect, it } from 'vitest'
import { CallLog } from './call-log.ts'

const call = (requestId: string, params: Record<string, string> = {}) => ({
  action: 'A',
  requestId,
  status: 200,
  time: 0,
  params,
})

it('keeps the latest calls, 100,000 at most', () => {
  const log = new CallLog()
  for (let index = 1; index <= 250_000; index++) {
    log.add(call(`${index}`))
    if (log.calls.length > 100_000) throw new Error(`${log.calls.length} calls are kept`)
  }
  expect(log.calls.at(-1)?.requestId).toBe('250000')
  expect(log.calls.length).toBeGreaterThanOrEqual(90_000)
})

it('keeps fewer if they are long, but always the last', () => {
  const log = new CallLog()
  const UserData = 'x'.repeat(1024 * 1024)
  for (let index = 1; index <= 100; index++) log.add(call(`${index}`, { UserData }))
  expect(log.calls.length).toBeLessThanOrEqual(32)
  expect(log.calls.at(-1)?.requestId).toBe('100')
  log.clear()
  expect(log.calls).toEqual([])
})
