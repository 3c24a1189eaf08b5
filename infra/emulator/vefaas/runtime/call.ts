import { randomUUID } from 'node:crypto'
import { cloudEventOf, eventOf } from './event.ts'
import { CallFailure } from './failure.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { CloudEvent, HttpEvent } from './messages.ts'
import type { Pool } from './pool.ts'

/** The largest body of a request, in bytes. The platform's own limit is not documented; 6 MB is an assumption. */
const MAX_BODY_BYTES = 6 * 1024 * 1024

/** Calls a function with an event that may carry the request id. Rejects with CallFailure when there is no reply. */
export async function call(pool: Pool, eventFor: (requestId: string) => unknown): Promise<HttpResponse> {
  const requestId = randomUUID()
  const event = eventFor(requestId)
  const context = { requestId }
  return pool.with(async (instance) => {
    await instance.prepare(context)
    const { reply, durationMs } = await instance.invoke(event, context)
    return {
      status: reply.statusCode,
      headers: { ...withoutDuration(reply.headers), 'X-Faas-Execution-Duration': durationMs.toFixed(2) },
      body: Buffer.from(reply.body, reply.base64 ? 'base64' : 'utf8'),
    }
  })
}

/**
 * What a handler gets for a request. `X-Faas-Event-Type` says whether it is an HTTP request or carries a CloudEvent, as
 * the Go runtime has it. `platformHeaders` are set over those of the request.
 * @throws CallFailure when the request has no event
 */
export function requestEvent(
  request: HttpRequest,
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
  const event = eventOf(request, requestId, platformHeaders)
  if (event === undefined) {
    throw new CallFailure('unsupported_body', 'the body is not UTF-8, and the event of a handler has only text')
  }
  return event
}

/** The platform's own measure overwrites one a function sets, however it is spelled. */
function withoutDuration(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-faas-execution-duration'),
  )
}
