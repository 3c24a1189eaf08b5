import type { IncomingMessage } from 'node:http'
import type { RequestHead } from './match.ts'

/** Assumption, as the gateway's limit is not documented: it is the limit of a function. */
export const MAX_REQUEST_BODY_BYTES = 6 * 1024 * 1024

/** A request to an upstream. */
export type GatewayRequest = RequestHead & { body: Buffer }

/** Headers that apply to one connection only and are not forwarded (RFC 9110, section 7.6.1). */
export const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * Headers that only the gateway and the platform may set: they are removed from requests of clients. Assumption: the
 * real gateway forwards X-Faas-Event-Type, which is the harder case for a function.
 */
const RESERVED = /^(x-faas-(?!event-type$).*|x-forward-consumer|x-real-ip|x-real-port)$/

/** Reads what decides the route, with the headers that the upstream gets. */
export function readRequestHead(request: IncomingMessage): RequestHead {
  const { path, query } = splitUrl(request.url ?? '/')
  return { method: request.method ?? 'GET', path, query, headers: headersOf(request) }
}

/** Reads the body up to the limit. Returns `gone` if the client disconnects. */
export async function readRequestBody(request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> {
  if (declaredTooLarge(request)) return 'too large'
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > MAX_REQUEST_BODY_BYTES) return 'too large'
      chunks.push(chunk)
    }
  } catch {
    return 'gone'
  }
  return Buffer.concat(chunks)
}

export function declaredTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > MAX_REQUEST_BODY_BYTES
}

/** Not with `new URL`: it takes a path such as `//x` for a host and throws for others. */
function splitUrl(url: string): { path: string; query: string } {
  const relative = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  const mark = relative.indexOf('?')
  if (mark < 0) return { path: relative || '/', query: '' }
  return { path: relative.slice(0, mark) || '/', query: relative.slice(mark + 1) }
}

function headersOf({ rawHeaders, socket }: IncomingMessage): [name: string, value: string][] {
  const headers: [string, string][] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const lower = name.toLowerCase()
    if (!HOP_BY_HOP.has(lower) && !RESERVED.test(lower)) headers.push([name, value])
  }
  headers.push(['X-Real-Ip', socket.remoteAddress ?? ''], ['X-Real-Port', String(socket.remotePort ?? '')])
  return headers
}
