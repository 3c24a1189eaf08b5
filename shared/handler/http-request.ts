import { fieldsOf, textOf } from './event-values.ts'

/** An HTTP request, read from the event of any platform. */
export interface HttpRequest {
  /** Upper case; empty when the event is not an HTTP request. */
  method: string
  /** Decoded. The values of a repeated key are joined with `,`, as on veFaaS. No prototype. */
  query: Record<string, string>
  /** Names in lower case, repeated ones joined with `,`. No prototype. */
  headers: Record<string, string>
  /** As received; empty if the request has none. */
  body: string
  isBase64Encoded: boolean
  /** The answer needs `multiValueHeaders`: an ALB reads only these if its target group has multi-value headers. */
  multiValueReply: boolean
}

/**
 * Reads the HTTP events of veFaaS (handler runtimes) and of AWS: API Gateway v1 and v2, function URL and ALB. Any other
 * value gives a request without a method.
 */
export function toHttpRequest(value: unknown): HttpRequest {
  const event = fieldsOf(value)
  const { http, elb } = fieldsOf(event.requestContext)
  return {
    method: textOf(fieldsOf(http).method ?? event.httpMethod).toUpperCase(),
    query: queryOf(event, elb !== undefined),
    headers: joined(pairs(event.multiValueHeaders, event.headers), (name) => name.toLowerCase()),
    body: textOf(event.body),
    isBase64Encoded: event.isBase64Encoded === true,
    multiValueReply: elb !== undefined && event.multiValueHeaders !== undefined,
  }
}

// veFaaS and API Gateway v2 join the values of a repeated key; API Gateway v1 and ALB have all of them only in the multi-value
// map. ALB does not decode the query (AWS documentation, "Using AWS Lambda with an Application Load Balancer").
function queryOf(event: Record<string, unknown>, isAlb: boolean): Record<string, string> {
  const found = pairs(event.multiValueQueryStringParameters, event.queryStringParameters)
  return isAlb ? joined(found.map(([name, value]) => [percentDecode(name), percentDecode(value)])) : joined(found)
}

function pairs(multi: unknown, single: unknown): [string, string][] {
  return Object.entries(fieldsOf(multi ?? single)).flatMap(([name, value]) => {
    const values: unknown[] = Array.isArray(value) ? value : [value]
    return values.map((item): [string, string] => [name, textOf(item)])
  })
}

// Without a prototype, so that a parameter called __proto__ or constructor is like any other.
function joined(found: readonly [string, string][], rename = (name: string) => name): Record<string, string> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of found) {
    const key = rename(name)
    result[key] = key in result ? `${result[key]},${value}` : value
  }
  return result
}

function percentDecode(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return encoded
  }
}
