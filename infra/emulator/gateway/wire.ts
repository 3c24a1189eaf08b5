import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface WireRequest {
  method: string
  path: string
  /** Still encoded, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface WireResponse {
  status: number
  contentType: string
  body: string
  delayMs?: number
  retryAfterSeconds?: number
  /** How much of the response is not sent: the connection is closed instead. */
  cut?: 'everything' | 'half'
}

export interface Listener {
  port: number
  /** Stops at once: closes open connections and drops delayed responses. */
  close: () => Promise<void>
}

const loopback = '127.0.0.1'

/**
 * Listens on 127.0.0.1 only. Port 0 takes a free one. Rejects with the system's error (EADDRINUSE) if the port is
 * taken.
 */
export async function listen(
  port: number,
  maxBodyBytes: number,
  answer: (request: WireRequest) => WireResponse,
): Promise<Listener> {
  const tooLarge = {
    status: 413,
    contentType: 'text/plain',
    body: `a body may have ${maxBodyBytes / 1024 / 1024} MiB at most\n`,
  }
  // UserData of 16 KiB is in the query string, which counts towards Node's limit on headers.
  const server = createServer({ maxHeaderSize: 256 * 1024, keepAliveTimeout: 65_000 }, (request, response) => {
    readBody(request, maxBodyBytes)
      .catch(() => undefined) // the client closed the connection before the end of its body
      .then((body) => send(response, body ? answer(toWireRequest(request, body)) : tooLarge))
      .catch((error) => {
        console.error(error) // a bug of the emulator: its author needs the stack
        response.destroy()
      })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, loopback, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
  }
  return size <= maxBodyBytes ? Buffer.concat(chunks) : undefined
}

function toWireRequest(request: IncomingMessage, body: Buffer): WireRequest {
  const { method = '', url = '', headers } = request
  const mark = url.indexOf('?')
  const [path, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
  return { method, path, query, headers, body }
}

function send(response: ServerResponse, content: WireResponse): void {
  if (content.delayMs) {
    const timer = setTimeout(() => write(response, content), content.delayMs)
    response.once('close', () => clearTimeout(timer))
  } else write(response, content)
}

function write(response: ServerResponse, { status, contentType, body, retryAfterSeconds, cut }: WireResponse): void {
  if (cut === 'everything') {
    response.destroy()
    return
  }
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': retryAfterSeconds }),
  })
  if (cut === 'half') response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
  else response.end(bytes)
}
