import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type CorsPolicy, preflightAnswer, withCors } from './cors.ts'
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

/** Room for a URL with user data in it (16 kB, percent-encoded) beside the largest usual headers. */
const MAX_HEADER_BYTES = 128 * 1024

export type ProxyRoute = {
  name: string
  matchRule: MatchRule
  upstream: (request: GatewayRequest) => Promise<GatewayResponse>
  /** Seconds until the gateway stops waiting for the upstream. */
  timeoutSeconds: number
  /** Who is let through at this moment; left out: everybody. */
  keyAuth?: () => readonly KeyAuthRule[]
  /** Left out: the gateway adds nothing for pages of other origins. */
  cors?: CorsPolicy | undefined
  /** What is done to the headers of requests on their way to the upstream, and of its answers on their way back. */
  requestHeaders?: readonly HeaderOperation[]
  responseHeaders?: readonly HeaderOperation[]
}

type ProxyOptions = {
  /** 0 takes a free one. */
  port: number
  /** Asked about every request but those to the site; what it refuses goes no further. */
  admit?: ((head: RequestHead) => GatewayRefusal | undefined) | undefined
  site?: Site | undefined
  /** What it serves at this moment. */
  service: () => ProxyService
}

export type ProxyService = {
  /** Whose API it is. */
  api: ApiIdentity
  /** Why it serves nothing just now, if so. */
  refusal?: GatewayRefusal | undefined
  /** Earlier ones first. */
  routes: readonly ProxyRoute[]
}

export type ProxyServer = {
  url: string
  port: number
  /** Stops listening and cuts every connection. */
  close(): Promise<void>
}

/** An emulated API gateway (the data plane), on 127.0.0.1 alone. Rejects when it cannot listen. */
export async function startProxy({ port, admit, site, service }: ProxyOptions): Promise<ProxyServer> {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const head = readRequestHead(request)
    const { api, refusal, routes } = service()
    const page = site?.answer(head)
    const answer = page ? await page : (admit?.(head) ?? refusal ?? (await answerTo(request, head, routes)))
    if (answer === 'gone') return
    const sent = sendResponse(response, 'code' in answer ? refusalResponse(answer, api, head) : answer)
    if (!sent) sendResponse(response, refusalResponse(refusals.invalidResponse, api, head))
    request.resume() // the rest of a body that was not wanted
  }

  // Connections that Node no longer counts among its own.
  const handedOver = new Set<Duplex>()
  const keep = (socket: Duplex) => {
    handedOver.add(socket)
    socket.on('close', () => handedOver.delete(socket))
  }
  const listener = () => {
    const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false }, serve)
    server.maxHeadersCount = 0 // their size is limited; Node would drop those after the 2,000th without a word
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!declaredTooLarge(request)) response.writeContinue()
      serve(request, response)
    })
    server.on('connect', (_request, socket) => {
      keep(socket)
      sendRaw(socket, refusalResponse(refusals.noProxy, service().api))
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const refusal = unreadable[error.code ?? ''] ?? refusals.malformed
      sendRaw(socket, refusalResponse(refusal, service().api))
    })
    return server
  }
  const server = listener()
  // With a site, Node hands over every request that would change the protocol, without its body. Clients offer HTTP/2 that
  // way (Java's with every request): those are read from here, as if they had not.
  const plain = listener()
  if (site) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, firstBytes: Buffer) => {
      keep(socket)
      socket.on('error', () => socket.destroy()) // Node has taken its own listener away
      const head = readRequestHead(request)
      if (head.path === site.webSocket.path && /^websocket$/i.test(request.headers.upgrade ?? '')) {
        const refusal = admit?.(head)
        if (refusal) sendRaw(socket, refusalResponse(refusal, service().api, head))
        else site.webSocket.open(request, head, socket, firstBytes)
      } else {
        socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), firstBytes]))
        plain.emit('connection', socket)
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
        for (const socket of handedOver) socket.destroy()
      }),
  }
}

const refusals = {
  noHost: { status: 400, code: 'InvalidRequest', message: 'The request has no Host header.' },
  malformed: { status: 400, code: 'InvalidRequest', message: 'The request is not valid HTTP/1.1.' },
  noProxy: { status: 405, code: 'MethodNotAllowed', message: 'CONNECT is not served; GET and POST are.' },
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

/** What Node.js could not read as a request, by the code of its error. */
const unreadable: Record<string, GatewayRefusal> = {
  HPE_HEADER_OVERFLOW: refusals.largeHead,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.late,
}

async function answerTo(
  request: IncomingMessage,
  head: RequestHead,
  routes: readonly ProxyRoute[],
): Promise<GatewayResponse | GatewayRefusal | 'gone'> {
  if (request.headers.host === undefined && request.httpVersion === '1.1') return refusals.noHost
  const route = findRoute(routes, head)
  if (route === undefined) return noRoute(routes, head)
  const preflight = route.cors && preflightAnswer(route.cors, head)
  if (preflight) return preflight
  const caller = checkKey(route.keyAuth?.() ?? [], head)
  if ('code' in caller) return caller
  const body = await readRequestBody(request)
  if (body === 'gone') return 'gone'
  if (body === 'too large') return refusals.largeBody
  const { consumer } = caller
  const headers = consumer === undefined ? head.headers : [...head.headers, forwardConsumer(consumer)]
  const answer = await forward(route, {
    ...head,
    headers: applyHeaderOperations(route.requestHeaders ?? [], headers),
    body,
  })
  return 'code' in answer ? answer : toClientResponse(route, head, answer)
}

function toClientResponse(
  { cors, responseHeaders }: ProxyRoute,
  head: RequestHead,
  answer: GatewayResponse,
): GatewayResponse {
  const operated = responseHeaders
    ? { ...answer, headers: applyToResponseHeaders(responseHeaders, answer.headers) }
    : answer
  return cors ? withCors(cors, head, operated) : operated
}

/** Who has called, for the function. A client's own header of this name was taken away when the request came. */
function forwardConsumer(name: string): [name: string, value: string] {
  return ['X-Forward-Consumer', name]
}

async function forward(
  { name, upstream, timeoutSeconds }: ProxyRoute,
  request: GatewayRequest,
): Promise<GatewayResponse | GatewayRefusal> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<GatewayRefusal>((resolve) => {
    const message = `${name} did not answer within ${timeoutSeconds} s.`
    timer = setTimeout(() => resolve({ status: 504, code: 'UpstreamTimeout', message }), timeoutSeconds * 1_000)
  })
  try {
    return await Promise.race([upstream(request), late])
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
