import { expect, test } from 'vitest'
import { desktopHash, parseRoute } from './routes.ts'

const list = { page: 'list' }

test.each([
  ['', list],
  ['#', list],
  ['#/', list],
  ['#/connect', { page: 'connect' }],
  ['#/connect/more', list],
  ['#/desktop/', list],
  ['#/desktop/i-1/more', list],
  ['#/desktop/../x', list],
  ['#/desktop/no-id', { page: 'desktop', sandboxId: 'no-id' }],
  ['#token=', list],
  ['#token=abc', list],
  ['#token=i-1', list],
  ['#token=i-1.abc&Action=DeleteSandbox', list],
  ['#/desktop/i-07c4f744a9d14da387ec', { page: 'desktop', sandboxId: 'i-07c4f744a9d14da387ec' }],
  ['#token=i-07c4.A_b-9', { page: 'desktop', sandboxId: 'i-07c4', token: 'i-07c4.A_b-9' }],
])('%s', (hash, expected) => {
  expect(parseRoute(hash)).toEqual(expected)
})

test('the hash of a desktop is parsed as that desktop', () => {
  expect(parseRoute(desktopHash('i-1'))).toEqual({ page: 'desktop', sandboxId: 'i-1' })
})
