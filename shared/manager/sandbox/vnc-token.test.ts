import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../tests/support/any-text.ts'
import {
  expiresIn,
  findToken,
  hashToken,
  isLive,
  mintToken,
  type StoredToken,
  sandboxOfToken,
  storedTokens,
  toTag,
} from './vnc-token.ts'

const hash = (text: string) => hashToken(text)
const stored = (text: string, expiresAt: number, used = false) => toTag({ hash: hash(text), expiresAt, used })

describe('a token', () => {
  it('is the id of its sandbox and 256 random bits, and nothing that a URL would escape', () => {
    const token = mintToken('i-abc123')
    expect(token).toMatch(/^i-abc123\.[A-Za-z0-9_-]{43}$/)
    expect(encodeURIComponent(token)).toBe(token)
    expect(sandboxOfToken(token)).toBe('i-abc123')
  })

  it('is never minted twice', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => mintToken('i-a'))).size).toBe(1_000)
  })

  it.each([
    '',
    '.',
    'i-abc',
    `i-abc.${'a'.repeat(42)}`,
    `i-abc.${'a'.repeat(44)}`,
    `i-ABC.${'a'.repeat(43)}`,
    `i-.${'a'.repeat(43)}`,
    `i-${'a'.repeat(63)}.${'a'.repeat(43)}`,
    `x-abc.${'a'.repeat(43)}`,
    `i-abc.${'a'.repeat(42)}=`,
    `i-abc.${'a'.repeat(42)}/`,
    `i-abc.${'a'.repeat(42)}+`,
    `i-abc..${'a'.repeat(42)}`,
    ` i-abc.${'a'.repeat(43)}`,
    `i-abc.${'a'.repeat(43)}\n`,
    `i-abc.${'a'.repeat(43)},i-abc.${'a'.repeat(43)}`,
    `i-abc\n.${'a'.repeat(43)}`,
  ])('is not %j', (text) => {
    expect(sandboxOfToken(text)).toBeUndefined()
  })

  it('is read from any text without an exception', () => {
    fc.assert(fc.property(anyText(), (text) => [undefined, 'i'].includes(sandboxOfToken(text)?.[0])))
  })
})

describe('the tag of a token', () => {
  it('holds neither the token nor a part of it', () => {
    const token = mintToken('i-abc')
    const { Key, Value } = toTag({ hash: hash(token), expiresAt: 1, used: false })
    const [, secret = ''] = token.split('.')
    for (let start = 0; start + 8 <= secret.length; start++) {
      expect(`${Key} ${Value}`).not.toContain(secret.slice(start, start + 8))
    }
  })

  it('is one that ECS takes, and not one of its own', () => {
    const { Key, Value } = stored('x', 999_999_999_999, true)
    expect(Key).toMatch(/^(?!volc:|sys:)[\w.:/=+@-]{1,128}$/)
    expect(Value).toMatch(/^[\w.:/=+@-]{1,256}$/)
  })

  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 999_999_999_999 }), fc.boolean(), (text, expiresAt, used) => {
        const token = { hash: hash(text), expiresAt, used }
        const tag = toTag(token)
        expect(storedTokens([tag])).toEqual([{ ...token, key: tag.Key }])
      }),
    )
  })

  it('is told from tags of anybody else', () => {
    const others = [
      { Key: 'managed-by', Value: 'ecs-manager' },
      { Key: 'ecs-manager:client-token', Value: hash('x') },
      { Key: 'xecs-manager:vnc-token:y', Value: stored('x', 9).Value },
    ]
    expect(storedTokens([...others, stored('x', 9)])).toHaveLength(1)
  })

  it('with any text at all never throws, and never makes a token that is good', () => {
    const { Key } = stored('x', 9)
    const half = fc.constantFrom(hash('x'), '', hash('x').slice(1), '9999999999', 'new', 'used', ':', '-1', '1e9', ' ')
    const value = fc.oneof(
      anyText(),
      fc.array(half, { maxLength: 5 }).map((parts) => parts.join(':')),
    )
    fc.assert(
      fc.property(fc.oneof(fc.constant(Key), fc.string()), value, (Key, Value) => {
        for (const token of storedTokens([{ Key, Value }])) {
          expect(Number.isSafeInteger(token.expiresAt)).toBe(true)
          const wellFormed = /^[\w-]{43}:\d{1,12}:(new|used)$/.test(Value)
          expect(isLive(token) && !wellFormed).toBe(false)
          expect(findToken([token], hash('x')) !== undefined).toBe(wellFormed && Value.startsWith(hash('x')))
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('tokens', () => {
  it('come with the first to expire first', () => {
    const tags = [stored('c', 30), stored('a', 10), { Key: stored('z', 9).Key, Value: 'broken' }, stored('b', 20)]
    expect(storedTokens(tags).map(({ expiresAt }) => expiresAt)).toEqual([0, 10, 20, 30])
  })

  it('are found by their hash alone', () => {
    const tokens = storedTokens(['a', 'b', 'c'].map((text) => stored(text, 9)))
    expect(findToken(tokens, hash('b'))?.hash).toBe(hash('b'))
    expect(findToken(tokens, hash('d'))).toBeUndefined()
    expect(findToken(tokens, '')).toBeUndefined()
    expect(findToken([], hash('a'))).toBeUndefined()
  })

  it('that cannot be read are not found by the hash of nothing', () => {
    const broken = storedTokens([{ Key: stored('a', 9).Key, Value: '' }])
    expect(broken).toHaveLength(1)
    expect(findToken(broken, hash(''))).toBeUndefined()
  })

  it.each<[string, number, boolean]>([
    ['a minute ago', -60, false],
    ['now', 0, false],
    ['in a minute', 60, true],
  ])('that expire %s', (_name, seconds, live) => {
    const token: StoredToken = { key: '', hash: '', expiresAt: expiresIn(seconds), used: false }
    expect(isLive(token)).toBe(live)
  })
})
