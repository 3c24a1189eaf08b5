import { expect, test } from 'vitest'
import { isProxyUsed } from './proxy.ts'

test('a proxy is used if Node.js supports it and NODE_USE_ENV_PROXY is set', () => {
  const newer = new Set(['--use-env-proxy'])
  expect(isProxyUsed({ NODE_USE_ENV_PROXY: '1' }, newer)).toBe(true)
  expect(isProxyUsed({ NODE_USE_ENV_PROXY: '1' }, new Set())).toBe(false)
  expect(isProxyUsed({}, newer)).toBe(false)
})
