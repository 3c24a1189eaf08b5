import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keysymsOf, keysymsOfEdit } from './keysyms.ts'

test.each([
  ['a', [0x61]],
  ['A~', [0x41, 0x7e]],
  ['é', [0xe9]],
  ['ÿĀ', [0xff, 0x01000100]],
  ['你', [0x01004f60]],
  ['😀', [0x0101f600]],
  ['a\nb', [0x61, 0xff0d, 0x62]],
  ['\r\n\r', [0xff0d, 0xff0d]],
  ['\t', [0xff09]],
  ['\u0000\u001b\u007f\u0085', []],
  ['', []],
])('%j', (text, keysyms) => {
  expect(keysymsOf(text)).toEqual(keysyms)
})

test.each([
  ['_', '_a', [0x61]],
  ['_a', '_', [0xff08]],
  ['_teh', '_the ', [0xff08, 0xff08, 0x68, 0x65, 0x20]],
  ['_😀', '_', [0xff08]],
  ['_a', '_a\n', [0xff0d]],
  ['_', '_', []],
])('from %j to %j', (before, after, keysyms) => {
  expect(keysymsOfEdit(before, after)).toEqual(keysyms)
})

test('the keys of an edit turn the old text into the new one', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '你', '😀', ' ') })
  fc.assert(
    fc.property(text, text, text, (start, before, after) => {
      const typed = keysymsOf(start + before)
      for (const keysym of keysymsOfEdit(start + before, start + after)) {
        if (keysym === 0xff08) typed.pop()
        else typed.push(keysym)
      }
      expect(typed).toEqual(keysymsOf(start + after))
    }),
  )
})
