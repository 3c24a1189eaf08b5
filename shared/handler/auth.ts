import { createHash, timingSafeEqual } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { ActionError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { HttpRequest } from './http-request.ts'

/**
 * Who calls: the name of the key that the request carries, or with `security.auth = "gateway"` the consumer that the
 * gateway names. All keys that a request carries have to be right.
 * @throws {ActionError} `MissingAuthenticationToken`, `InvalidAccessKey`
 */
export function authenticate({ headers }: HttpRequest, { security }: Config, log: Log): string {
  const presented = keysOf(headers)
  for (const key of presented) log.secret(key)
  if (security.auth === 'gateway') return headers['x-forward-consumer']?.replace(/[^\w.@-]/g, '') ?? ''

  const known = Object.entries(security.keys)
  if (known.length === 0) log.note('security.keys is empty')
  const callers = presented.map((key) => callerOf(key, known))
  const [caller] = callers
  if (caller !== undefined && !callers.includes(undefined)) return caller
  if (presented.length > 0) throw new ActionError(401, 'InvalidAccessKey', 'The key is wrong.')
  throw new ActionError(
    401,
    'MissingAuthenticationToken',
    'A key is required: Authorization: Bearer <key>, or X-API-Key: <key>.',
  )
}

// A header without a readable key is a wrong key, whatever another header holds.
function keysOf({ authorization = '', 'x-api-key': apiKey = '' }: Record<string, string>): string[] {
  const header = authorization.trim()
  const [, scheme = '', rest = ''] = /^(bearer|basic) +(.*)$/i.exec(header) ?? []
  const key = scheme === '' ? header : scheme.toLowerCase() === 'bearer' ? rest : passwordOf(rest)
  return [...(header && [key]), ...(apiKey.trim() && [apiKey.trim()])]
}

// websockify's token source is a URL, and a URL carries a key only as user:password@.
function passwordOf(credentials: string): string {
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

// Every key is compared, and digests have one length: the time tells nothing of where or how far a key agrees.
function callerOf(key: string, known: readonly (readonly [string, string])[]): string | undefined {
  const digest = sha256(key)
  let caller: string | undefined
  for (const [name, value] of known) if (timingSafeEqual(digest, digestOf(value))) caller = name
  return caller
}

function digestOf(configured: string): Buffer {
  return configured.startsWith('sha256:') ? Buffer.from(configured.slice(7), 'hex') : sha256(configured)
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
