/** A request as a client sends it; names may repeat. */
export interface Sent {
  method?: string
  query?: readonly Pair[]
  headers?: readonly Pair[]
  body?: string | undefined
}

export type Pair = readonly [name: string, value: string]

/** Makes the event of a platform. */
export type Shape = (sent: Sent) => Record<string, unknown>

/** veFaaS, handler runtimes: six fields, repeated keys joined with a comma, header names in canonical case. */
export function vefaas({ method = 'GET', query = [], headers = [], body = '' }: Sent): Record<string, unknown> {
  return {
    httpMethod: method,
    path: '/',
    pathParameters: {},
    queryStringParameters: joined(wellFormed(query)),
    headers: joined([['Host', 'gateway.test'], ...headers].map(([name = '', value = '']) => [canonical(name), value])),
    body,
  }
}

/** API Gateway, REST API (payload 1.0): the plain maps keep the last value of a repeated name. */
export function apiGatewayV1({ method = 'GET', query = [], headers = [], body }: Sent): Record<string, unknown> {
  const all: Pair[] = [['Host', 'id.execute-api.eu-west-1.amazonaws.com'], ...FORWARDED, ...headers]
  return {
    resource: '/',
    path: '/',
    httpMethod: method,
    headers: Object.fromEntries(all),
    multiValueHeaders: multi(all),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(wellFormed(query)),
    multiValueQueryStringParameters: query.length === 0 ? null : multi(wellFormed(query)),
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'id',
      authorizer: { claims: null, scopes: null },
      domainName: 'id.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'id',
      extendedRequestId: 'request-id',
      httpMethod: method,
      identity: { accessKey: null, cognitoIdentityId: null, sourceIp: '192.0.2.1', user: null, userAgent: 'test' },
      path: '/prod/',
      protocol: 'HTTP/1.1',
      requestId: 'id=',
      requestTime: '04/Mar/2020:19:15:17 +0000',
      requestTimeEpoch: 1583349317135,
      resourceId: null,
      resourcePath: '/',
      stage: 'prod',
    },
    body: body ?? null,
    isBase64Encoded: false,
  }
}

/** API Gateway, HTTP API (payload 2.0): the query as it came, header names in lower case and joined with a comma. */
export function apiGatewayV2({ method = 'GET', query = [], headers = [], body }: Sent): Record<string, unknown> {
  const domainName = 'id.execute-api.eu-west-1.amazonaws.com'
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    rawQueryString: encoded(query)
      .map((pair) => pair.join('='))
      .join('&'),
    cookies: ['cookie1', 'cookie2'],
    headers: joined(lower([['Host', domainName], ...FORWARDED, ...headers])),
    ...(query.length > 0 && { queryStringParameters: joined(wellFormed(query)) }),
    requestContext: {
      accountId: '123456789012',
      apiId: 'id',
      domainName,
      domainPrefix: 'id',
      http: { method, path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: 'id=',
      routeKey: '$default',
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1583348638390,
    },
    ...(body !== undefined && { body }),
    isBase64Encoded: false,
  }
}

/** A function URL: payload 2.0 with the caller's identity in it. */
export function functionUrl(sent: Sent): Record<string, unknown> {
  const event = apiGatewayV2(sent)
  const context = event.requestContext as object
  const iam = { accessKey: 'AKIAFAKE', accountId: '123456789012', callerId: 'fake', cognitoIdentity: null }
  return { ...event, requestContext: { ...context, accountId: 'anonymous', authentication: null, authorizer: { iam } } }
}

/** Application Load Balancer: the query still percent-encoded, the last value of a repeated name. */
export function alb({ method = 'GET', query = [], headers = [], body = '' }: Sent): Record<string, unknown> {
  return {
    requestContext: ELB,
    httpMethod: method,
    path: '/',
    queryStringParameters: Object.fromEntries(encoded(query)),
    headers: Object.fromEntries(lower([['Host', 'lb.elb.amazonaws.com'], ...FORWARDED, ...headers])),
    body,
    isBase64Encoded: false,
  }
}

/** The same where the target group has multi-value headers enabled. */
export function albMultiValue({ method = 'GET', query = [], headers = [], body = '' }: Sent): Record<string, unknown> {
  return {
    requestContext: ELB,
    httpMethod: method,
    path: '/',
    multiValueQueryStringParameters: multi(encoded(query)),
    multiValueHeaders: multi(lower([['Host', 'lb.elb.amazonaws.com'], ...FORWARDED, ...headers])),
    body,
    isBase64Encoded: false,
  }
}

/** Every shape that the handlers accept. */
export const SHAPES = { vefaas, apiGatewayV1, apiGatewayV2, functionUrl, alb, albMultiValue } satisfies Record<
  string,
  Shape
>

/** The event with its body in base64, as AWS sends one that is not text, or that it was told to treat so. */
export function inBase64(event: Record<string, unknown>): Record<string, unknown> {
  return { ...event, body: Buffer.from(String(event.body ?? '')).toString('base64'), isBase64Encoded: true }
}

const ELB = {
  elb: {
    targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/lambda-target/49e9d65c45c6791a',
  },
}

const FORWARDED: Pair[] = [
  ['X-Forwarded-For', '192.0.2.1'],
  ['X-Forwarded-Port', '443'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Amzn-Trace-Id', 'Root=1-5bdb40ca-556d8b0c50dc66f0511bf520'],
]

function joined(pairs: readonly (readonly string[])[]): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name = '', value = ''] of pairs)
    values.set(name, values.has(name) ? `${values.get(name)},${value}` : value)
  return Object.fromEntries(values)
}

function multi(pairs: readonly Pair[]): Record<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries(values)
}

const lower = (pairs: readonly Pair[]) => pairs.map(([name, value]): Pair => [name.toLowerCase(), value])

// A URL has no way to carry half a surrogate pair.
const wellFormed = (pairs: readonly Pair[]) =>
  pairs.map(([name, value]): Pair => [name.toWellFormed(), value.toWellFormed()])

const encoded = (pairs: readonly Pair[]) =>
  wellFormed(pairs).map(([name, value]): Pair => [encodeURIComponent(name), encodeURIComponent(value)])

const canonical = (name: string) => name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())
