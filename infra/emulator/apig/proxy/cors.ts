import { matchesString, type RequestHead, type StringMatch } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** What pages of other origins may do with a route, with the terms of APIG's CorsPolicySetting. */
export interface CorsPolicy {
  /** The exact value `*` allows every origin. */
  allowOrigins: readonly StringMatch[]
  allowMethods: readonly string[]
  allowHeaders: readonly string[]
  exposeHeaders: readonly string[]
  allowCredentials: boolean
  /** How long a browser may cache the response to a preflight, in seconds. */
  maxAge: number | undefined
}

// The behaviour of the gateway is not published. Assumption: it is that of Envoy, whose policies have the same terms.
// An origin that is not allowed is no error, but gets no CORS headers. A preflight needs a route that matches the
// method OPTIONS. It is answered before keys are checked, because browsers send no keys with it.

/** The response to a preflight (Fetch standard, "CORS-preflight request"); undefined if it is none or not allowed. */
export function preflightResponse(policy: CorsPolicy, head: RequestHead): GatewayResponse | undefined {
  const isPreflight = head.method === 'OPTIONS' && headerOf(head, 'access-control-request-method') !== undefined
  const origin = allowedOrigin(policy, head)
  if (!isPreflight || origin === undefined) return undefined
  const { allowMethods, allowHeaders, maxAge } = policy
  return {
    status: 200,
    headers: {
      ...originHeaders(policy, origin),
      ...(allowMethods.length > 0 && { 'Access-Control-Allow-Methods': allowMethods.join(',') }),
      ...(allowHeaders.length > 0 && { 'Access-Control-Allow-Headers': allowHeaders.join(',') }),
      ...(maxAge !== undefined && { 'Access-Control-Max-Age': String(maxAge) }),
    },
    body: Buffer.alloc(0),
  }
}

/** The upstream's response with the CORS headers for an allowed origin. They replace those of the upstream. */
export function withCors(policy: CorsPolicy, head: RequestHead, response: GatewayResponse): GatewayResponse {
  const origin = allowedOrigin(policy, head)
  if (origin === undefined) return response
  const { exposeHeaders } = policy
  const added: Record<string, string> = {
    ...originHeaders(policy, origin),
    ...(exposeHeaders.length > 0 && { 'Access-Control-Expose-Headers': exposeHeaders.join(',') }),
  }
  const names = new Set(Object.keys(added).map((name) => name.toLowerCase()))
  const kept = Object.entries(response.headers).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...response, headers: { ...Object.fromEntries(kept), ...added } }
}

function allowedOrigin({ allowOrigins }: CorsPolicy, head: RequestHead): string | undefined {
  const origin = headerOf(head, 'origin')
  if (origin === undefined) return undefined
  const isAllowed = (allowed: StringMatch) => isAnyOrigin(allowed) || matchesString(allowed, origin)
  return allowOrigins.some(isAllowed) ? origin : undefined
}

function isAnyOrigin({ matchType, matchContent }: StringMatch): boolean {
  return matchType === 'Exact' && matchContent === '*'
}

function originHeaders({ allowCredentials }: CorsPolicy, origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    ...(allowCredentials && { 'Access-Control-Allow-Credentials': 'true' }),
  }
}

function headerOf({ headers }: RequestHead, lowerCaseName: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === lowerCaseName)?.[1]
}
