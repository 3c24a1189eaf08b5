import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { HttpRequest } from './http.ts'
import type { CloudEvent, HttpEvent } from './messages.ts'

/**
 * The event a handler gets for a request. Repeated query keys and headers are joined with `,`, header names are in
 * canonical case (`User-Agent`) and `pathParameters` is empty, as the Go runtime has it; that the Node.js runtime does
 * the same is an assumption, and so is that a body that is not UTF-8 has no event: then undefined is returned.
 */
export function eventOf({ method, path, query, headers, body }: HttpRequest, requestId: string): HttpEvent | undefined {
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
    },
    body: body.toString('utf8'),
  }
}

/**
 * The event a handler gets from a timer. Its `time` is the real one, also where crontabs run faster, because what a
 * function compares it with is real.
 */
export function timerEventOf(timerId: string, payload: string): CloudEvent {
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
