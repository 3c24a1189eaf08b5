import { STATUS_CODES } from 'node:http'
import type { CallLog } from './call-log.ts'
import type { Clock } from './clock.ts'
import { failure, newRequestId, type ResponseMetadata, success } from './envelope.ts'
import { ApiError, gatewayError } from './errors.ts'
import type { WireFault } from './faults.ts'
import { type Pair, parseQuery } from './query.ts'
import { type SignedRequest, verifySignature } from './signature.ts'
import type { Answer, HttpRequest } from './wire.ts'

/** A call that has passed the gateway. */
export interface Call {
  action: string
  region: string
  requestId: string
  /** The flat parameters as they were sent, without Action and Version. */
  params: Readonly<Record<string, string>>
  /** The JSON object of the body, of a service whose parameters stand there; else empty. */
  body: Readonly<Record<string, unknown>>
}

/** A service of the cloud as its gateway knows it. */
export interface Service {
  name: string
  /** Where its parameters stand: in the query (or a form), or in a JSON body. */
  parameters: 'query' | 'json'
  actions: ReadonlyMap<string, ServiceAction>
}

export interface ServiceAction {
  /** The one version of the API that has it. */
  version: string
  /** Takes a call, returns its Result, or throws an ApiError. */
  run: (call: Call) => object
}

/** Where the faults of the wire come from. */
export interface WireFaults {
  take<K extends WireFault['Kind']>(action: string, ...kinds: K[]): Extract<WireFault, { Kind: K }> | undefined
}

export interface GatewayOptions {
  service: Service
  /** Access key id -> secret. */
  accessKeys: Readonly<Record<string, string>>
  faults: WireFaults
  log: CallLog
  clock: Clock
  /** Throws an ApiError for a call above the limit. */
  limit?: ((action: string) => void) | undefined
}

/** Answers signed calls of one service: signature, limit, faults, work, envelope, and a line in the log. */
export function createGateway(options: GatewayOptions): (request: HttpRequest) => Answer {
  const { service, clock, log } = options
  const secrets = new Map(Object.entries(options.accessKeys))

  return function answerCall(request) {
    const now = clock.now()
    const metadata = { RequestId: newRequestId(now), Action: '', Version: '', Service: service.name, Region: '' }
    const params: Record<string, string> = {}
    let body: Record<string, unknown> = {}
    let answer: Answer
    let code: string | undefined
    try {
      const query = parseQuery(request.query)
      readParams([...query, ...(service.parameters === 'query' ? formOf(request) : [])], metadata, params)
      admit({ ...request, query }, metadata, service, secrets)
      if (service.parameters === 'json') body = jsonOf(request)
      options.limit?.(metadata.Action)
      const { Action: action, Region: region, RequestId: requestId } = metadata
      const outcome = strike(options.faults, metadata, () =>
        workOf(service, { action, region, requestId, params, body }),
      )
      answer = outcome.answer
      code = outcome.code
    } catch (error) {
      const refusal = asApiError(error)
      code = refusal.code
      answer = envelope(refusal.status, failure(metadata, refusal))
    }
    log.add({
      action: metadata.Action,
      requestId: metadata.RequestId,
      status: answer.cut === 'everything' ? 0 : answer.status,
      ...(code === undefined ? {} : { code }),
      time: now,
      params,
      ...(service.parameters === 'json' && { body: shortened(body) }),
    })
    return answer
  }
}

function readParams(sent: readonly Pair[], metadata: ResponseMetadata, params: Record<string, string>): void {
  for (const [name, value] of sent) {
    if (name === 'Action') metadata.Action = value
    else if (name === 'Version') metadata.Version = value
    else if (Object.hasOwn(params, name)) {
      // Which of the two the cloud takes is not published, so a client must not rely on either.
      throw new ApiError(400, 'InvalidArgument', `The parameter ${name} is given twice.`)
    } else Object.defineProperty(params, name, { value, enumerable: true }) // "__proto__" is a name like any other
  }
}

// Every official SDK calls ECS with GET. Whether POST with a form works is not published; it is accepted here.
function formOf({ method, headers, body }: HttpRequest): Pair[] {
  if (method === 'GET') return []
  if (method !== 'POST') throw gatewayError('MethodNotAllowed', `The method ${method} is not allowed.`)
  if (body.length > 0 && !headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    throw new ApiError(400, 'InvalidArgument', 'The body of a POST has to be application/x-www-form-urlencoded.')
  }
  return parseQuery(body.toString())
}

/** Every official SDK calls services of this kind with POST; what is not JSON is refused. */
function jsonOf({ method, headers, body }: HttpRequest): Record<string, unknown> {
  if (method !== 'POST') throw gatewayError('MethodNotAllowed', `The method ${method} is not allowed.`)
  if (body.length === 0) return {}
  if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
    throw new ApiError(400, 'InvalidArgument', 'The body of a POST has to be application/json.')
  }
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // answered below
  }
  throw new ApiError(400, 'InvalidArgument', 'The body is not a JSON object.')
}

