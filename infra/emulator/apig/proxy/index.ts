import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type CorsPolicy, preflightResponse, withCors } from './cors.ts'
import { applyHeaderOperations, applyToResponseHeaders, type HeaderOperation } from './header-operations.ts'
import { checkKey, type KeyAuthRule } from './key-auth.ts'
import { findRoute, type MatchRule, type RequestHead } from './match.ts'
import { type ApiIdentity, type GatewayRefusal, noRoute, refusalResponse } from './refusal.ts'
import {
  declaredTooLarge,
  type GatewayRequest,
  MAX_REQUEST_BODY_BYTES,
  readRequestBody,
  readRequestHead,
} from './request.ts'
import { type GatewayResponse, sendRaw, sendResponse } from './response.ts'
import { headWithoutUpgrade, type Site } from './site.ts'

/** Enough for a URL with user data (16 kB, percent-encoded) and large usual headers. */
const MAX_HEADER_BYTES = 128 * 1024

export type ProxyRoute = {
  name: string
  matchRule: MatchRule
  upstream: (request: GatewayRequest) => Promise<GatewayResponse>
  /** How long the gateway waits for the upstream, in seconds. */
  timeoutSeconds: number
  /** The rules at this moment. Default: no key is required. */
  keyAuth?: () => readonly KeyAuthRule[]
  /** Default: no CORS headers. */
  cors?: CorsPolicy | undefined
  /** Applied to requests before they go to the upstream. */
  requestHeaders?: readonly HeaderOperation[]
  /** Applied to responses of the upstream. */
  responseHeaders?: readonly HeaderOperation[]
}

type ProxyOptions = {
  /** 0 takes a free port. */
  port: number
  /** May refuse any request, except requests to the site. */
  admit?: ((head: RequestHead) => GatewayRefusal | undefined) | undefined
  site?: Site | undefined
  /** The service at this moment. */
  service: () => ProxyService
}

export type ProxyService = {
  api: ApiIdentity
  /** Why it serves no routes at this moment; undefined if it does. */
  refusal?: GatewayRefusal | undefined
  /** In the order of their creation. */
  routes: readonly ProxyRoute[]
}

export type ProxyServer = {
  url: string
  port: number
  /** Stops listening and cuts every connection. */
  close(): Promise<void>
}

/** Starts an emulated API gateway (the data plane) on 127.0.0.1. Rejects if it cannot listen. */
export async function startProxy({ port, admit, site, service }: ProxyOptions): Promise<ProxyServer> {
  const respondTo = async (
    request: IncomingMessage,
    head: RequestHead,
    refusal: GatewayRefusal | undefined,
    routes: readonly ProxyRoute[],
  ) => {
    const page = site?.answer(head)
    if (page) return page
    return admit?.(head) ?? refusal ?? forwardToRoute(request, head, routes)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const head = readRequestHead(request)
    const { api, refusal, routes } = service()
    const outcome = await respondTo(request, head, refusal, routes)
    if (outcome === 'gone') return
    const sent = sendResponse(response, 'code' in outcome ? refusalResponse(outcome, api, head) : outcome)
    if (!sent) sendResponse(response, refusalResponse(refusals.invalidResponse, api, head))
    request.resume() // discard the unread rest of the body
  }

  // Connections that closeAllConnections() does not close, because Node has handed them over.
  const detached = new Set<Duplex>()
  const track = (socket: Duplex) => {
    detached.add(socket)
    socket.on('close', () => detached.delete(socket))
  }
  const listener = () => {
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false }, serve)
    server.maxHeadersCount = 0 // their size is limited already, and Node silently drops those after the 2,000th
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!declaredTooLarge(request)) response.writeContinue()
      serve(request, response)
    })
    server.on('connect', (_request, socket) => {
      track(socket)
      sendRaw(socket, refusalResponse(refusals.noProxy, service().api))
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const refusal = parseErrors[error.code ?? ''] ?? refusals.malformed
      sendRaw(socket, refusalResponse(refusal, service().api))
    })
    return server
  }
  const server = listener()
  // With a listener for 'upgrade', Node detaches every request with an Upgrade header and does not read its body.
  // Clients offer HTTP/2 that way (Java's in every request). A second server reads these requests, without the Upgrade
  // header.
  const upgradeIgnoringServer = listener()
  if (site) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, firstBytes: Buffer) => {
      track(socket)
      socket.on('error', () => socket.destroy()) // Node has removed its own listener
      const head = readRequestHead(request)
      if (head.path === site.webSocket.path && /^websocket$/i.test(request.headers.upgrade ?? '')) {
        const refusal = admit?.(head)
        if (refusal) sendRaw(socket, refusalResponse(refusal, service().api, head))
        else site.webSocket.open(request, head, socket, firstBytes)
      } else {
        socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), firstBytes]))
        upgradeIgnoringServer.emit('connection', socket)
      }
    })
  }
  const address = await listen(server, port)

  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of detached) socket.destroy()
      }),
  }
}

