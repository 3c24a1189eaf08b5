/** The conditions of a route, with the terms of APIG's CreateRoute. All of them must hold. */
export type MatchRule = {
  path: StringMatch
  /** Default: any method. */
  method?: string[]
  header: KeyMatch[]
  queryString: KeyMatch[]
}

export type StringMatch = { matchType: 'Exact' | 'Prefix' | 'Regex'; matchContent: string }
export type KeyMatch = { key: string; value: StringMatch }

/** A request without its body: what decides its route. */
export type RequestHead = {
  method: string
  path: string
  /** As it was sent, without the question mark. */
  query: string
  headers: [name: string, value: string][]
}

/**
 * Returns the route of a request, or undefined. If several routes match, these rules decide, in this order (APIG
 * documentation, "Route priority"): a path Exact before Prefix before Regex, then the longer path, more header
 * conditions, more query conditions, the earlier creation (the order of `routes`).
 *
 * The comparison of values is not documented. Assumptions: paths are compared as they were sent; query keys and values
 * are decoded, and the first value of a repeated key counts; repeated headers are joined with `,`; a regular expression
 * must match the whole value. Never throws: an invalid percent-encoding is taken literally.
 */
export function findRoute<Route extends { matchRule: MatchRule }>(
  routes: readonly Route[],
  head: RequestHead,
): Route | undefined {
  const query = new URLSearchParams(head.query)
  let best: Route | undefined
  for (const route of routes) {
    if (!matches(route.matchRule, head, query)) continue
    if (best === undefined || precedence(route.matchRule, best.matchRule) < 0) best = route
  }
  return best
}

function matches({ path, method, header, queryString }: MatchRule, head: RequestHead, query: URLSearchParams): boolean {
  return (
    matchesString(path, head.path) &&
    (method === undefined || method.includes(head.method)) &&
    header.every(({ key, value }) => matchesString(value, headerOf(head, key))) &&
    queryString.every(({ key, value }) => matchesString(value, query.get(key)))
  )
}

/** Null, a missing value, never matches. */
export function matchesString({ matchType, matchContent }: StringMatch, value: string | null): boolean {
  if (value === null) return false
  if (matchType === 'Exact') return value === matchContent
  if (matchType === 'Prefix') return value.startsWith(matchContent)
  return new RegExp(`^(?:${matchContent})$`).test(value)
}

function headerOf({ headers }: RequestHead, key: string): string | null {
  const values = headers.filter(([name]) => name.toLowerCase() === key.toLowerCase()).map(([, value]) => value)
  return values.length > 0 ? values.join(',') : null
}

/** Negative if `one` comes before `other`. */
function precedence(one: MatchRule, other: MatchRule): number {
  const order = ['Exact', 'Prefix', 'Regex']
  return (
    order.indexOf(one.path.matchType) - order.indexOf(other.path.matchType) ||
    other.path.matchContent.length - one.path.matchContent.length ||
    other.header.length - one.header.length ||
    other.queryString.length - one.queryString.length
  )
}
