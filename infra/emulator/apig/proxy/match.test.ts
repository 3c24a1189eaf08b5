import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../../tests/support/any-text.ts'
import { findRoute, type MatchRule, type RequestHead, type StringMatch } from './match.ts'

const exact = (matchContent: string): StringMatch => ({ matchType: 'Exact', matchContent })
const prefix = (matchContent: string): StringMatch => ({ matchType: 'Prefix', matchContent })
const regex = (matchContent: string): StringMatch => ({ matchType: 'Regex', matchContent })
const rule = (parts: Partial<MatchRule>): MatchRule => ({ path: exact('/'), header: [], queryString: [], ...parts })
const query = (...pairs: [key: string, value: StringMatch | string][]) =>
  pairs.map(([key, value]) => ({ key, value: typeof value === 'string' ? exact(value) : value }))

/** A request head from `METHOD /path?query`. */
function head(line: string, headers: [string, string][] = []): RequestHead {
  const [method = '', url = ''] = line.split(' ')
  const mark = url.indexOf('?')
  return mark < 0
    ? { method, path: url, query: '', headers }
    : { method, path: url.slice(0, mark), query: url.slice(mark + 1), headers }
}

describe('one rule', () => {
  test.each<[what: string, rule: MatchRule, request: RequestHead, expected: boolean]>([
    ['exact path', rule({ path: exact('/a') }), head('GET /a?x=1'), true],
    ['exact path, another', rule({ path: exact('/a') }), head('GET /a/'), false],
    ['prefix', rule({ path: prefix('/a') }), head('GET /ab'), true],
    ['prefix, another', rule({ path: prefix('/a/') }), head('GET /a'), false],
    ['regular expression', rule({ path: regex('/v[0-9]+') }), head('GET /v12'), true],
    ['regular expression, partial match', rule({ path: regex('/v[0-9]+') }), head('GET /v12/x'), false],
    ['regular expression, alternatives', rule({ path: regex('/a|/b') }), head('GET /b'), true],
    ['path as it was sent', rule({ path: exact('/a b') }), head('GET /a%20b'), false],
    ['any method', rule({}), head('PATCH /'), true],
    ['one of the methods', rule({ method: ['GET', 'POST'] }), head('POST /'), true],
    ['none of the methods', rule({ method: ['GET', 'POST'] }), head('HEAD /'), false],
    ['query', rule({ queryString: query(['Action', 'A']) }), head('GET /?x=1&Action=A'), true],
    ['query, another value', rule({ queryString: query(['Action', 'A']) }), head('GET /?Action=AB'), false],
    ['query, no such key', rule({ queryString: query(['Action', '']) }), head('GET /'), false],
    ['query, empty value', rule({ queryString: query(['Action', '']) }), head('GET /?Action'), true],
    ['query, key of another case', rule({ queryString: query(['Action', 'A']) }), head('GET /?action=A'), false],
    ['query, all of several', rule({ queryString: query(['a', '1'], ['b', '2']) }), head('GET /?b=2&a=1'), true],
    ['query, only one of several', rule({ queryString: query(['a', '1'], ['b', '2']) }), head('GET /?a=1'), false],
    ['query, prefix', rule({ queryString: query(['a', prefix('1')]) }), head('GET /?a=12'), true],
    ['query, regular expression', rule({ queryString: query(['a', regex('\\d+')]) }), head('GET /?a=1x'), false],
    ['query, decoded', rule({ queryString: query(['Action', 'A B']) }), head('GET /?%41ction=A%20B'), true],
    ['query, plus is a space', rule({ queryString: query(['Action', 'A B']) }), head('GET /?Action=A+B'), true],
    ['query, first of a repeated key', rule({ queryString: query(['a', '1']) }), head('GET /?a=1&a=2'), true],
    ['query, not the second', rule({ queryString: query(['a', '2']) }), head('GET /?a=1&a=2'), false],
    ['query, broken encoding', rule({ queryString: query(['a', '%zz']) }), head('GET /?a=%zz'), true],
    ['header', rule({ header: query(['X-A', '1']) }), head('GET /', [['x-a', '1']]), true],
    ['header, missing', rule({ header: query(['X-A', '1']) }), head('GET /'), false],
    [
      'header, repeated',
      rule({ header: query(['X-A', '1,2']) }),
      head('GET /', [
        ['X-A', '1'],
        ['x-a', '2'],
      ]),
      true,
    ],
  ])('%s', (_what, matchRule, request, expected) => {
    expect(findRoute([{ matchRule }], request) !== undefined).toBe(expected)
  })
})

