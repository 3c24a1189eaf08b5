import { expect, test } from 'vitest'
import { keysymsOf } from './keysyms.ts'

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
