import { expect, it } from 'vitest'
import { refusedTokens } from './refused-tokens.ts'

it('keeps the last 10,000 tokens and forgets the oldest', () => {
  const tokens = refusedTokens()
  for (let count = 0; count < 10_001; count += 1) tokens.add(`hash-${count}`, 'NotFound')
  expect(tokens.find('hash-0')).toBeUndefined()
  expect(tokens.find('hash-1')).toBe('NotFound')
  expect(tokens.find('hash-10000')).toBe('NotFound')
})

it('keeps a token refused that was used up, even if a slower request finds it missing', () => {
  const tokens = refusedTokens()
  tokens.add('hash', 'NotFound')
  tokens.addMissing('hash')
  expect(tokens.find('hash')).toBe('NotFound')
})
