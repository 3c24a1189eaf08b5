import { timingSafeEqual } from 'node:crypto'
import {
  type ActionName,
  type Caller,
  callerOfConsumer,
  callerOfKey,
  digestOf,
  GROUPS,
  sha256,
} from '../config/callers.ts'
import { configuration } from '../config/index.ts'
import type { Config } from '../config/schema.ts'
import { ActionError } from '../errors.ts'
import type { Invocation } from './invocation.ts'

/**
 * Finds the caller of a function, and checks its right to call it.
 * @param action  name of the function
 * @throws {ActionError} `MissingAuthenticationToken`, `InvalidAccessKey`, `OperationDenied.Action`
 */
export function authorize(invocation: Invocation, action: ActionName): void {
  authenticate(invocation)
  checkRight(invocation.caller, action)
}

/**
 * Finds the caller of a function. The log names it, also if it may not call the function.
 * @throws {ActionError} `MissingAuthenticationToken`, `InvalidAccessKey`
 */
export function authenticate(invocation: Invocation): void {
  invocation.caller = findCaller(invocation)
}

/** @throws {ActionError} `OperationDenied.Action` */
export function checkRight(caller: Caller, action: ActionName): void {
  if (caller.actions.has(action)) return
  const [group] = Object.entries(GROUPS).find(([, names]) => names.some((name) => name === action)) ?? []
  const message = `The caller has no right to call ${action}. Its actions need "${action}" or "${group}".`
  throw new ActionError(403, 'OperationDenied.Action', message)
}

/**
 * Finds the caller: the owner of the request's key, or with `security.auth = "gateway"` the consumer that the gateway names.
 * All keys of a request must be right.
 * @throws {ActionError} `MissingAuthenticationToken`, `InvalidAccessKey`
 */
function findCaller({ request: { headers }, log }: Invocation): Caller {
  const { security } = configuration()
  const presented = keysOf(headers)
  for (const key of presented) log.secret(key)
  if (security.auth === 'gateway') return callerOfConsumer(headers['x-forward-consumer'] ?? '', security.consumers)

  if (Object.keys(security.keys).length === 0) log.note('security.keys is empty')
  const callers = presented.map((key) => callerOf(key, security.keys))
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
  // Buffer ignores what comes after the padding, such as a second header that the platform has joined with a comma.
  if (!/^[\w+/-]*={0,2}$/.test(credentials)) return ''
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

// Compares every key, by digests of equal length: the time does not tell which key matches, or how much of it.
function callerOf(key: string, keys: Config['security']['keys']): Caller | undefined {
  const digest = sha256(key)
  let caller: Caller | undefined
  for (const [name, setting] of Object.entries(keys)) {
    if (timingSafeEqual(digest, digestOf(setting))) caller = callerOfKey(name, setting)
  }
  return caller
}
