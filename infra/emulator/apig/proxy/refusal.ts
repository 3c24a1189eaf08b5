import { randomUUID } from 'node:crypto'
import type { MatchRule, RequestHead } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** A failure that the gateway reports itself. */
export type GatewayRefusal = { status: number; code: string; message: string }

/** The service and the region in the envelope of the gateway's own responses. */
export type ApiIdentity = { service: string; region: string }

/** A refusal in the envelope of all failures of the API. Without `head`, the request could not be parsed. */
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
      Action: shorten(query.get('Action') ?? ''),
      Version: shorten(query.get('Version') ?? ''),
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

/** The refusal if no route matches: it lists the routes. */
export function noRoute(routes: readonly { matchRule: MatchRule }[], { path, query }: RequestHead): GatewayRefusal {
  const params = new URLSearchParams(query)
  const action = describeParameter('Action', params.get('Action'))
  const version = describeParameter('Version', params.get('Version'))
  const available = routes.map(({ matchRule }) => actionOf(matchRule) ?? `path ${matchRule.path.matchContent}`)
  let message = `No route for path ${shorten(path)} with ${action} and ${version} in the query.`
  if (available.length > 0) message += ` Available: ${available.join(', ')}.`
  return { status: 404, code: 'InvalidActionOrVersion', message }
}

function describeParameter(name: string, value: string | null): string {
  return value === null ? `no ${name}` : `${name} ${shorten(value)}`
}

/** The action that a route matches, with its version. */
function actionOf({ queryString }: MatchRule): string | undefined {
  const exact = (name: string) => queryString.find(({ key, value }) => key === name && value.matchType === 'Exact')
  const action = exact('Action')?.value.matchContent
  const version = exact('Version')?.value.matchContent
  return action && version ? `${action} (${version})` : action
}

/** The caller's own id if it has a sensible form, else a new one. */
function requestIdOf(head?: RequestHead): string {
  const own = head?.headers.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1]
  return own !== undefined && /^[A-Za-z0-9_.:-]{1,128}$/.test(own) ? own : randomUUID()
}

function shorten(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}...` : text
}
