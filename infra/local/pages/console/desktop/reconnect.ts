import { CallError, CLIENT_CODES } from '../../common/api.ts'

/** How a WebSocket was closed. */
export type CloseInfo = { code: number; reason: string }

/** What to do after a connection failed or ended: retry after a delay, or give up and show the failure. */
export type NextStep = { kind: 'retry'; delayMs: number } | { kind: 'giveUp'; failure: CallError }

const DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000] as const

export const MAX_RETRIES = DELAYS_MS.length

/** The local bridge closes with 4000 + the HTTP status of the same meaning, and the reason `<Code> <request id>`. */
const REFUSAL_BASE = 4_000

/** @param retries  number of retries since the last stable connection */
export function afterClose({ code, reason }: CloseInfo, retries: number): NextStep {
  const message = `WebSocket close code ${code}.`
  if (code < REFUSAL_BASE) return afterFailure(new CallError('ConnectionLost', message), retries)
  const [Code, requestId] = reason.split(' ')
  const failure = new CallError(Code || CLIENT_CODES.unexpected, message, code - REFUSAL_BASE, requestId)
  return { kind: 'giveUp', failure }
}

/**
 * After a call for a token, or a connection, that failed.
 * @param retries  as for `afterClose`
 */
export function afterFailure(failure: CallError, retries: number): NextStep {
  const isTemporary = failure.status === 0 || failure.status === 429 || failure.status >= 503
  const delayMs = DELAYS_MS[retries]
  return isTemporary && delayMs !== undefined ? { kind: 'retry', delayMs } : { kind: 'giveUp', failure }
}
