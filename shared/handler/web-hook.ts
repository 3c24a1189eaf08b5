import { invalidParameter } from '../errors.ts'
import type { HttpRequest } from './http-request.ts'

/**
 * Whether a request is the handshake by which a sender of events asks for permission to deliver them here (CloudEvents, "HTTP
 * 1.1 Web Hooks for Event Delivery", 4: Abuse Protection). An OPTIONS of a browser (CORS) has no such header.
 */
export function isHandshake({ method, headers }: HttpRequest): boolean {
  return method === 'OPTIONS' && REQUEST_ORIGIN in headers
}

/**
 * The headers that give this permission. The rate has no limit: what is too much is answered 429 or 503. A
 * `WebHook-Request-Callback` is never called: the address of a stranger is not to be trusted, and the answer is enough.
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
// A DNS name has at most 253 characters; the rest is for the scheme and the port of an origin (RFC 6454).
const MAX_LENGTH = 270
const ORIGIN = /^(https?:\/\/)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d{1,5})?$/i
