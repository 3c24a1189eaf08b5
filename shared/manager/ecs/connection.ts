import type { IncomingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'

/** An answer of the cloud, read to its end. */
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
   * @throws the error of the socket when there is no connection or it breaks
   */
  get(path: string, headers: Record<string, string>, timeoutMs: number, fresh?: boolean): Promise<Answer>
}

/** No whole answer in time. */
export class TimeoutError extends Error {}

// A function may be frozen and thawed, and a NAT forgets: a connection that was idle for long is likely dead.
const IDLE_MS = 15_000

// The largest answer expected is a page of 100 instances, about 200,000 characters.
const MAX_ANSWER_LENGTH = 16_000_000

/**
 * Connections to one endpoint over `node:http` or `node:https`: the first global `fetch` of a process costs 25 to 35 ms
 * more.
 */
export function connect(endpoint: string): Connection {
  const { protocol, hostname, port, host } = new URL(endpoint)
  // Only the one that is needed: node:https with TLS takes 2 ms to load. Before Node 20.16 a bundle has require alone.
  const isHttps = protocol === 'https:'
  const load: typeof process.getBuiltinModule = process.getBuiltinModule ?? require
  const { Agent, request } = load(isHttps ? 'node:https' : 'node:http')
  const target = { host: hostname, port: port || (isHttps ? 443 : 80) }
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
      ahead = create({ ...target, servername: hostname } as object) as Socket
      // Without a listener, no connection would be the end of the process. The next call makes one of its own and tells.
      ahead.on('error', () => {})
      ahead.setTimeout(IDLE_MS, () => ahead?.destroy()).unref()
    },
    async get(path, headers, timeoutMs, fresh) {
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise<Answer>((resolve, reject) => {
          const sent = request({ ...target, agent: !fresh && agent, path, headers }, (received) => {
            let body = ''
            received.setEncoding('utf8')
            received.on('error', reject)
            received.on('data', (chunk) => {
              body += chunk
              if (body.length > MAX_ANSWER_LENGTH) sent.destroy(new Error('too large'))
            })
            received.on('end', () => resolve({ status: received.statusCode ?? 0, headers: received.headers, body }))
          })
          sent.on('error', reject)
          sent.end()
          timer = setTimeout(() => {
            reject(new TimeoutError('no answer in time'))
            sent.destroy()
          }, timeoutMs)
        })
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
