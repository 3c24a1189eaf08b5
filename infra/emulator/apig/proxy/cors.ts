import { matchesString, type RequestHead, type StringMatch } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** What pages of other origins may do with a route, in the words of APIG's CorsPolicySetting. */
export interface CorsPolicy {
  /** Exactly `*` is every origin. */
  allowOrigins: readonly StringMatch[]
  allowMethods: readonly string[]
  allowHeaders: readonly string[]
  exposeHeaders: readonly string[]
  allowCredentials: boolean
  /** Seconds for which a browser keeps what a preflight was answered. */
  maxAge: number | undefined
}

// How the gateway does it is not published. Assumed is Envoy's way with policies of the same words: an origin not allowed is
// no error, it gets no headers; a preflight needs a route that matches it, by its own method OPTIONS; it is answered before
// keys are looked at, since a browser sends none with it.

/** The answer to a preflight (Fetch standard, "CORS-preflight request"); undefined when the request is none, or not allowed. */
export function preflightAnswer(policy: CorsPolicy, head: RequestHead): GatewayResponse | undefined {
  const asked = head.method === 'OPTIONS' && headerOf(head, 'access-control-request-method') !== undefined
  const origin = allowedOrigin(policy, head)
  if (!asked || origin === undefined) return undefined
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

/** The upstream's answer with what lets an allowed origin read it, in place of what the upstream says of that itself. */
export function withCors(policy: CorsPolicy, head: RequestHead, answer: GatewayResponse): GatewayResponse {
  const origin = allowedOrigin(policy, head)
  if (origin === undefined) return answer
  const { exposeHeaders } = policy
  const added: Record<string, string> = {
    ...originHeaders(policy, origin),
    ...(exposeHeaders.length > 0 && { 'Access-Control-Expose-Headers': exposeHeaders.join(',') }),
  }
  const names = new Set(Object.keys(added).map((name) => name.toLowerCase()))
  const own = Object.entries(answer.headers).filter(([name]) => !names.has(name.toLowerCase()))
  return { ...answer, headers: { ...Object.fromEntries(own), ...added } }
}

function allowedOrigin({ allowOrigins }: CorsPolicy, head: RequestHead): string | undefined {
  const origin = headerOf(head, 'origin')
  if (origin === undefined) return undefined
  const isAllowed = (allowed: StringMatch) => isEvery(allowed) || matchesString(allowed, origin)
  return allowOrigins.some(isAllowed) ? origin : undefined
}

function isEvery({ matchType, matchContent }: StringMatch): boolean {
  return matchType === 'Exact' && matchContent === '*'
}

function originHeaders({ allowCredentials }: CorsPolicy, origin: string): Record<string, string> {
  return {
    'Access-Control-Allow-Origin': origin,
    ...(allowCredentials && { 'Access-Control-Allow-Credentials': 'true' }),
  }
}

function headerOf({ headers }: RequestHead, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1]
}
