import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type CorsPolicy, preflightAnswer, withCors } from './cors.ts'
import { type HeaderOperation, operate, operateOnAnswer } from './header-operations.ts'
import { checkKey, type KeyAuth } from './key-auth.ts'
import { findRoute, type MatchRule, type Target } from './match.ts'
import { type Api, noRoute, type Refusal, refusalResponse } from './refusal.ts'
import { bodyOf, declaredTooLarge, type GatewayRequest, MAX_BODY_BYTES, targetOf } from './request.ts'
import { type GatewayResponse, send, sendRaw } from './response.ts'
import { headWithoutUpgrade, type Site } from './site.ts'

/** Room for a URL with user data in it (16 kB, percent-encoded) beside the largest usual headers. */
const MAX_HEADER_BYTES = 128 * 1024

export type Route = {
  name: string
  matchRule: MatchRule
  upstream: (request: GatewayRequest) => Promise<GatewayResponse>
  /** Seconds until the gateway stops waiting for the upstream. */
  timeoutSeconds: number
  /** Who is let through at this moment; left out: everybody. */
  keyAuth?: () => readonly KeyAuth[]
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
  admit?: ((target: Target) => Refusal | undefined) | undefined
  site?: Site | undefined
  /** What it serves at this moment. */
  service: () => Service
}

export type Service = {
  /** Whose API it is. */
  api: Api
  /** Why it serves nothing just now, if so. */
  refusal?: Refusal | undefined
  /** Earlier ones first. */
  routes: readonly Route[]
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
    const target = targetOf(request)
    const { api, refusal, routes } = service()
    const page = site?.answer(target)
    const answer = page ? await page : (admit?.(target) ?? refusal ?? (await answerTo(request, target, routes)))
    if (answer === 'gone') return
    const sent = send(response, 'code' in answer ? refusalResponse(answer, api, target) : answer)
    if (!sent) send(response, refusalResponse(refusals.invalidResponse, api, target))
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
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      keep(socket)
      socket.on('error', () => socket.destroy()) // Node has taken its own listener away
      const target = targetOf(request)
      if (target.path === site.webSocket.path && /^websocket$/i.test(request.headers.upgrade ?? '')) {
        const refusal = admit?.(target)
        if (refusal) sendRaw(socket, refusalResponse(refusal, service().api, target))
        else site.webSocket.open(request, target, socket, head)
      } else {
        socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), head]))
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
    message: `The body is larger than ${MAX_BODY_BYTES} bytes.`,
  },
  invalidResponse: { status: 502, code: 'BadGateway', message: 'The function returned headers that cannot be sent.' },
  unavailable: { status: 503, code: 'ServiceUnavailable', message: 'The function cannot be reached.' },
} satisfies Record<string, Refusal>

/** What Node.js could not read as a request, by the code of its error. */
const unreadable: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: refusals.largeHead,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.late,
}

async function answerTo(
  request: IncomingMessage,
  target: Target,
  routes: readonly Route[],
): Promise<GatewayResponse | Refusal | 'gone'> {
  if (request.headers.host === undefined && request.httpVersion === '1.1') return refusals.noHost
  const route = findRoute(routes, target)
  if (route === undefined) return noRoute(routes, target)
  const preflight = route.cors && preflightAnswer(route.cors, target)
  if (preflight) return preflight
  const caller = checkKey(route.keyAuth?.() ?? [], target)
  if ('code' in caller) return caller
  const body = await bodyOf(request)
  if (body === 'gone') return 'gone'
  if (body === 'too large') return refusals.largeBody
  const { consumer } = caller
  const headers = consumer === undefined ? target.headers : [...target.headers, forwardConsumer(consumer)]
  const answer = await forward(route, { ...target, headers: operate(route.requestHeaders ?? [], headers), body })
  return 'code' in answer ? answer : finished(route, target, answer)
}

function finished({ cors, responseHeaders }: Route, target: Target, answer: GatewayResponse): GatewayResponse {
  const operated = responseHeaders ? { ...answer, headers: operateOnAnswer(responseHeaders, answer.headers) } : answer
  return cors ? withCors(cors, target, operated) : operated
}

/** Who has called, for the function. A client's own header of this name was taken away when the request came. */
function forwardConsumer(name: string): [name: string, value: string] {
  return ['X-Forward-Consumer', name]
}

async function forward(
  { name, upstream, timeoutSeconds }: Route,
  request: GatewayRequest,
): Promise<GatewayResponse | Refusal> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Refusal>((resolve) => {
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
