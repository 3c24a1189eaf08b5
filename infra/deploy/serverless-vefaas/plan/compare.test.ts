import { describe, expect, test } from 'vitest'
import { changes, hasAll, isSame } from './compare.ts'

describe('two values', () => {
  test.each<[one: unknown, other: unknown, same: boolean]>([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [['a', 'b'], ['b', 'a'], true],
    [['a', 'a'], ['a'], false],
    [{ a: '' }, {}, true],
    [{ a: false, b: null, c: 0, d: [], e: {} }, undefined, true],
    [{ a: { b: [{ c: '' }] } }, {}, true],
    [{ a: 'false' }, {}, false],
    [1, '1', false],
    [['a'], 'a', false],
  ])('%j and %j are the same: %s', (one, other, same) => {
    expect([isSame(one, other), isSame(other, one)]).toEqual([same, same])
  })

  test.each<[found: unknown, wanted: unknown, has: boolean]>([
    [{ a: 1, more: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1 }, { a: 1, b: false }, true],
    [undefined, { a: { b: 1 } }, false],
    [[{ a: 1, shown: 'x' }], [{ a: 1 }], true],
    [[{ a: 2 }, { a: 1 }], [{ a: 1 }, { a: 2 }], true],
    [[{ a: 1 }, { a: 2 }], [{ a: 1 }], false],
    [[{ a: 1 }], [{ a: 1 }, { a: 2 }], false],
    [undefined, [{ a: 1 }], false],
    [['a', 'b'], ['b', 'a'], true],
    [['a', 'b'], ['a'], false],
  ])('%j has all of %j: %s', (found, wanted, has) => {
    expect(hasAll(found, wanted)).toBe(has)
  })
})

test('changes show the old and the new value', () => {
  const wanted = { same: 1, text: 'b', flag: false, none: '', map: { a: 'x'.repeat(100) }, number: 0 }
  const found = { same: 1, text: 'a', flag: true, none: 'x', number: 5, other: 1 }
  expect(changes(wanted, found)).toEqual([
    'text a -> b',
    'flag true -> false',
    'none x -> none',
    `map none -> {"a":"${'x'.repeat(51)}...`,
    'number 5 -> 0',
  ])
})
