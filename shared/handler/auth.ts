import { createHash, timingSafeEqual } from 'node:crypto'
import { configuration } from '../config/index.ts'
import { ActionError } from '../errors.ts'
import type { Invocation } from './invocation.ts'

/**
 * Finds the caller: the name of the request's key, or with `security.auth = "gateway"` the consumer that the gateway names.
 * All keys of a request must be right.
 * @throws {ActionError} `MissingAuthenticationToken`, `InvalidAccessKey`
 */
export function authenticate({ request: { headers }, log }: Invocation): string {
  const { security } = configuration()
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

// An Authorization header without a readable key is a wrong key, whatever the other header holds.
function keysOf({ authorization = '', 'x-api-key': apiKey = '' }: Record<string, string>): string[] {
  const keys: string[] = []
  if (authorization.trim() !== '') keys.push(keyOf(authorization.trim()))
  if (apiKey.trim() !== '') keys.push(apiKey.trim())
  return keys
}

function keyOf(authorization: string): string {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +(.*)$/i.exec(authorization) ?? []
  if (scheme === '') return authorization
  return scheme.toLowerCase() === 'bearer' ? credentials : passwordOf(credentials)
}

// websockify's token source is a URL, and a URL carries a key only as user:password@.
function passwordOf(credentials: string): string {
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

// Compares every key, by digests of equal length: the time does not tell which key matches, or how much of it.
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
