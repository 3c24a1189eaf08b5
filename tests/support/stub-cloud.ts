import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import type { Certified } from './certificates.ts'

export interface Stub {
  url: string
  port: number
  /** What was asked, in order: the path with its query. */
  asked: string[]
  /** Headers of what was asked, in order. */
  headers: IncomingMessage['headers'][]
  /** How many connections were opened. */
  connections(): number
  /** Closes the connections that wait for a next request. */
  closeIdle(): void
  close(): Promise<void>
}

/**
 * An HTTP server on loopback that answers whatever it likes: for what the emulated cloud is too well-behaved for. With a
 * certificate it speaks HTTPS.
 */
export async function startStub(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
  host = '127.0.0.1',
  certified?: Certified,
): Promise<Stub> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  let connections = 0
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    asked.push(request.url ?? '')
    headers.push(request.headers)
    answer(request, response, asked.length)
  }
  const options = { maxHeaderSize: 256 * 1024, keepAliveTimeout: 60_000 }
  const server = certified
    ? createHttpsServer({ ...options, ...certified }, listener)
    : createHttpServer(options, listener)
  server.on('connection', () => {
    connections += 1
  })
  const port = await listening(server, host)
  return {
    url: `${certified ? 'https' : 'http'}://${host}:${port}`,
    port,
    asked,
    headers,
    connections: () => connections,
    closeIdle: () => server.closeIdleConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A server that reads a request and lets the test do with the socket what it likes. */
export async function startRawStub(answer: (socket: Socket, count: number) => void, host = '127.0.0.1') {
  const sockets = new Set<Socket>()
  let count = 0
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', () => answer(socket, ++count))
  })
  const port = await listening(server, host)
  return {
    url: `http://${host}:${port}`,
    asked: () => count,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function listening(server: Server, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  return (server.address() as AddressInfo).port
}

/** Answers as the cloud does. */
export function answerWith(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** A good envelope around a result. */
export function enveloped(Result: unknown) {
  return {
    ResponseMetadata: { RequestId: 'cloud-request-1', Action: '', Version: '', Service: 'ecs', Region: '' },
    Result,
  }
}
