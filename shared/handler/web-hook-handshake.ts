import { invalidParameter } from '../errors.ts'
import type { HttpRequest } from './http-request.ts'

/**
 * Whether a request is a handshake: a sender of events asks for permission to deliver them here (CloudEvents, "HTTP 1.1 Web
 * Hooks for Event Delivery", 4: Abuse Protection). A browser's OPTIONS request (CORS) does not have this header.
 */
export function isHandshake({ method, headers }: HttpRequest): boolean {
  return method === 'OPTIONS' && REQUEST_ORIGIN in headers
}

/**
 * Returns the headers that grant this permission. The rate has no limit: too many events are answered 429 or 503. The
 * function never calls a `WebHook-Request-Callback`: a stranger's address is not trusted, and the answer is enough.
 * @throws {ActionError} `InvalidParameter.WebHook-Request-Origin`
 */
export function permission({ headers }: HttpRequest): Record<string, string> {
  const origin = headers[REQUEST_ORIGIN] ?? ''
  if (origin.length > MAX_LENGTH || !ORIGIN.test(origin)) {
    throw invalidParameter('WebHook-Request-Origin', 'must be one DNS name, such as events.example.com, or one origin')
  }
  return { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*' }
}

const REQUEST_ORIGIN = 'webhook-request-origin'
// A DNS name has at most 253 characters; an origin (RFC 6454) adds a scheme and a port.
const MAX_LENGTH = 270
const ORIGIN = /^(https?:\/\/)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d{1,5})?$/i
