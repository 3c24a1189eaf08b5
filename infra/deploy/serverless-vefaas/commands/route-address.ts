import type { KeyMatch, RouteSpec, StringMatch } from '../service.ts'

/**
 * Returns the encoded URL of a route at the address of its gateway service. A regular expression appears as
 * `<expression>`, for the user to replace.
 */
export function routeAddress(address: string, { Path, QueryString = [] }: RouteSpec['MatchRule']): string {
  const url = `${address}${addressText(Path, encodePath)}`
  if (QueryString.length === 0) return url
  const query = QueryString.map(
    ({ Key, Value }: KeyMatch) => `${encodeURIComponent(Key)}=${addressText(Value, encodeURIComponent)}`,
  )
  return `${url}?${query.join('&')}`
}

function addressText({ MatchType, MatchContent }: StringMatch, encode: (text: string) => string): string {
  return MatchType === 'Regex' ? `<${MatchContent}>` : encode(MatchContent)
}

/**
 * Encodes each segment, except the characters that RFC 3986 allows there (pchar): a gateway compares the path as sent.
 */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/%(3A|40|24|26|2B|2C|3B|3D)/g, decodeURIComponent))
    .join('/')
}
