import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { duplicateName } from './json.ts'

describe('a name that stands twice', () => {
  test.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"b":2,"a":3}', 'a'],
    ['{ "a" : 1 ,\n\t"a"\n:\n2 }', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":{"b":1,"b":2}}', 'b'],
    ['[{"a":1},{"b":1,"b":2}]', 'b'],
    ['{"a":{"c":1},"b":[{}],"a":2}', 'a'],
    ['{"a\\"":1,"a\\"":2}', 'a"'],
    ['{"a\\\\":1,"a\\\\":2}', 'a\\'],
  ])('is found in %s', (json, name) => {
    expect(duplicateName(json)).toBe(name)
  })

  test.each([
    '{}',
    '[]',
    '"a"',
    '1',
    '{"a":"a","b":"a"}',
    '{"a":1,"A":2}',
    '[{"a":1},{"a":2}]',
    '{"a":{"a":{"a":1}}}',
    '{"a":"\\"a\\":1,\\"a\\":2"}',
    '{"a":"{\\"b\\":1,\\"b\\":2}","b":3}',
    '["a","a"]',
  ])('is none in %s', (json) => {
    expect(duplicateName(json)).toBeUndefined()
  })

  test('is none in whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        expect(duplicateName(JSON.stringify(value, undefined, indent))).toBeUndefined()
      }),
    )
  })

  test('is found wherever it is added', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (object, at) => {
        const members = Object.entries(object).map(
          ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
        )
        const twice = members[at % members.length] ?? ''
        expect(duplicateName(`{${[...members, twice].join()}}`)).toBe(Object.keys(object)[at % members.length])
      }),
    )
  })
})
