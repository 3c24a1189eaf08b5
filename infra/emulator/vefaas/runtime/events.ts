import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { CallFailure } from './call-failure.ts'
import type { FunctionRequest } from './http.ts'
import type { CloudEvent, HttpEvent } from './instance-messages.ts'

/** The largest body of a request. The limit of the platform is not documented; 6 MB is an assumption. */
const MAX_EVENT_BODY_BYTES = 6 * 1024 * 1024

/**
 * The event that a handler gets for a request. As in the Go runtime, `X-Faas-Event-Type` says whether it is an HTTP
 * request or contains a CloudEvent. `platformHeaders` override the headers of the request.
 * @throws CallFailure if the request has no valid event
 */
export function requestEvent(
  request: FunctionRequest,
  requestId: string,
  platformHeaders: Record<string, string> = {},
): HttpEvent | CloudEvent {
  if (request.body.length > MAX_EVENT_BODY_BYTES) {
    throw new CallFailure('request_too_large', `the body is larger than ${MAX_EVENT_BODY_BYTES} bytes`)
  }
  const [, type = ''] = request.headers.find(([name]) => name.toLowerCase() === 'x-faas-event-type') ?? []
  if (type === 'cloudevent') {
    const event = cloudEventOf(request)
    if (typeof event === 'string') throw new CallFailure('invalid_cloud_event', event)
    return event
  }
  if (type !== '' && type !== 'http') {
    throw new CallFailure('invalid_event_type', `X-Faas-Event-Type is ${type}, not http or cloudevent`)
  }
  const event = httpEventOf(request, requestId, platformHeaders)
  if (event === undefined) {
    throw new CallFailure('unsupported_body', 'the body is not UTF-8, and the event of a handler has only text')
  }
  return event
}

/**
 * The event of an HTTP request. As in the Go runtime, repeated query keys and headers are joined with `,`, header names
 * are in canonical case (`User-Agent`) and `pathParameters` is empty. Assumptions: the Node.js runtime does the same,
 * and there is no event for a body that is not UTF-8. Then the function returns undefined.
 */
function httpEventOf(
  { method, path, query, headers, body }: FunctionRequest,
  requestId: string,
  platformHeaders: Record<string, string> = {},
): HttpEvent | undefined {
  if (!isUtf8(body)) return undefined
  const canonical = headers.map(([name, value]): [string, string] => [canonicalName(name), value])
  return {
    httpMethod: method,
    path,
    pathParameters: {},
    queryStringParameters: joinRepeated(new URLSearchParams(query)),
    headers: {
      ...joinRepeated(canonical),
      'X-Faas-Request-Id': requestId,
      'X-Faas-Event-Type': 'http',
      ...platformHeaders,
    },
    body: body.toString('utf8'),
  }
}

/**
 * The CloudEvent that a request contains: in its `ce-` headers, with the body as data, or as a whole in a JSON body
 * (the binary and the structured mode of the CloudEvents HTTP binding). Data is always text. Returns the reason as a
 * string if there is no valid CloudEvent.
 */
function cloudEventOf({ headers, body }: FunctionRequest): CloudEvent | string {
  if (!isUtf8(body)) return 'the body is not UTF-8'
  const values = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const contentType = values.get('content-type') ?? 'application/octet-stream'
  const attributes = /^application\/cloudevents\+json\b/i.test(contentType)
    ? parseObject(body.toString())
    : { ...attributesOf(values), datacontenttype: contentType, data: body.toString() }
  if (attributes === undefined) return 'the body is not a JSON object'
  const absent = ['id', 'source', 'specversion', 'type'].find((name) => typeof attributes[name] !== 'string')
  if (absent) return `the attribute ${absent} is missing`
  return attributes as CloudEvent
}

/** The attributes in `ce-` headers. */
function attributesOf(headers: ReadonlyMap<string, string>): Record<string, unknown> {
  const attributes = Array.from(headers).filter(([name]) => name.startsWith('ce-'))
  return Object.fromEntries(attributes.map(([name, value]) => [name.slice('ce-'.length), value]))
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/**
 * The event of a timer. Its `time` is the real time, even if crontab time runs faster, because functions compare it
 * with real times.
 */
export function timerEvent(timerId: string, payload: string): CloudEvent {
  return {
    id: randomUUID(),
    source: `/faas/event/timer/${timerId}`,
    specversion: '1.0',
    type: 'faas.timer.event',
    time: new Date().toISOString(),
    datacontenttype: 'application/octet-stream',
    data: payload,
  }
}

function joinRepeated(pairs: Iterable<[string, string]>): Record<string, string> {
  const values = new Map<string, string>()
  for (const [key, value] of pairs) {
    const before = values.get(key)
    values.set(key, before === undefined ? value : `${before},${value}`)
  }
  return Object.fromEntries(values)
}

/** Go's canonical form: the first letter and every letter after a hyphen in upper case, the rest in lower. */
function canonicalName(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
}
