import { randomUUID } from 'node:crypto'
import { configuration, secretsOf } from '../config/index.ts'
import type { Config } from '../config/schema.ts'
import type { ActionError } from '../errors.ts'
import { type Log, startLog } from '../log.ts'
import { type HttpRequest, toHttpRequest } from './http-request.ts'

/** What the platforms hand to a handler beside the event: veFaaS `requestId`, AWS Lambda the other two. */
export interface PlatformContext {
  requestId?: string
  awsRequestId?: string
  getRemainingTimeInMillis?: () => number
}

/** One invocation on its way through the pipeline. */
export interface Invocation {
  readonly request: HttpRequest
  readonly requestId: string
  /** The id that the caller sent, if it sent a good one. */
  readonly callerRequestId: string | undefined
  /** Milliseconds since 1970, as the next one. */
  readonly started: number
  /** When the platform ends it, or a request's `server.timeout_seconds` are over. */
  readonly endsAt: number
  /** When the work has to be done: a little before. */
  readonly deadline: number
  /** First of its process. */
  readonly cold: boolean
  /** Undefined when it cannot be used. */
  readonly config: Config | undefined
  readonly log: Log
  /** Name of the key in use; empty until it is known. */
  caller: string
  /** The sandbox that it is about, as soon as it is known. */
  sandboxId: string | undefined
  /** The parameters, checked against the schema of the action. */
  input: unknown
  /** Why it failed, if it did. */
  error: ActionError | undefined
}

/** What the work of a function gets to know of its invocation. */
export interface Call extends Pick<Invocation, 'requestId' | 'callerRequestId' | 'caller' | 'deadline' | 'log'> {
  config: Config
}

let cold = true

/** An answer in time beats the platform's own: so many milliseconds before the end of the invocation it is given. */
export const ANSWER_MS = 200

/**
 * Begins an invocation. Never throws, whatever the event and the configuration are.
 * @param isRequest  somebody waits for the answer: `server.timeout_seconds` hold. Else all of the platform's time is used.
 */
export function receive(event: unknown, context: PlatformContext, isRequest = true): Invocation {
  const started = Date.now()
  const request = toHttpRequest(event)
  const config = usable()
  const callerRequestId = wellFormed(request.headers['x-request-id'])
  const endsAt = started + allowance(context, isRequest, config?.server.timeout_seconds)
  const invocation = {
    request,
    requestId: callerRequestId ?? wellFormed(context.requestId ?? context.awsRequestId) ?? randomUUID(),
    callerRequestId,
    started,
    endsAt,
    deadline: endsAt - 500,
    cold,
    config,
    log: startLog({ level: 'info', format: 'json', ...config?.log, secrets: config ? secretsOf(config) : [] }),
    caller: '',
    sandboxId: undefined,
    input: undefined,
    error: undefined,
  }
  cold = false
  return invocation
}

/** Writes the line of the invocation. The error, if there is one, says the status. */
export function logOutcome(
  action: string,
  { requestId, caller, sandboxId, started, cold, log }: Invocation,
  { status = 200, result, error }: { status?: number; result?: object | undefined; error?: ActionError | undefined },
): void {
  log.end({
    requestId,
    action,
    caller,
    sandboxId,
    status: error?.status ?? status,
    code: error?.code,
    milliseconds: Date.now() - started,
    cold,
    result,
    error: error && error.status >= 500 ? error : undefined,
  })
}

// The pipeline asks again, and answers what is wrong.
function usable(): Config | undefined {
  try {
    return configuration()
  } catch {
    return undefined
  }
}

function wellFormed(id: string | undefined): string | undefined {
  return /^[\w.:-]{1,128}$/.test(id ?? '') ? id : undefined
}

// No platform gives a function more, and a timer of Node cannot be set to just any number.
const MOST_MS = 3_600_000

// AWS says what is left; veFaaS only says, in this variable, how many seconds a request may take.
function allowance({ getRemainingTimeInMillis }: PlatformContext, isRequest: boolean, seconds = 25): number {
  const platform = getRemainingTimeInMillis?.() ?? Number(process.env._FAAS_FUNC_TIMEOUT) * 1_000
  const own = seconds * 1_000
  return platform > 0 ? Math.min(platform, isRequest ? own : MOST_MS) : own
}
