import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newLines } from './new-lines.ts'

test.each<[string, string[], string[], string[]]>([
  ['nothing was written', ['a', 'b'], ['a', 'b'], []],
  ['lines came to a short log', ['a', 'b'], ['a', 'b', 'c', 'd'], ['c', 'd']],
  ['lines came, and as many left the window', ['a', 'b', 'c'], ['b', 'c', 'd'], ['d']],
  ['the new lines have replaced all old ones', ['a', 'b'], ['c', 'd'], ['c', 'd']],
  ['the same line came again, to a short log', ['a', 'a'], ['a', 'a', 'a'], ['a']],
  ['the log was empty', [], ['a'], ['a']],
  ['the log is gone', ['a'], [], []],
])('%s', (_what, before, latest, expected) => {
  expect(newLines(before, latest)).toEqual(expected)
})

const log = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })

test('while the whole log fits, each line is shown once', () => {
  fc.assert(
    fc.property(log, log, (before, written) => {
      expect(newLines(before, [...before, ...written])).toEqual(written)
    }),
  )
})

test('different lines are shown once each, with any window', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 10 }), (before, written, window) => {
      const all = Array.from({ length: before + written }, (_, at) => `line ${at}`)
      const latest = all.slice(-window)
      expect(newLines(all.slice(0, before).slice(-window), latest)).toEqual(written === 0 ? [] : latest.slice(-written))
    }),
  )
})
