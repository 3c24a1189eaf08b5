import type { KeyMatch, RouteSpec } from '../service.ts'
import { routeAddress } from './route-address.ts'

const METHODS_WITH_BODY = ['POST', 'PUT', 'PATCH']

/**
 * Returns a curl command that calls a route with the example of serverless.yml. If the gateway requires a key, the
 * command sends `$KEY` in the header `keyHeader`.
 */
export function curlCommand(address: string, { MatchRule, example }: RouteSpec, keyHeader?: string): string {
  const { Method = [], Header = [] } = MatchRule
  const method = example.method ?? Method[0] ?? (example.body === undefined ? 'GET' : 'POST')
  const body = example.body ?? (METHODS_WITH_BODY.includes(method) ? {} : undefined)

  const parts = ['curl']
  if (method === 'HEAD')
    parts.push('--head') // with -X HEAD, curl would wait for a body
  else if (method !== 'GET') parts.push('-X', method)

  const headers = new Map<string, string>() // by lower-case name, because names are case-insensitive
  const setHeader = (name: string, value: string) => headers.set(name.toLowerCase(), `${name}: ${value}`)
  if (body !== undefined) setHeader('Content-Type', typeof body === 'string' ? 'text/plain' : 'application/json')
  for (const { Key } of Header) setHeader(Key, '...') // the value may be a secret
  for (const [name, value] of Object.entries(example.header ?? {})) setHeader(name, value)
  if (keyHeader !== undefined) setHeader(keyHeader, '$KEY')
  for (const header of headers.values()) parts.push('-H', quote(header))

  if (body !== undefined) parts.push('-d', quote(typeof body === 'string' ? body : JSON.stringify(body)))
  parts.push(`"${exampleUrl(address, MatchRule, example.query)}"`)
  return parts.join(' ')
}

function exampleUrl(
  address: string,
  { Path, QueryString = [] }: RouteSpec['MatchRule'],
  query: RouteSpec['example']['query'] = {},
): string {
  const matched = QueryString.filter(({ Key }: KeyMatch) => !Object.hasOwn(query, Key))
  const url = routeAddress(address, { Path, QueryString: matched }).replaceAll('$', '\\$')
  const parameters = Object.entries(query).map(
    ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value).replaceAll('%24', '$')}`,
  )
  if (parameters.length === 0) return url
  return `${url}${matched.length > 0 ? '&' : '?'}${parameters.join('&')}`
}

/** Quotes a text for a shell, which replaces `$NAME` in it. */
function quote(text: string): string {
  return `"${text.replace(/[\\"`]/g, '\\$&')}"`
}
