import { ActionError } from '../errors.ts'
import type { Invocation } from './invocation.ts'
import { VERSION } from './parameters.ts'

/** An answer in the form of the platforms. veFaaS reads statusCode, headers and body, AWS also multiValueHeaders. */
export interface Reply {
  statusCode: number
  headers?: Record<string, string>
  multiValueHeaders?: Record<string, string[]>
  body: string
}

/** What every envelope says about the request. */
export interface ResponseMetadata {
  RequestId: string
  Action: string
  Version: string
  Service: 'ecs'
  Region: string
}

/** What the envelope says about this invocation. */
export function metadata({ requestId, config }: Invocation, Action: string): ResponseMetadata {
  const Region = config?.volcengine.region ?? ''
  return { RequestId: requestId, Action, Version: VERSION, Service: 'ecs', Region }
}

/**
 * Builds an answer with the headers of every answer, in the form that the platform reads.
 * @param body  omitted with 204; a text needs its own Content-Type
 * @param more  additional headers
 */
export function reply(
  { requestId, request }: Invocation,
  statusCode: number,
  body?: object | string,
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
    body: typeof body === 'object' ? JSON.stringify(body) : (body ?? ''),
  }
}

/**
 * Builds the answer for an error.
 * @param allow  the supported methods, for 405
 */
export function errorReply(invocation: Invocation, action: string, error: ActionError, allow: Headers = ALLOW): Reply {
  const { status, code, message, retryAfter = 1 } = error
  // The cloud may have quoted a secret. It is hidden before the text is cut, so that no part of it is left.
  const described = { Code: code, Message: invocation.log.redact(message).slice(0, 1_000).trim() }
  return reply(
    invocation,
    status,
    { ResponseMetadata: { ...metadata(invocation, action), Error: described } },
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

/** The same for a function that takes only POST. */
export const ALLOW_POST = { Allow: 'POST, HEAD, OPTIONS' }

type Headers = Record<string, string>

/** Turns any error into one that a caller may read. Anything but an ActionError is a bug; its details go only to the log. */
export function toActionError(error: unknown): ActionError {
  if (error instanceof ActionError) return error
  const message = 'The manager failed. Its log tells why.'
  return new ActionError(500, 'InternalError', message, { cause: error })
}
