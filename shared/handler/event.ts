/** An HTTP request, whichever platform's event it came in. */
export interface HttpRequest {
  /** Upper case; empty when the event is not an HTTP request. */
  method: string
  path: string
  /** Decoded. The values of a repeated key are joined with `,`, as veFaaS does it. No prototype. */
  query: Record<string, string>
  /** Names in lower case, repeated ones joined with `,`. No prototype. */
  headers: Record<string, string>
  /** As it came; empty when there is none. */
  body: string
  isBase64Encoded: boolean
  /** The answer needs `multiValueHeaders`: an ALB whose target group has multi-value headers reads no others. */
  multiValueReply: boolean
}

/**
 * Reads the HTTP events of veFaaS (handler runtimes) and of AWS: API Gateway v1 and v2, function URL and ALB. Any other
 * value gives a request without a method.
 */
export function toHttpRequest(event: unknown): HttpRequest {
  const fields = record(event)
  const context = record(fields.requestContext)
  return context.http === undefined ? fromV1(fields, context.elb !== undefined) : fromV2(fields, record(context.http))
}

// veFaaS, API Gateway v1 and ALB: alike but for the multi-value maps, which veFaaS lacks, and for the query, which ALB
// alone hands on still percent-encoded (AWS documentation, "Using AWS Lambda with an Application Load Balancer").
function fromV1(event: Record<string, unknown>, isAlb: boolean): HttpRequest {
  const decode = isAlb ? percentDecode : (text: string) => text
  return {
    method: text(event.httpMethod).toUpperCase(),
    path: text(event.path) || '/',
    query: joined(event.multiValueQueryStringParameters, event.queryStringParameters, decode),
    headers: joined(event.multiValueHeaders, event.headers, undefined, (name) => name.toLowerCase()),
    ...body(event),
    multiValueReply: isAlb && event.multiValueHeaders !== undefined,
  }
}

// API Gateway v2 and function URLs. The raw query tells a repeated key from a comma, but joined is what the others give.
function fromV2(event: Record<string, unknown>, http: Record<string, unknown>): HttpRequest {
  const raw = typeof event.rawQueryString === 'string' ? [...new URLSearchParams(event.rawQueryString)] : undefined
  const query = raw === undefined ? joined(undefined, event.queryStringParameters) : empty()
  for (const [name, value] of raw ?? []) query[name] = name in query ? `${query[name]},${value}` : value
  return {
    method: text(http.method).toUpperCase(),
    path: text(event.rawPath) || '/',
    query,
    headers: joined(undefined, event.headers, undefined, (name) => name.toLowerCase()),
    ...body(event),
    multiValueReply: false,
  }
}

function body(event: Record<string, unknown>) {
  return { body: text(event.body), isBase64Encoded: event.isBase64Encoded === true }
}

const same = (text: string) => text

function joined(multi: unknown, single: unknown, decode = same, rename = same): Record<string, string> {
  const values = record(multi)
  const source = Object.keys(values).length > 0 ? values : record(single)
  const result = empty()
  for (const [name, value] of Object.entries(source)) {
    const texts = (Array.isArray(value) ? value : [value]).map(text).map(decode)
    const key = rename(decode(name))
    result[key] = [...(key in result ? [result[key]] : []), ...texts].join(',')
  }
  return result
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

// Without a prototype, so that a parameter called __proto__ or constructor is one like any other.
function empty(): Record<string, string> {
  return Object.create(null)
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

function percentDecode(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}
