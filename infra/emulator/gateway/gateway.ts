import { STATUS_CODES } from 'node:http'
import type { CallLog } from './call-log.ts'
import type { Clock } from './clock.ts'
import { errorBody, newRequestId, type ResponseMetadata, resultBody } from './envelope.ts'
import { ApiError, gatewayError } from './errors.ts'
import type { WireFault } from './faults.ts'
import { parseQuery, type QueryParam } from './query.ts'
import { type SignedRequest, verifySignature } from './signature.ts'
import type { WireRequest, WireResponse } from './wire.ts'

/** A call that has passed the gateway. */
export interface ApiCall {
  action: string
  region: string
  requestId: string
  /** The flat parameters as they were sent, without Action and Version. */
  params: Readonly<Record<string, string>>
  /** The JSON object of the body, for a service whose parameters are in it; otherwise empty. */
  body: Readonly<Record<string, unknown>>
}

/** The API of a service, as its gateway knows it. */
export interface ServiceApi {
  name: string
  /** Where its parameters are: in the query (or a form), or in a JSON body. */
  parameters: 'query' | 'json'
  actions: ReadonlyMap<string, ServiceAction>
}

export interface ServiceAction {
  /** The only version of the API that has it. */
  version: string
  /** Returns the Result of a call, or throws an ApiError. */
  run: (call: ApiCall) => object
}

/** The part of a FaultList that the gateway uses. */
export interface WireFaults {
  take<K extends WireFault['Kind']>(action: string, ...kinds: K[]): Extract<WireFault, { Kind: K }> | undefined
}

export interface OpenApiGatewayOptions {
  service: ServiceApi
  /** Access key id -> secret. */
  accessKeys: Readonly<Record<string, string>>
  faults: WireFaults
  log: CallLog
  clock: Clock
  /** Throws an ApiError for a call above the limit. */
  limit?: ((action: string) => void) | undefined
}

/**
 * Answers signed calls of one service: checks signature and rate limit, applies faults, runs the action, logs the call.
 */
export function createOpenApiGateway(options: OpenApiGatewayOptions): (request: WireRequest) => WireResponse {
  const { service, clock, log } = options
  const secrets = new Map(Object.entries(options.accessKeys))

  return function answerCall(request) {
    const now = clock.now()
    const metadata = { RequestId: newRequestId(now), Action: '', Version: '', Service: service.name, Region: '' }
    const params: Record<string, string> = {}
    let body: Record<string, unknown> = {}
    let outcome: Outcome
    try {
      const query = parseQuery(request.query)
      collectParams([...query, ...(service.parameters === 'query' ? readForm(request) : [])], metadata, params)
      const action = admit({ ...request, query }, metadata, service, secrets)
      if (service.parameters === 'json') body = readJsonObject(request)
      options.limit?.(metadata.Action)
      const call = { action: metadata.Action, region: metadata.Region, requestId: metadata.RequestId, params, body }
      outcome = runWithFaults(options.faults, metadata, () => action.run(call))
    } catch (error) {
      outcome = errorOutcome(metadata, toApiError(error))
    }
    const { response, code } = outcome
    log.add({
      action: metadata.Action,
      requestId: metadata.RequestId,
      status: response.cut === 'everything' ? 0 : response.status,
      ...(code === undefined ? {} : { code }),
      time: now,
      params,
      ...(service.parameters === 'json' && { body: truncateTexts(body) }),
    })
    return response
  }
}

/** Puts Action and Version into `metadata`, and the other parameters into `params`. */
function collectParams(sent: readonly QueryParam[], metadata: ResponseMetadata, params: Record<string, string>): void {
  for (const [name, value] of sent) {
    if (name === 'Action') metadata.Action = value
    else if (name === 'Version') metadata.Version = value
    else if (Object.hasOwn(params, name)) {
      // Which of the two values the cloud takes is not published, so a client must not rely on either.
      throw new ApiError(400, 'InvalidArgument', `The parameter ${name} is given twice.`)
    } else {
      Object.defineProperty(params, name, { value, enumerable: true }) // an assignment to "__proto__" would be lost
    }
  }
}

// Every official SDK calls ECS with GET. It is not published whether POST with a form works; it is accepted here.
function readForm({ method, headers, body }: WireRequest): QueryParam[] {
  if (method === 'GET') return []
  if (method !== 'POST') throw gatewayError('MethodNotAllowed', `The method ${method} is not allowed.`)
  if (body.length > 0 && !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new ApiError(400, 'InvalidArgument', 'The body of a POST must be application/x-www-form-urlencoded.')
  }
  return parseQuery(body.toString())
}

/** Every official SDK calls services of this kind with POST. A body that is not a JSON object is refused. */
function readJsonObject({ method, headers, body }: WireRequest): Record<string, unknown> {
  if (method !== 'POST') throw gatewayError('MethodNotAllowed', `The method ${method} is not allowed.`)
  if (body.length === 0) return {}
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new ApiError(400, 'InvalidArgument', 'The body of a POST must be application/json.')
  }
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // refused below
  }
  throw new ApiError(400, 'InvalidArgument', 'The body is not a JSON object.')
}

