import { expect, test } from 'vitest'
import { ApiError } from '../common/api.ts'
import { afterClosing, afterFailure, MOST_TRIES } from './reconnect.ts'

test.each([1006, 1001, 1005, 1011])('a connection that broke (%d) is made again, ever more patiently', (code) => {
  const delays = Array.from({ length: MOST_TRIES }, (_, tries) => afterClosing({ code, reason: '' }, tries))
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000].map((delayMs) => ({ kind: 'again', delayMs })))
  expect(afterClosing({ code, reason: '' }, MOST_TRIES)).toMatchObject({
    kind: 'over',
    failure: { code: 'ConnectionLost', status: 0 },
  })
})

test.each([
  [4400, 'InvalidParameter.Token'],
  [4403, 'InvalidVncToken.Expired'],
  [4404, 'InvalidVncToken.NotFound'],
  [4410, 'DesktopEnded'],
  [4503, 'ServiceUnavailable'],
])('what the bridge refuses with %d is over, and said with its code and request id', (code, Code) => {
  expect(afterClosing({ code, reason: `${Code} 6427e207` }, 0)).toMatchObject({
    kind: 'over',
    failure: { code: Code, status: code - 4_000, requestId: '6427e207' },
  })
})

test('a closing without a reason is said too', () => {
  expect(afterClosing({ code: 4500, reason: '' }, 0)).toMatchObject({ failure: { status: 500, requestId: undefined } })
})

test.each([
  [0, 'again'],
  [429, 'again'],
  [503, 'again'],
  [504, 'again'],
  [401, 'over'],
  [404, 'over'],
  [409, 'over'],
  [500, 'over'],
  [502, 'over'],
])('a token that is refused with %d: %s', (status, kind) => {
  expect(afterFailure(new ApiError('Code', '', status), 0).kind).toBe(kind)
  expect(afterFailure(new ApiError('Code', '', status), MOST_TRIES).kind).toBe('over')
})