describe('if two rules match, the first one here wins', () => {
  const request = head('GET /files/a?Action=A&Version=1', [['X-A', '1']])
  test.each<[what: string, winner: MatchRule, loser: MatchRule]>([
    ['exact before prefix', rule({ path: exact('/files/a') }), rule({ path: prefix('/files/a') })],
    ['prefix before regular expression', rule({ path: prefix('/') }), rule({ path: regex('/files/.*') })],
    ['longer prefix', rule({ path: prefix('/files/') }), rule({ path: prefix('/') })],
    ['longer regular expression', rule({ path: regex('/files/.*') }), rule({ path: regex('/.*') })],
    [
      'path before conditions',
      rule({ path: prefix('/files/') }),
      rule({ path: prefix('/'), header: query(['X-A', '1']), queryString: query(['Action', 'A']) }),
    ],
    [
      'more header conditions',
      rule({ path: prefix('/'), header: query(['X-A', '1']) }),
      rule({ path: prefix('/'), queryString: query(['Action', 'A'], ['Version', '1']) }),
    ],
    [
      'more query conditions',
      rule({ path: prefix('/'), queryString: query(['Action', 'A'], ['Version', '1']) }),
      rule({ path: prefix('/'), queryString: query(['Action', 'A']) }),
    ],
  ])('%s', (_what, winner, loser) => {
    for (const order of [
      [winner, loser],
      [loser, winner],
    ]) {
      const routes = order.map((matchRule) => ({ matchRule }))
      expect(findRoute(routes, request)?.matchRule).toBe(winner)
    }
  })

  test('created earlier', () => {
    const routes = [1, 2].map((id) => ({ id, matchRule: rule({ path: prefix('/') }) }))
    expect(findRoute(routes, request)?.id).toBe(1)
  })
})

describe('always', () => {
  const texts = fc.constantFrom('', '/', '/a', '/a/', '/ab', 'A', 'B')
  const matches = fc.record({ matchType: fc.constantFrom('Exact', 'Prefix', 'Regex'), matchContent: texts })
  const keys = fc.array(fc.record({ key: fc.constantFrom('A', 'B'), value: matches }), { maxLength: 2 })
  const rules = fc.record({ path: matches, header: keys, queryString: keys })
  const requests = fc.record({
    method: fc.constant('GET'),
    path: texts,
    query: fc.oneof(fc.constantFrom('A=A', 'A=B&B=A', ''), fc.string()),
    headers: fc.array(fc.tuple(fc.constantFrom('A', 'b'), texts), { maxLength: 3 }),
  })

  test('routes that do not match change nothing, in any position', () => {
    fc.assert(
      fc.property(fc.array(rules), requests, fc.infiniteStream(fc.boolean()), (all, request, coin) => {
        const routes = all.map((matchRule) => ({ matchRule }))
        const isRelated = (route: { matchRule: MatchRule }) => findRoute([route], request) !== undefined
        const related = routes.filter(isRelated)
        const unrelated = routes.filter((route) => !isRelated(route))
        const mixed = related.flatMap((route) => (coin.next().value ? [...unrelated, route] : [route, ...unrelated]))
        expect(findRoute(mixed, request)).toBe(findRoute(related, request))
      }),
    )
  })

  test('it never throws, for any URL', () => {
    const broken = fc.oneof(anyText(), fc.stringMatching(/^(%[0-9a-z]{0,2}|[&=+#?]){0,20}$/))
    fc.assert(
      fc.property(broken, broken, fc.array(rules), (path, text, all) => {
        const routes = all.map((matchRule) => ({ matchRule }))
        findRoute(routes, { method: 'GET', path, query: text, headers: [] })
      }),
    )
  })
})