/** Shortens texts for the log: the code of a function is megabytes long. */
function shortened(body: Record<string, unknown>): Record<string, unknown> {
  const most = 1_000
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) =>
      typeof value === 'string' && value.length > most
        ? [name, `${value.slice(0, 20)}... (${value.length})`]
        : [name, value],
    ),
  )
}

function admit(
  request: SignedRequest & { path: string },
  metadata: ResponseMetadata,
  service: Service,
  secrets: ReadonlyMap<string, string>,
): void {
  if (request.path !== '/') throw gatewayError('InvalidActionOrVersion', `There is nothing at ${request.path}.`)
  const missing = (['Action', 'Version'] as const).find((name) => metadata[name] === '')
  if (missing) throw gatewayError('MissingParameter', `The request is missing ${missing} parameter.`)
  // Real time, not the emulator's clock: a client signs with the real time, however far the clock was moved.
  const { region, service: signedService } = verifySignature(request, (id) => secrets.get(id), Date.now())
  metadata.Region = region
  if (signedService !== service.name) {
    throw gatewayError('ServiceNotFound', `This service[${signedService}] not found.`)
  }
  if (metadata.Version !== service.actions.get(metadata.Action)?.version) {
    throw gatewayError(
      'InvalidActionOrVersion',
      `Could not find operation ${metadata.Action} for version ${metadata.Version}.`,
    )
  }
}

interface Outcome {
  answer: Answer
  code?: string
}

/** The answer to a call, with the faults that apply to it. */
function strike(faults: WireFaults, metadata: ResponseMetadata, work: () => object): Outcome {
  const { Action } = metadata
  const delayMs = faults.take(Action, 'Delay')?.DelayMs ?? 0
  const outcome = spoil(faults, metadata, () => finish(metadata, work))
  return delayMs === 0 ? outcome : { ...outcome, answer: { ...outcome.answer, delayMs } }
}

function spoil(faults: WireFaults, metadata: ResponseMetadata, finished: () => Outcome): Outcome {
  const kinds = ['Throttle', 'Error', 'CutBefore', 'CutAfter', 'Html', 'NotJson', 'Empty', 'Truncate'] as const
  const fault = faults.take(metadata.Action, ...kinds)
  if (!fault) return finished()
  if ('AfterWork' in fault && fault.AfterWork) finished()
  switch (fault.Kind) {
    case 'Throttle': {
      const {
        Code = 'FlowLimitExceeded',
        Message = 'Request was rejected because the request speed of this openAPI is beyond the current flow control limit.',
      } = fault
      const error = Code === 'FlowLimitExceeded' ? gatewayError(Code, Message) : new ApiError(429, Code, Message)
      return refused(metadata, error, fault.RetryAfterSeconds)
    }
    case 'Error': {
      const { Status, Code, Message = `Scripted fault: ${Code}.`, CodeN } = fault
      return refused(metadata, new ApiError(Status, Code, Message, CodeN), fault.RetryAfterSeconds)
    }
    case 'CutBefore':
      return { answer: { ...envelope(0, ''), cut: 'everything' } }
    case 'CutAfter':
      finished()
      return { answer: { ...envelope(0, ''), cut: 'everything' } }
    case 'Html': {
      const { Status = 502 } = fault
      const title = `${Status} ${STATUS_CODES[Status] ?? ''}`
      const page = `<html>\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`
      return { answer: { ...envelope(Status, page), contentType: 'text/html' } }
    }
    case 'NotJson':
      return { answer: envelope(fault.Status ?? 200, fault.Body ?? 'upstream connect error or disconnect/reset') }
    case 'Empty':
      return { answer: envelope(fault.Status ?? 200, '') }
    case 'Truncate': {
      const { answer, ...rest } = finished()
      return { answer: { ...answer, cut: 'half' }, ...rest }
    }
  }
}

/** Does the work and puts its result or its error into the envelope. */
function finish(metadata: ResponseMetadata, work: () => object): Outcome {
  try {
    return { answer: envelope(200, success(metadata, work())) }
  } catch (error) {
    return refused(metadata, asApiError(error))
  }
}

function refused(metadata: ResponseMetadata, error: ApiError, retryAfterSeconds?: number): Outcome {
  const answer = envelope(error.status, failure(metadata, error))
  return {
    answer: retryAfterSeconds === undefined ? answer : { ...answer, retryAfterSeconds },
    code: error.code,
  }
}

function workOf(service: Service, call: Call): object {
  const action = service.actions.get(call.action)
  if (!action) throw gatewayError('InvalidActionOrVersion', `Could not find operation ${call.action}.`)
  return action.run(call)
}

function envelope(status: number, body: string): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  console.error(error) // a bug of the emulator: its author should see where
  return new ApiError(500, 'InternalError', 'An internal error has occurred.')
}
