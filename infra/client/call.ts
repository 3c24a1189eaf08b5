import { ACTIONS, type Action, type ActionAnswer, type ActionParameters } from './actions.ts'
import type { Connection } from './connection.ts'
import { type Duration, toMilliseconds } from './duration.ts'
import { type ClientErrorCode, EcsManagerError } from './error.ts'
import { randomId } from './random-id.ts'
import { readAnswer } from './read-answer.ts'
import { pauseBeforeRetry } from './retry.ts'
import { sleep } from './sleep.ts'

export interface CallOptions {
  /** How long the call and its repetitions may take together. Default: 2 minutes. */
  timeout?: Duration | undefined
  /** How long to wait for one answer. Default: 1 minute, which is longer than the service takes by default. */
  tryTimeout?: Duration | undefined
  /** Aborts the call. What it has done so far stays. */
  signal?: AbortSignal | undefined
}

/**
 * Calls an action, and repeats the call as long as that is safe and may help. All tries have the same request id and,
 * for CreateSandbox, the same ClientToken: so they count as one call.
 * @throws {EcsManagerError}, or the reason of the signal
 */
export async function call<A extends Action>(
  connection: Connection,
  action: A,
  parameters: ActionParameters<A>,
  { timeout = '2m', tryTimeout = '1m', signal }: CallOptions = {},
): Promise<ActionAnswer<A>> {
  const deadline = performance.now() + toMilliseconds(timeout)
  const { path, isRepeatable } = ACTIONS[action]
  const request: PreparedCall = {
    url: `${connection.url}${path}`,
    key: connection.key,
    requestId: randomId(),
    body: JSON.stringify(action === 'CreateSandbox' ? { ClientToken: randomId(), ...parameters } : parameters),
  }
  let mayBeDone = false
  for (let tries = 1; ; tries++) {
    const leftMs = Math.max(deadline - performance.now(), 0)
    try {
      return (await send(action, request, Math.min(leftMs, toMilliseconds(tryTimeout)), signal)) as ActionAnswer<A>
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof EcsManagerError)) throw error
      error.tries = tries
      mayBeDone ||= error.code !== 'Unreachable' && error.isTemporary && error.status !== 429
      error.mayBeDone = mayBeDone
      const pauseMs = isRepeatable ? pauseBeforeRetry(error, tries) : undefined
      if (pauseMs === undefined || performance.now() + pauseMs >= deadline) throw error
      await sleep(pauseMs, signal)
    }
  }
}

interface PreparedCall {
  url: string
  key: string | undefined
  requestId: string
  body: string
}

/** Sends a request once. @throws {EcsManagerError} */
async function send(action: Action, request: PreparedCall, timeoutMs: number, signal?: AbortSignal): Promise<unknown> {
  const { url, key, requestId, body } = request
  // AbortSignal.any would keep a reference for as long as the signal of the caller lives.
  const stop = new AbortController()
  const abort = () => stop.abort(signal?.reason)
  const timer = setTimeout(() => stop.abort(), timeoutMs)
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Request-ID': requestId, ...(key && { 'X-API-Key': key }) },
      body,
      signal: stop.signal,
      // The key is for this address only.
      redirect: 'manual',
      credentials: 'omit',
    })
    return await readAnswer(action, response, requestId)
  } catch (cause) {
    if (cause instanceof EcsManagerError) throw cause
    const reason = reasonOf(cause)
    const fail = (code: ClientErrorCode, text: string) => {
      const isTemporary = !FINAL_REASONS.test(reason)
      return new EcsManagerError(code, `${new URL(url).origin} ${text}.`, { requestId, isTemporary, cause })
    }
    const seconds = Math.round(timeoutMs / 1_000)
    if (stop.signal.aborted) throw fail('AnswerTimeout', `did not answer within ${seconds} seconds`)
    if (UNREACHABLE_REASONS.has(reason)) throw fail('Unreachable', 'cannot be reached')
    throw fail('NoAnswer', `closed the connection, or cannot be reached${reason && `: ${reason}`}`)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const UNREACHABLE_REASONS = new Set(['ECONNREFUSED', 'ENOTFOUND'])

/**
 * Codes of Node and OpenSSL: a certificate that is not trusted, or a port that does not speak TLS. And what fetch says of a
 * port that it never uses, such as 1. Another try does not help.
 */
const FINAL_REASONS = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO|bad port)/

/** The code of a failed connection; empty in browsers, which do not say why. */
function reasonOf(error: unknown): string {
  const { code, message } = (error as { cause?: { code?: string; message?: string } }).cause ?? {}
  return code ?? (message === 'bad port' ? message : '')
}
