import { Signer } from '@volcengine/openapi'
import type { ApigService } from './index.ts'
import type { GatewayRequest } from './proxy/request.ts'
import type { GatewayResponse } from './proxy/response.ts'

export type Body = Readonly<Record<string, unknown>>

export interface Reply {
  status: number
  metadata: Record<string, unknown>
  /** The Result of the call, or `{}` if it was refused. */
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the fields of its action
  result: any
  /** For tables of cases: `<status> <Code>` of a refusal, `200` of a success. */
  outcome: string
  message: string
}

export interface CallOptions {
  region?: string
  version?: string
}

const newerActions = /Route|^(Create|Update|Get|Delete)Plugin$/

/** A client of the API at `url` for tests: the official signature over plain `fetch`, without retries. */
export function caller(url: string) {
  return async function call(Action: string, body: Body = {}, options: CallOptions = {}): Promise<Reply> {
    const { query, ...request } = signedRequest(Action, body, options)
    const response = await fetch(`${url}/?${query}`, request)
    return replyOf(response.status, await response.text())
  }
}

/** The same without HTTP: thousands of calls per second. */
export function directCaller(apig: Pick<ApigService, 'answerCall'>) {
  return function call(Action: string, body: Body = {}, options: CallOptions = {}): Reply {
    const { query, method, headers, body: text } = signedRequest(Action, body, options)
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const request = { method, path: '/', query, headers: lower, body: Buffer.from(text) }
    const answer = apig.answerCall(request)
    return replyOf(answer.status, answer.body)
  }
}

/** A request as `@volcengine/openapi` signs it. */
function signedRequest(Action: string, body: Body, options: CallOptions) {
  const { region = 'cn-beijing', version = newerActions.test(Action) ? '2022-11-12' : '2021-03-03' } = options
  const params = { Action, Version: version }
  const text = JSON.stringify(body)
  const headers: Record<string, string> = { 'Content-Type': 'application/json' }
  const signer = new Signer({ method: 'POST', region, headers, params, body: text }, 'apig')
  signer.addAuthorization({ accessKeyId: 'AKLOCAL', secretKey: 'local-secret' })
  return { query: new URLSearchParams(params).toString(), method: 'POST', headers, body: text }
}

function replyOf(status: number, text: string): Reply {
  const { ResponseMetadata, Result = {} } = JSON.parse(text) as Envelope
  const { Error: error } = ResponseMetadata
  return {
    status,
    metadata: ResponseMetadata,
    result: Result,
    outcome: error ? `${status} ${error.Code}` : `${status}`,
    message: error?.Message ?? '',
  }
}

interface Envelope {
  ResponseMetadata: Record<string, unknown> & { Error?: { Code: string; Message: string } }
  Result?: unknown
}

/** Functions for tests: each responds with its id and the request. */
export function echoFunctions(...released: string[]) {
  const ids = new Set(released)
  return {
    ids,
    hasReleased: (functionId: string) => ids.has(functionId),
    invoke: async (functionId: string, { body, ...request }: GatewayRequest): Promise<GatewayResponse> => ({
      status: 200,
      headers: { 'Content-Type': 'application/json', 'X-Function': functionId },
      body: Buffer.from(JSON.stringify({ functionId, ...request, body: body.toString() })),
    }),
  }
}

/** Creates what a route needs: a gateway, a service in it, and an upstream to a function. */
export async function prepare(call: ReturnType<typeof caller>, functionId = 'function-1') {
  const GatewayId: string = (await call('CreateGateway', gatewayBody)).result.Id
  const ServiceId: string = (await call('CreateGatewayService', { ...serviceBody, GatewayId })).result.Id
  const UpstreamId: string = (await call('CreateUpstream', upstreamBody(GatewayId, functionId))).result.Id
  return { GatewayId, ServiceId, UpstreamId }
}

/** Valid request bodies. */
export const gatewayBody = { Name: 'gateway-1', Region: 'cn-beijing', Type: 'serverless' }
export const serviceBody = { ServiceName: 'service-1', Protocol: ['HTTP', 'HTTPS'], AuthSpec: { Enable: false } }
export const upstreamBody = (GatewayId: string, FunctionId: string) => ({
  GatewayId,
  Name: 'upstream-1',
  SourceType: 'VeFaas',
  UpstreamSpec: { VeFaas: { FunctionId } },
})
export const routeBody = (ServiceId: string, UpstreamId: string, path = '/') => ({
  ServiceId,
  Name: 'route-1',
  Enable: true,
  MatchRule: { Path: { MatchType: 'Exact', MatchContent: path } },
  UpstreamList: [{ UpstreamId, Weight: 100 }],
})

/** The address of a service, from GetGatewayService. */
export async function domainOf(call: ReturnType<typeof caller>, ServiceId: string): Promise<string> {
  return (await call('GetGatewayService', { Id: ServiceId })).result.GatewayService.Domains[0].Domain
}

/** Sends a request through the gateway and returns the response, with its body parsed as JSON. */
export async function fetchFromGateway(apig: Pick<ApigService, 'gatewayUrl'>, path: string, init: RequestInit = {}) {
  const response = await fetch(apig.gatewayUrl + path, init)
  const text = await response.text()
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the fields of its response
  return { status: response.status, headers: response.headers, body: (text ? JSON.parse(text) : undefined) as any }
}
