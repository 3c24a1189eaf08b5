import { randomUUID } from 'node:crypto'
import { type Caller, NOBODY } from '../config/callers.ts'
import { configuration, secretsOf } from '../config/index.ts'
import type { Config } from '../config/schema.ts'
import type { ActionError } from '../errors.ts'
import { type Log, startLog } from '../log.ts'
import { type Origin, originOf } from './event-formats.ts'
import { type HttpRequest, toHttpRequest } from './http-request.ts'

/** What the platforms pass to a handler beside the event: veFaaS `requestId`, AWS Lambda the other two. */
export interface PlatformContext {
  requestId?: string
  awsRequestId?: string
  getRemainingTimeInMillis?: () => number
}

/** One invocation on its way through the pipeline. */
export interface Invocation<Input = unknown> {
  readonly event: unknown
  readonly origin: Origin
  /** veFaaS reads only a reply's own keys from an answer: status, headers and body. */
  readonly isOnVefaas: boolean
  /** Without a method if the event is not an HTTP request. */
  readonly request: HttpRequest
  readonly requestId: string
  /** The id that the caller sent, if it is well-formed. */
  readonly callerRequestId: string | undefined
  /** Milliseconds since 1970, like the next two. */
  readonly started: number
  /** When the platform ends the invocation, or when a request's `server.timeout_seconds` are over. */
  readonly endsAt: number
  /** When the work must be done: a little before the end. */
  readonly deadline: number
  /** The first invocation of its process. */
  readonly cold: boolean
  /** Undefined if the configuration has an error. */
  readonly config: Config | undefined
  readonly log: Log
  /** NOBODY until the caller is known. */
  caller: Caller
  /** The sandbox of the request or of the result, as soon as it is known. */
  sandboxId: string | undefined
  /** The tools that the request calls, separated by commas. */
  tool: string | undefined
  /** The input of the work; undefined until it is checked. */
  input: Input | undefined
}

/** What the work of a function knows about its invocation. The manager declares the same shape: it does not import this. */
export interface Call extends Pick<Invocation, 'requestId' | 'callerRequestId' | 'caller' | 'deadline' | 'log'> {
  config: Config
}

/** How an invocation ended. */
export interface Outcome {
  /** HTTP status for the log; 200 by default. The status of an error goes first. */
  status?: number
  /** What was done, for the log. */
  result?: object | undefined
  error?: ActionError | undefined
}

let cold = true

/** Milliseconds before the end of the invocation at which it is answered: the platform's own answer says less. */
export const ANSWER_MS = 200

/** Begins an invocation. Never throws, whatever the event and the configuration are. */
export function receive<Input>(event: unknown, context: PlatformContext): Invocation<Input> {
  const started = Date.now()
  const origin = originOf(event)
  const request = toHttpRequest(event)
  const config = usable()
  const callerRequestId = wellFormed(request.headers['x-request-id'])
  const endsAt = started + allowance(context, origin === 'http', config?.server.timeout_seconds)
  const invocation = {
    event,
    origin,
    isOnVefaas: origin === 'vefaas' || Boolean(context.requestId),
    request,
    requestId: callerRequestId ?? wellFormed(context.requestId ?? context.awsRequestId) ?? randomUUID(),
    callerRequestId,
    started,
    endsAt,
    deadline: endsAt - 500,
    cold,
    config,
    log: startLog({ level: 'info', format: 'json', ...config?.log, secrets: config ? secretsOf(config) : [] }),
    caller: NOBODY,
    sandboxId: undefined,
    tool: undefined,
    input: undefined,
  }
  cold = false
  return invocation
}

/** Writes the log line of the invocation. */
export function logOutcome(
  action: string,
  { requestId, caller, sandboxId, tool, started, cold, log }: Invocation,
  { status = 200, result, error }: Outcome,
): void {
  log.end({
    requestId,
    action,
    tool,
    caller: caller.name,
    owner: caller.owner,
    sandboxId,
    status: error?.status ?? status,
    code: error?.code,
    milliseconds: Date.now() - started,
    cold,
    result,
    error: error && error.status >= 500 ? error : undefined,
  })
}

// The pipeline reads the configuration again, and answers with its error.
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

// No platform gives a function more time, and a Node timer overflows after 24 days.
const MAX_TIMEOUT_MS = 3_600_000

// A caller waits for the answer to a request: `server.timeout_seconds` hold. Other events get all of the platform's time.
// AWS tells the remaining time; veFaaS only sets this variable, to the seconds that a request may take.
function allowance({ getRemainingTimeInMillis }: PlatformContext, isRequest: boolean, seconds = 25): number {
  const platform = getRemainingTimeInMillis?.() ?? Number(process.env._FAAS_FUNC_TIMEOUT) * 1_000
  const own = seconds * 1_000
  return platform > 0 ? Math.min(platform, isRequest ? own : MAX_TIMEOUT_MS) : own
}
