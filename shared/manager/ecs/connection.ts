import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Connection {
  /** As it stands in the Host header. */
  readonly host: string
  /** Begins to connect, for the next `get` to find DNS, TCP and TLS done or on their way. Never fails. */
  open(): void
  /**
   * One GET, over a kept-alive connection or, if `fresh`, over one of its own.
   * @throws {TimeoutError} when the whole answer is not there after `timeoutMs`
   * @throws {TooLargeError} when the answer has more than `maxBytes`: the rest is not read, the connection is closed
   * @throws {CertificateError} when the certificate of the server is not accepted
   * @throws the error of the socket when there is no connection or it breaks
   */
  get(path: string, headers: Record<string, string>, timeoutMs: number, fresh?: boolean): Promise<Answer>
}

export interface ConnectionOptions {
  /** Certificates in PEM, to trust in place of the CAs that Node.js knows. Empty: those. */
  ca?: string
  /** The most that is read of an answer, its headers included. Default 8 MB, for the cloud. */
  maxBytes?: number
}

/** No whole answer in time. */
export class TimeoutError extends Error {}

/** An answer beyond the limit. */
export class TooLargeError extends Error {}

/** The server's certificate is not accepted. The cause says why, with the code of Node.js (`CERT_HAS_EXPIRED`). */
export class CertificateError extends Error {}

// A function may be frozen and thawed, and a NAT forgets: a connection that was idle for long is likely dead.
const IDLE_MS = 15_000

// The largest answer of the cloud is a page of 100 instances, about 200 kB; with 50 long tags on each it is 6 MB.
const MAX_BYTES = 8_000_000

/**
 * Connections to one endpoint over `node:http` or `node:https`: the first global `fetch` of a process costs 25 to 35 ms
 * more.
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
      // Without a listener, no connection would be the end of the process. The next call makes one of its own and tells.
      ahead.on('error', () => {})
      ahead.setTimeout(IDLE_MS, () => ahead?.destroy()).unref()
    },
    async get(path, headers, timeoutMs, fresh) {
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise<Answer>((resolve, reject) => {
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
          // All that comes in counts, and not only the body: the framing of chunks, and answers with 1xx, may have no end.
          // (Node.js itself limits the headers.)
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
