import { expect, test } from 'vitest'
import { CallError } from '../../common/api.ts'
import { afterClose, afterFailure, MAX_RETRIES } from './reconnect.ts'

test.each([1006, 1001, 1005, 1011])('a lost connection (%d) is retried with growing delays', (code) => {
  const delays = Array.from({ length: MAX_RETRIES }, (_, retries) => afterClose({ code, reason: '' }, retries))
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000].map((delayMs) => ({ kind: 'retry', delayMs })))
  expect(afterClose({ code, reason: '' }, MAX_RETRIES)).toMatchObject({
    kind: 'giveUp',
    failure: { code: 'ConnectionLost', status: 0 },
  })
})

test.each([
  [4400, 'InvalidParameter.Token'],
  [4403, 'InvalidVncToken.Expired'],
  [4404, 'InvalidVncToken.NotFound'],
  [4410, 'DesktopEnded'],
  [4503, 'ServiceUnavailable'],
])('a refusal of the bridge (%d) is final, and has its code and request id', (code, Code) => {
  expect(afterClose({ code, reason: `${Code} 6427e207` }, 0)).toMatchObject({
    kind: 'giveUp',
    failure: { code: Code, status: code - 4_000, requestId: '6427e207' },
  })
})

test('a refusal without a reason has a status too', () => {
  expect(afterClose({ code: 4500, reason: '' }, 0)).toMatchObject({ failure: { status: 500, requestId: undefined } })
})

test.each([
  [0, 'retry'],
  [429, 'retry'],
  [503, 'retry'],
  [504, 'retry'],
  [401, 'giveUp'],
  [404, 'giveUp'],
  [409, 'giveUp'],
  [500, 'giveUp'],
  [502, 'giveUp'],
])('a call for a token that fails with %d: %s', (status, kind) => {
  expect(afterFailure(new CallError('Code', '', status), 0).kind).toBe(kind)
  expect(afterFailure(new CallError('Code', '', status), MAX_RETRIES).kind).toBe('giveUp')
})
