import type { KeyMatch, RouteSpec, StringMatch } from '../service.ts'

/**
 * The address of a route behind that of its gateway, encoded. Nobody knows a text that an expression matches: it stands
 * there as `<expression>`, to be replaced.
 */
export function routeAddress(address: string, { Path, QueryString = [] }: RouteSpec['MatchRule']): string {
  const query = QueryString.map(
    ({ Key, Value }: KeyMatch) => `${encodeURIComponent(Key)}=${addressText(Value, encodeURIComponent)}`,
  )
  return `${address}${addressText(Path, encodePath)}${query.length > 0 ? `?${query.join('&')}` : ''}`
}

function addressText({ MatchType, MatchContent }: StringMatch, encode: (text: string) => string): string {
  return MatchType === 'Regex' ? `<${MatchContent}>` : encode(MatchContent)
}

/** By segments. What may stand in them as it is (RFC 3986, pchar) does: a gateway compares the path as it was sent. */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/%(3A|40|24|26|2B|2C|3B|3D)/g, decodeURIComponent))
    .join('/')
}
