/** What a route matches, in the words of APIG's CreateRoute. Several conditions must all hold. */
export type MatchRule = {
  path: StringMatch
  /** Left out: any method. */
  method?: string[]
  header: KeyMatch[]
  queryString: KeyMatch[]
}

export type StringMatch = { matchType: 'Exact' | 'Prefix' | 'Regex'; matchContent: string }
export type KeyMatch = { key: string; value: StringMatch }

/** What of a request decides its route. */
export type RequestHead = {
  method: string
  path: string
  /** Without the question mark, as it came. */
  query: string
  headers: [name: string, value: string][]
}

/**
 * The route a request goes to, or undefined. Of several that match, the first in this order wins (APIG documentation,
 * "Route priority"): path Exact before Prefix before Regex, then the longer path; more header conditions; more query
 * conditions; created earlier, that is, earlier in `routes`.
 *
 * How values are compared is not documented. Assumptions: paths as they came; query keys and values decoded, the first
 * value of a repeated key; repeated headers joined with `,`; a regular expression must match the whole value.
 * Never throws: a broken percent-encoding stands for itself.
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

/** Whether a value is what is asked for; null, no value at all, never is. */
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

/** Negative when `one` goes before `other`. */
function precedence(one: MatchRule, other: MatchRule): number {
  const order = ['Exact', 'Prefix', 'Regex']
  return (
    order.indexOf(one.path.matchType) - order.indexOf(other.path.matchType) ||
    other.path.matchContent.length - one.path.matchContent.length ||
    other.header.length - one.header.length ||
    other.queryString.length - one.queryString.length
  )
}