const refusals = {
  noHost: { status: 400, code: 'InvalidRequest', message: 'The request has no Host header.' },
  malformed: { status: 400, code: 'InvalidRequest', message: 'The request is not valid HTTP/1.1.' },
  noProxy: { status: 405, code: 'MethodNotAllowed', message: 'CONNECT is not supported.' },
  late: { status: 408, code: 'RequestTimeout', message: 'The request did not arrive in time.' },
  largeHead: {
    status: 413,
    code: 'RequestEntityTooLarge',
    message: `The URL and the headers together are larger than ${MAX_HEADER_BYTES} bytes; long parameters can go into a JSON body.`,
  },
  largeBody: {
    status: 413,
    code: 'RequestEntityTooLarge',
    message: `The body is larger than ${MAX_REQUEST_BODY_BYTES} bytes.`,
  },
  invalidResponse: { status: 502, code: 'BadGateway', message: 'The function returned headers that cannot be sent.' },
  unavailable: { status: 503, code: 'ServiceUnavailable', message: 'The function cannot be reached.' },
} satisfies Record<string, GatewayRefusal>

/** Requests that Node could not parse, by the code of its error. */
const parseErrors: Record<string, GatewayRefusal> = {
  HPE_HEADER_OVERFLOW: refusals.largeHead,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.late,
}

async function forwardToRoute(
  request: IncomingMessage,
  head: RequestHead,
  routes: readonly ProxyRoute[],
): Promise<GatewayResponse | GatewayRefusal | 'gone'> {
  if (request.headers.host === undefined && request.httpVersion === '1.1') return refusals.noHost
  const route = findRoute(routes, head)
  if (route === undefined) return noRoute(routes, head)
  const preflight = route.cors && preflightResponse(route.cors, head)
  if (preflight) return preflight
  const caller = checkKey(route.keyAuth?.() ?? [], head)
  if ('code' in caller) return caller
  const body = await readRequestBody(request)
  if (body === 'gone') return 'gone'
  if (body === 'too large') return refusals.largeBody
  const { consumer } = caller
  const headers = consumer === undefined ? head.headers : [...head.headers, consumerHeader(consumer)]
  const response = await forward(route, {
    ...head,
    headers: applyHeaderOperations(route.requestHeaders ?? [], headers),
    body,
  })
  return 'code' in response ? response : toClientResponse(route, head, response)
}

function toClientResponse(
  { cors, responseHeaders }: ProxyRoute,
  head: RequestHead,
  upstreamResponse: GatewayResponse,
): GatewayResponse {
  let response = upstreamResponse
  if (responseHeaders) response = { ...response, headers: applyToResponseHeaders(responseHeaders, response.headers) }
  return cors ? withCors(cors, head, response) : response
}

/** Tells the function who called. A client's own header of this name has been removed by readRequestHead. */
function consumerHeader(name: string): [name: string, value: string] {
  return ['X-Forward-Consumer', name]
}

async function forward(
  { name, upstream, timeoutSeconds }: ProxyRoute,
  request: GatewayRequest,
): Promise<GatewayResponse | GatewayRefusal> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<GatewayRefusal>((resolve) => {
    const message = `${name} did not answer within ${timeoutSeconds} s.`
    timer = setTimeout(() => resolve({ status: 504, code: 'UpstreamTimeout', message }), timeoutSeconds * 1_000)
  })
  try {
    return await Promise.race([upstream(request), timeout])
  } catch {
    return refusals.unavailable
  } finally {
    clearTimeout(timer)
  }
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo))
  })
}
