import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** A complete answer to a request. */
export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Connection {
  /** The value of the Host header. */
  readonly host: string
  /** Starts to connect, so that the next `get` need not wait for DNS, TCP and TLS. Never fails. */
  open(): void
  /**
   * Sends one GET, over a kept connection or, if `fresh`, over a new one.
   * @throws {TimeoutError} if the answer is not complete after `timeoutMs`
   * @throws {TooLargeError} if the answer has more than `maxBytes`: the rest is not read, and the connection is closed
   * @throws {CertificateError} if the certificate of the server is not accepted
   * @throws the error of the socket if it cannot connect or the connection breaks
   */
  get(path: string, headers: Record<string, string>, timeoutMs: number, fresh?: boolean): Promise<HttpResponse>
}

export interface ConnectionOptions {
  /** Certificates in PEM, trusted instead of the CAs that Node.js knows. Empty: the CAs that Node.js knows. */
  ca?: string
  /** The maximum size of an answer, including its headers. Default: 8 MB, for the cloud. */
  maxBytes?: number
}

/** The answer was not complete in time. */
export class TimeoutError extends Error {}

/** The answer is larger than the limit. */
export class TooLargeError extends Error {}

/** The server's certificate is not accepted. The cause has the code of Node.js, such as `CERT_HAS_EXPIRED`. */
export class CertificateError extends Error {}

// A connection that is idle for longer may be dead: a function may be frozen, and a NAT drops idle connections.
const IDLE_MS = 15_000

// The largest answer of the cloud is a page of 100 instances, about 200 kB; with 50 long tags on each it is 6 MB.
const MAX_BYTES = 8_000_000

/**
 * Connects to one endpoint with `node:http` or `node:https`, because the first global `fetch` of a process takes 25
 * to 35 ms more.
 */
export function connect(endpoint: string, { ca, maxBytes = MAX_BYTES }: ConnectionOptions = {}): Connection {
  const { protocol, hostname, port, host } = new URL(endpoint)
  const isHttps = protocol === 'https:'
  const { Agent, request } = isHttps ? https : http
  const target = { host: hostname, port: port || (isHttps ? 443 : 80), ...(ca && { ca }) }
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256, timeout: IDLE_MS })
  const create = agent.createConnection.bind(agent)
  let ahead: Socket | undefined
  agent.createConnection = (...options) => {
    const ready = ahead
    ahead = undefined
    return ready?.writable ? ready : create(...options)
  }
  return {
    host,
    open() {
      ahead = create({ ...target, servername: isIP(hostname) ? '' : hostname } as object) as Socket
      // Without a listener, a failure to connect would end the process. The next call connects again and reports it.
      ahead.on('error', () => {})
      ahead.setTimeout(IDLE_MS, () => ahead?.destroy()).unref()
    },
    async get(path, headers, timeoutMs, fresh) {
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise<HttpResponse>((resolve, reject) => {
          const sent = request({ ...target, agent: !fresh && agent, path, headers }, (received) => {
            const chunks: Buffer[] = []
            received.on('error', reject)
            received.on('data', (chunk) => {
              chunks.push(chunk)
              checkSize()
            })
            received.on('end', () => {
              resolve({ status: received.statusCode ?? 0, headers: received.headers, body: `${Buffer.concat(chunks)}` })
            })
          })
          const fail = (error: Error) => {
            reject(error)
            sent.destroy()
          }
          // Count all received bytes and not only the body: chunk framing and 1xx answers may be endless too. (Node.js
          // itself limits the headers.)
          let bytesBefore = 0
          const checkSize = () => {
            const bytes = (sent.socket?.bytesRead ?? 0) - bytesBefore
            if (bytes > maxBytes) fail(new TooLargeError(`an answer of more than ${maxBytes} bytes`))
          }
          sent.on('socket', ({ bytesRead }) => {
            bytesBefore = bytesRead
          })
          sent.on('information', checkSize)
          sent.on('error', (error) => {
            const isRefused = (sent.socket as Partial<TLSSocket> | null)?.authorizationError
            reject(isRefused ? new CertificateError('a certificate that is not accepted', { cause: error }) : error)
          })
          sent.end()
          timer = setTimeout(() => fail(new TimeoutError('no answer in time')), timeoutMs)
        })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
