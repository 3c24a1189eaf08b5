import { expect, test } from 'vitest'
import { serviceWith } from '../testing.ts'
import { routeAddress } from './route-address.ts'

test.each<[string, object, string]>([
  ['/a b/ü?#', {}, '/a%20b/%C3%BC%3F%23'],
  ['/@me/x:y', {}, '/@me/x:y'],
  ['/', { 'a&b': 'x=y&z' }, '/?a%26b=x%3Dy%26z'],
  ['/', { q: { regex: '[0-9]+' } }, '/?q=<[0-9]+>'],
])('the address of %s with %j is %s', (path, query, address) => {
  const { functions } = serviceWith({ one: { events: [{ apig: { path, query } as never }] } })
  const [route] = functions[0]?.routes ?? []
  if (route === undefined) throw new Error('there is no route')
  expect(routeAddress('https://g', route.MatchRule)).toBe(`https://g${address}`)
})
