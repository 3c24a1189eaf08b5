import { ActionError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { VERSION } from './parameters.ts'

/** An answer as the platforms take it; veFaaS reads these three keys, AWS also multiValueHeaders. */
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

/** What the envelope says of this invocation. */
export function metadata({ requestId, config }: Invocation, Action: string): ResponseMetadata {
  const Region = config?.volcengine.region ?? ''
  return { RequestId: requestId, Action, Version: VERSION, Service: 'ecs', Region }
}

/**
 * An answer with the headers that every answer has, in the form that the platform reads.
 * @param body  left out with 204
 * @param more  headers beside those
 */
export function reply(
  { requestId, request }: Invocation,
  statusCode: number,
  body?: object,
  more: Headers = {},
): Reply {
  const headers = {
    ...(body && { 'Content-Type': 'application/json; charset=utf-8' }),
    'X-Request-ID': requestId,
    'Cache-Control': 'no-store',
    ...more,
  }
  return {
    statusCode,
    ...(request.multiValueReply
      ? { multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])) }
      : { headers }),
    body: body ? JSON.stringify(body) : '',
  }
}

/**
 * The answer that tells of an error.
 * @param allow  the methods that there are, for 405
 */
export function failure(invocation: Invocation, action: string, error: ActionError, allow: Headers = ALLOW): Reply {
  const { status, code, message, retryAfter = 1 } = error
  // The cloud may have quoted a secret: hidden before it is cut, none of it is left.
  const told = { Code: code, Message: invocation.log.redact(message).slice(0, 1_000).trim() }
  return reply(
    invocation,
    status,
    { ResponseMetadata: { ...metadata(invocation, action), Error: told } },
    {
      ...((status === 429 || status === 503) && { 'Retry-After': `${retryAfter}` }),
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(status === 405 && allow),
    },
  )
}

/** The answer to an event that is not a request: on veFaaS a reply, elsewhere the result itself. */
export function eventReply(invocation: Invocation, result: object): object {
  return invocation.isOnVefaas ? reply(invocation, 200, result) : result
}

/**
 * What a function throws to make its platform deliver the event again. It is not the ActionError itself: the platform prints
 * the causes, and they belong in the log only.
 */
export function platformError({ log, requestId }: Invocation, { code, message }: ActionError): Error {
  const error = new Error(log.redact(`${code}: ${message} (request ${requestId})`))
  // Platforms print the stack, and it helps nobody there.
  error.stack = ''
  return error
}

/** The methods of an action. HEAD and OPTIONS never do its work. */
export const ALLOW = { Allow: 'GET, POST, HEAD, OPTIONS' }

type Headers = Record<string, string>

/** Any error as one that may be told: what is not an ActionError is a bug, and its details stay here. */
export function toActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error
  const message = 'The manager failed. Its log tells why.'
  return new ActionError(500, 'InternalError', message, error)
}
