import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../../tests/support/any-text.ts'
import { isOnKeyboard, keysymsOfText, splitText } from './text.ts'

test('a part to paste has only characters beyond ASCII, and printable ones between them', () => {
  expect(splitText('a中 b文\nc\té!')).toEqual([
    { isOnKeyboard: true, part: 'a' },
    { isOnKeyboard: false, part: '中 b文' },
    { isOnKeyboard: true, part: '\nc\t' },
    { isOnKeyboard: false, part: 'é' },
    { isOnKeyboard: true, part: '!' },
  ])
  expect(splitText('')).toEqual([])
})

test('the parts of any text are that text, and what is typed is on every keyboard', () => {
  const text = fc.string({
    unit: fc.oneof(anyText({ minLength: 1, maxLength: 1 }), fc.constant('\n')),
  })
  fc.assert(
    fc.property(text, (text) => {
      const parts = splitText(text)
      expect(parts.map(({ part }) => part).join('')).toBe(text)
      for (const { isOnKeyboard: isTyped, part } of parts) {
        if (isTyped) expect(/^\p{ASCII}+$/u.test(part)).toBe(true)
        else expect(/[\n\t]/.test(part)).toBe(false)
      }
    }),
  )
})

test('keys of ASCII, Return and Tab are on every keyboard', () => {
  expect(keysymsOfText('aZ~ \n\t').every(isOnKeyboard)).toBe(true)
  expect(keysymsOfText('é中😀').some(isOnKeyboard)).toBe(false)
})
