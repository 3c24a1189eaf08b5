import { randomUUID } from 'node:crypto'
import type { MatchRule, RequestHead } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** An answer the gateway gives itself. */
export type GatewayRefusal = { status: number; code: string; message: string }

/** Whose API the gateway serves, for the envelope of its own answers. */
export type ApiIdentity = { service: string; region: string }

/** A refusal in the envelope that all failures of the API have. `target` is left out when the request was unreadable. */
export function refusalResponse(
  { status, code, message }: GatewayRefusal,
  { service, region }: ApiIdentity,
  head?: RequestHead,
): GatewayResponse {
  const query = new URLSearchParams(head?.query)
  const requestId = requestIdOf(head)
  const envelope = {
    ResponseMetadata: {
      RequestId: requestId,
      Action: shortened(query.get('Action') ?? ''),
      Version: shortened(query.get('Version') ?? ''),
      Service: service,
      Region: region,
      Error: { Code: code, Message: message },
    },
  }
  return {
    status,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Request-ID': requestId,
      'Cache-Control': 'no-store',
      ...(status === 503 && { 'Retry-After': '1' }),
    },
    body: Buffer.from(JSON.stringify(envelope)),
  }
}

/** No route matches: says what was asked for, and what there is. */
export function noRoute(routes: readonly { matchRule: MatchRule }[], { path, query }: RequestHead): GatewayRefusal {
  const asked = new URLSearchParams(query)
  const known = routes.map(({ matchRule }) => actionOf(matchRule) ?? `path ${matchRule.path.matchContent}`)
  return {
    status: 404,
    code: 'InvalidActionOrVersion',
    message: [
      `No route for path ${shortened(path)}`,
      ` with ${named('Action', asked.get('Action'))} and ${named('Version', asked.get('Version'))} in the query.`,
      known.length > 0 ? ` There are ${known.join(', ')}.` : '',
    ].join(''),
  }
}

function named(name: string, value: string | null): string {
  return value === null ? `no ${name}` : `${name} ${shortened(value)}`
}

/** The action of a route that is chosen by one, with its version. */
function actionOf({ queryString }: MatchRule): string | undefined {
  const exact = (name: string) => queryString.find(({ key, value }) => key === name && value.matchType === 'Exact')
  const action = exact('Action')?.value.matchContent
  const version = exact('Version')?.value.matchContent
  return action && version ? `${action} (${version})` : action
}

/** The caller's own id when it can be told apart from noise, else a new one. */
function requestIdOf(head?: RequestHead): string {
  const own = head?.headers.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1]
  return own !== undefined && /^[A-Za-z0-9_.:-]{1,128}$/.test(own) ? own : randomUUID()
}

function shortened(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}...` : text
}
