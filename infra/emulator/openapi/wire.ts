import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpRequest {
  method: string
  path: string
  /** As it was sent, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answer {
  status: number
  contentType: string
  body: string
  delayMs?: number
  retryAfterSeconds?: number
  /** The part of the answer that is not sent before the connection closes. */
  cut?: 'everything' | 'half'
}

export interface Listening {
  port: number
  /** Stops at once: open connections are closed, answers that still wait are dropped. */
  close: () => Promise<void>
}

const loopback = '127.0.0.1'

/** Serves on 127.0.0.1 only. `port` 0 takes a free one; rejects with the system's error (EADDRINUSE) when it is taken. */
export async function listen(
  port: number,
  mostBodyBytes: number,
  answer: (request: HttpRequest) => Answer,
): Promise<Listening> {
  const tooLarge = {
    status: 413,
    contentType: 'text/plain',
    body: `a body may have ${mostBodyBytes / 1024 / 1024} MiB at most\n`,
  }
  // UserData of 16 KiB travels in the query string, which Node counts as header.
  const server = createServer({ maxHeaderSize: 256 * 1024, keepAliveTimeout: 65_000 }, (request, response) => {
    readBody(request, mostBodyBytes)
      .catch(() => undefined) // the client went away while it was sending
      .then((body) => send(response, body ? answer(describe(request, body)) : tooLarge))
      .catch((error) => {
        console.error(error) // a bug of the emulator: its author should see where
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

async function readBody(request: IncomingMessage, mostBodyBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= mostBodyBytes) chunks.push(chunk)
  }
  return size <= mostBodyBytes ? Buffer.concat(chunks) : undefined
}

function describe(request: IncomingMessage, body: Buffer): HttpRequest {
  const { method = '', url = '', headers } = request
  const mark = url.indexOf('?')
  const [path, query] = mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
  return { method, path, query, headers, body }
}

function send(response: ServerResponse, answer: Answer): void {
  if (answer.delayMs) {
    const timer = setTimeout(() => write(response, answer), answer.delayMs)
    response.once('close', () => clearTimeout(timer))
  } else write(response, answer)
}

function write(response: ServerResponse, { status, contentType, body, retryAfterSeconds, cut }: Answer): void {
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
