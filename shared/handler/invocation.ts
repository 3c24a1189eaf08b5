import { randomUUID } from 'node:crypto'
import { configuration, secretsOf } from '../config/index.ts'
import type { Config } from '../config/schema.ts'
import { type Log, startLog } from '../log.ts'
import { type HttpRequest, toHttpRequest } from './event.ts'

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
  /** When the platform ends it, or `server.timeout_seconds` are over. */
  readonly endsAt: number
  /** First of its process. */
  readonly cold: boolean
  /** Throws what is wrong with the configuration, if it cannot be used. */
  readonly config: () => Config
  readonly region: string
  readonly log: Log
  /** Name of the key in use; empty until it is known. */
  caller: string
  /** The parameters, checked against the schema of the action. */
  input: unknown
  /** Why it failed, if it did. */
  error: unknown
}

let invocations = 0

/** Begins an invocation. Never throws, whatever the event and the configuration are. */
export function receive(event: unknown, context: PlatformContext): Invocation {
  const started = Date.now()
  const request = toHttpRequest(event)
  const config = settled(configuration)
  const callerRequestId = wellFormed(request.headers['x-request-id'])
  invocations += 1
  return {
    request,
    requestId: callerRequestId ?? wellFormed(context.requestId) ?? wellFormed(context.awsRequestId) ?? randomUUID(),
    callerRequestId,
    started,
    endsAt: started + allowance(context, config.value),
    cold: invocations === 1,
    config: config.get,
    region: config.value?.volcengine.region ?? '',
    log: startLog(
      config.value === undefined
        ? { level: 'info', format: 'json', secrets: [] }
        : { ...config.value.log, secrets: secretsOf(config.value) },
    ),
    caller: '',
    input: undefined,
    error: undefined,
  }
}

function settled<T>(get: () => T): { value: T | undefined; get: () => T } {
  try {
    const value = get()
    return { value, get: () => value }
  } catch (error) {
    return {
      value: undefined,
      get: () => {
        throw error
      },
    }
  }
}

const wellFormed = (id: string | undefined) => (id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? id : undefined)

// AWS says what is left; veFaaS only says, in this variable, how many seconds a request may take.
function allowance(context: PlatformContext, config: Config | undefined): number {
  const platform = context.getRemainingTimeInMillis?.() ?? Number(process.env._FAAS_FUNC_TIMEOUT ?? Number.NaN) * 1_000
  const own = (config?.server.timeout_seconds ?? 25) * 1_000
  return platform > 0 ? Math.min(platform, own) : own
}
