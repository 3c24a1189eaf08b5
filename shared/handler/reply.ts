import { ActionError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { VERSION } from './request.ts'

/** An answer as the platforms take it; veFaaS reads these three keys, and AWS no others of a JSON answer. */
export interface Reply {
  statusCode: number
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body: string
}

/** What every envelope says of the request. */
export interface ResponseMetadata {
  RequestId: string
  Action: string
  Version: string
  Service: 'ecs'
  Region: string
}

export function metadata({ requestId, config }: Invocation, Action: string): ResponseMetadata {
  const Region = config?.volcengine.region ?? ''
  return { RequestId: requestId, Action, Version: VERSION, Service: 'ecs', Region }
}

export function success(ResponseMetadata: ResponseMetadata, body: object): Reply {
  return reply(200, ResponseMetadata.RequestId, JSON.stringify(body))
}

/** @param redact  takes secrets out of the message, should the cloud have quoted one */
export function failure(
  ResponseMetadata: ResponseMetadata,
  { status, code, message, retryAfter }: ActionError,
  redact: (text: string) => string,
): Reply {
  return reply(
    status,
    ResponseMetadata.RequestId,
    JSON.stringify({ ResponseMetadata: { ...ResponseMetadata, Error: { Code: code, Message: redact(message) } } }),
    {
      ...((status === 429 || status === 503) && { 'Retry-After': String(retryAfter ?? 1) }),
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer realm="ecs-manager"' }),
      ...(status === 405 && { Allow: ALLOWED }),
    },
  )
}

/** The answer to HEAD and OPTIONS, which never do an action's work. */
export function allowed(requestId: string): Reply {
  return reply(204, requestId, '', { Allow: ALLOWED })
}

/** Any error as one that may be told: what is not an ActionError is a bug, and its details stay here. */
export function toActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error
  const message = 'Something is wrong in the manager itself. Its log says more under the request id.'
  return new ActionError(500, 'InternalError', message, error)
}

/** The reply with its headers in the form that an ALB with multi-value headers reads. */
export function withMultiValueHeaders({ headers = {}, ...reply }: Reply): Reply {
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))
  return { ...reply, multiValueHeaders }
}

const ALLOWED = 'GET, POST, HEAD, OPTIONS'

function reply(statusCode: number, requestId: string, body: string, headers: Record<string, string> = {}): Reply {
  return {
    statusCode,
    headers: {
      ...(body !== '' && { 'Content-Type': 'application/json; charset=utf-8' }),
      'X-Request-ID': requestId,
      'Cache-Control': 'no-store',
      ...headers,
    },
    body,
  }
}
