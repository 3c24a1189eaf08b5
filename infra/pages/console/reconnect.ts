import { ApiError } from '../common/api.ts'

/** How a WebSocket was closed. */
export type Closing = { code: number; reason: string }

/** What to do when there is no connection to the desktop: try again after a while, or say why not. */
export type Next = { kind: 'again'; delayMs: number } | { kind: 'over'; failure: ApiError }

const DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000] as const

export const MOST_TRIES = DELAYS_MS.length

/** The local bridge closes with 4000 + the HTTP status that says the same, and `<Code> <request id>`. */
const REFUSALS = 4_000

/** @param tries  how often it was tried in vain since the last connection */
export function afterClosing({ code, reason }: Closing, tries: number): Next {
  if (code < REFUSALS) return afterFailure(new ApiError('ConnectionLost', `WebSocket close code ${code}.`), tries)
  const [Code = '', requestId] = reason.split(' ')
  const status = code - REFUSALS
  const failure = new ApiError(Code || 'UnknownAnswer', `WebSocket close code ${code}.`, status, requestId)
  return { kind: 'over', failure }
}

/** After a call for a token, or a connection, that failed. */
export function afterFailure(failure: ApiError, tries: number): Next {
  const mayPass = failure.status === 0 || failure.status === 429 || failure.status >= 503
  const delayMs = DELAYS_MS[tries]
  return mayPass && delayMs !== undefined ? { kind: 'again', delayMs } : { kind: 'over', failure }
}
