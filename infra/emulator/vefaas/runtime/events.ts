import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { CallFailure } from './call-failure.ts'
import type { FunctionRequest } from './http.ts'
import type { CloudEvent, HttpEvent } from './instance-messages.ts'

/** The largest body of a request, in bytes. The platform's own limit is not documented; 6 MB is an assumption. */
const MAX_BODY_BYTES = 6 * 1024 * 1024

/**
 * What a handler gets for a request. `X-Faas-Event-Type` says whether it is an HTTP request or carries a CloudEvent, as
 * the Go runtime has it. `platformHeaders` are set over those of the request.
 * @throws CallFailure when the request has no event
 */
export function requestEvent(
  request: FunctionRequest,
  requestId: string,
  platformHeaders: Record<string, string> = {},
): HttpEvent | CloudEvent {
  if (request.body.length > MAX_BODY_BYTES) {
    throw new CallFailure('request_too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`)
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
 * The event a handler gets for a request. Repeated query keys and headers are joined with `,`, header names are in
 * canonical case (`User-Agent`) and `pathParameters` is empty, as the Go runtime has it; that the Node.js runtime does
 * the same is an assumption, and so is that a body that is not UTF-8 has no event: then undefined is returned.
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
    queryStringParameters: joined(new URLSearchParams(query)),
    headers: {
      ...joined(canonical),
      'X-Faas-Request-Id': requestId,
      'X-Faas-Event-Type': 'http',
      ...platformHeaders,
    },
    body: body.toString('utf8'),
  }
}

/**
 * The CloudEvent that a request carries: in its `ce-` headers, with the body as data, or whole in a JSON body (the binary
 * and the structured mode of the CloudEvents HTTP binding). Data stays text. A text says why there is none.
 */
function cloudEventOf({ headers, body }: FunctionRequest): CloudEvent | string {
  if (!isUtf8(body)) return 'the body is not UTF-8'
  const values = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const contentType = values.get('content-type') ?? 'application/octet-stream'
  const attributes = /^application\/cloudevents\+json\b/i.test(contentType)
    ? parsed(body.toString())
    : {
        ...Object.fromEntries(
          [...values].flatMap(([name, value]) => (name.startsWith('ce-') ? [[name.slice(3), value]] : [])),
        ),
        datacontenttype: contentType,
        data: body.toString(),
      }
  if (attributes === undefined) return 'the body is not a JSON object'
  const absent = ['id', 'source', 'specversion', 'type'].find((name) => typeof attributes[name] !== 'string')
  if (absent) return `the attribute ${absent} is missing`
  return attributes as CloudEvent
}

function parsed(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/**
 * The event a handler gets from a timer. Its `time` is the real one, also where crontabs run faster, because what a
 * function compares it with is real.
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

function joined(pairs: Iterable<[string, string]>): Record<string, string> {
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