const maxLoggedCharacters = 1_000

/** Truncates long texts for the log: the code of a function is megabytes long. */
function truncateTexts(body: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(body).map(([name, value]): [string, unknown] => {
    const isLong = typeof value === 'string' && value.length > maxLoggedCharacters
    return [name, isLong ? `${value.slice(0, 20)}... (${value.length})` : value]
  })
  return Object.fromEntries(entries)
}

/**
 * Checks path, Action, Version and signature, and puts the region into `metadata`. Returns the action that is called.
 */
function admit(
  request: SignedRequest & { path: string },
  metadata: ResponseMetadata,
  service: ServiceApi,
  secrets: ReadonlyMap<string, string>,
): ServiceAction {
  if (request.path !== '/') throw gatewayError('InvalidActionOrVersion', `There is nothing at ${request.path}.`)
  const missing = (['Action', 'Version'] as const).find((name) => metadata[name] === '')
  if (missing) throw gatewayError('MissingParameter', `The request is missing ${missing} parameter.`)
  // Real time, not the emulator's clock: a client signs with the real time, however far the clock was moved.
  const { region, service: signedService } = verifySignature(request, (id) => secrets.get(id), Date.now())
  metadata.Region = region
  if (signedService !== service.name) {
    throw gatewayError('ServiceNotFound', `This service[${signedService}] not found.`)
  }
  const { Action, Version } = metadata
  const action = service.actions.get(Action)
  if (action?.version !== Version) {
    throw gatewayError('InvalidActionOrVersion', `Could not find operation ${Action} for version ${Version}.`)
  }
  return action
}

interface Outcome {
  response: WireResponse
  /** The error code, of a failure. */
  code?: string
}

/** Runs an action under the faults that apply to the call. */
function runWithFaults(faults: WireFaults, metadata: ResponseMetadata, run: () => object): Outcome {
  const delayMs = faults.take(metadata.Action, 'Delay')?.DelayMs ?? 0
  const outcome = runWithFault(faults, metadata, run)
  return delayMs === 0 ? outcome : { ...outcome, response: { ...outcome.response, delayMs } }
}

/** The same without a Delay. */
function runWithFault(faults: WireFaults, metadata: ResponseMetadata, run: () => object): Outcome {
  const kinds = ['Throttle', 'Error', 'CutBefore', 'CutAfter', 'Html', 'NotJson', 'Empty', 'Truncate'] as const
  const fault = faults.take(metadata.Action, ...kinds)
  if (!fault) return runAction(metadata, run)
  if ('AfterWork' in fault && fault.AfterWork) runAction(metadata, run)
  switch (fault.Kind) {
    case 'Throttle': {
      const {
        Code = 'FlowLimitExceeded',
        Message = 'Request was rejected because the request speed of this openAPI is beyond the current flow control limit.',
      } = fault
      const error = Code === 'FlowLimitExceeded' ? gatewayError(Code, Message) : new ApiError(429, Code, Message)
      return errorOutcome(metadata, error, fault.RetryAfterSeconds)
    }
    case 'Error': {
      const { Status, Code, Message = `Scripted fault: ${Code}.`, CodeN } = fault
      return errorOutcome(metadata, new ApiError(Status, Code, Message, CodeN), fault.RetryAfterSeconds)
    }
    case 'CutBefore':
      return { response: { ...jsonResponse(0, ''), cut: 'everything' } }
    case 'CutAfter':
      runAction(metadata, run)
      return { response: { ...jsonResponse(0, ''), cut: 'everything' } }
    case 'Html': {
      const { Status = 502 } = fault
      const title = `${Status} ${STATUS_CODES[Status] ?? ''}`
      const page = `<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`
      return { response: { ...jsonResponse(Status, page), contentType: 'text/html' } }
    }
    case 'NotJson':
      return { response: jsonResponse(fault.Status ?? 200, fault.Body ?? 'upstream connect error or disconnect/reset') }
    case 'Empty':
      return { response: jsonResponse(fault.Status ?? 200, '') }
    case 'Truncate': {
      const outcome = runAction(metadata, run)
      return { ...outcome, response: { ...outcome.response, cut: 'half' } }
    }
  }
}

/** Runs an action and puts its result or its error into the envelope. */
function runAction(metadata: ResponseMetadata, run: () => object): Outcome {
  try {
    return { response: jsonResponse(200, resultBody(metadata, run())) }
  } catch (error) {
    return errorOutcome(metadata, toApiError(error))
  }
}

function errorOutcome(metadata: ResponseMetadata, error: ApiError, retryAfterSeconds?: number): Outcome {
  const response = jsonResponse(error.status, errorBody(metadata, error))
  return {
    response: retryAfterSeconds === undefined ? response : { ...response, retryAfterSeconds },
    code: error.code,
  }
}

function jsonResponse(status: number, body: string): WireResponse {
  return { status, contentType: 'application/json; charset=utf-8', body }
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error) // a bug of the emulator: its author needs the stack
  return new ApiError(500, 'InternalError', 'An internal error has occurred.')
}
