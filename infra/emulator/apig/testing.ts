import { type CallOptions, type Reply as ReplyWith, replyOf, send, signedPost } from '../gateway/testing.ts'
import type { ApigService } from './index.ts'
import type { GatewayRequest } from './proxy/request.ts'
import type { GatewayResponse } from './proxy/response.ts'

export type Body = Readonly<Record<string, unknown>>

/** A refusal has the result `{}`. */
// biome-ignore lint/suspicious/noExplicitAny: a test knows the fields of its action
type Reply = ReplyWith<any>

const newerActions = /Route|^(Create|Update|Get|Delete)Plugin$/

/** A client of the API at `url` for tests: the official signature over plain `fetch`, without retries. */
export function caller(url: string) {
  return async function call(Action: string, body: Body = {}, options: CallOptions = {}): Promise<Reply> {
    const { query, ...request } = signedRequest(Action, body, options)
    return withResult(await send(`${url}/?${query}`, request))
  }
}

/** The same without HTTP: thousands of calls per second. */
export function directCaller(apig: Pick<ApigService, 'answerCall'>) {
  return function call(Action: string, body: Body = {}, options: CallOptions = {}): Reply {
    const { query, method, headers, body: text } = signedRequest(Action, body, options)
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const answer = apig.answerCall({ method, path: '/', query, headers: lower, body: Buffer.from(text) })
    return withResult(replyOf(answer.status, answer.body))
  }
}

function signedRequest(Action: string, body: Body, options: CallOptions) {
  const { version = newerActions.test(Action) ? '2022-11-12' : '2021-03-03' } = options
  return signedPost('apig', Action, version, body, options)
}

function withResult(reply: Reply): Reply {
  return { ...reply, result: reply.result ?? {} }
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
