import http from 'node:http'
import https from 'node:https'

/** An answer of the cloud, read to its end. */
export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

export interface Connection {
  /** As it stands in the Host header. */
  readonly host: string
  /**
   * One GET over a kept-alive connection.
   * @throws {TimeoutError} when the whole answer is not there after `timeoutMs`
   * @throws the error of the socket when there is no connection or it breaks
   */
  get(path: string, headers: Record<string, string>, timeoutMs: number): Promise<Answer>
}

/** No whole answer in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

// The largest answer expected is a page of 100 instances, about 200 kB.
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/**
 * Connections to one endpoint over `node:https`, which is loaded anyway: the first global `fetch` of a process costs
 * 25 to 35 ms more.
 */
export function connect(endpoint: string): Connection {
  const { protocol, hostname, port, host } = new URL(endpoint)
  const { Agent, request } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
  const target = { agent, hostname: hostname.replace(/^\[|\]$/g, ''), port }

  return {
    host,
    get: (path, headers, timeoutMs) =>
      new Promise((resolve, reject) => {
        const sent = request({ ...target, path, headers })
        const timer = setTimeout(() => {
          sent.destroy(new TimeoutError(`no answer within ${timeoutMs} ms`))
        }, timeoutMs)
        const fail = (error: Error) => {
          clearTimeout(timer)
          reject(error)
        }
        sent.on('error', fail)
        sent.on('response', (received) => {
          const chunks: Buffer[] = []
          let size = 0
          received.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > MAX_ANSWER_BYTES) sent.destroy(new Error(`an answer of more than ${MAX_ANSWER_BYTES} bytes`))
            else chunks.push(chunk)
          })
          received.on('error', fail)
          received.on('end', () => {
            clearTimeout(timer)
            const body = Buffer.concat(chunks).toString('utf8')
            resolve({ status: received.statusCode ?? 0, headers: received.headers, body })
          })
        })
        sent.end()
      }),
  }
}
