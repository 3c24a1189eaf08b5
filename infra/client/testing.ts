import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { FakeServer, pictureOf } from '../../shared/desktop/testing.ts'

// For tests: what is between a client and the service, and a desktop.

export interface Received {
  action: string
  parameters: Record<string, unknown>
  requestId: string
  key: string | undefined
}

export interface TestServer {
  url: string
  received: Received[]
  close(): void
}

type Handle = (request: Received, response: ServerResponse, incoming: IncomingMessage) => unknown

/** A server in place of the service. */
export async function startServer(handle: Handle): Promise<TestServer> {
  const received: Received[] = []
  const server = createServer(async (incoming, response) => {
    const { url = '', headers } = incoming
    const request: Received = {
      action: url.startsWith('/?') ? (new URLSearchParams(url.slice(2)).get('Action') ?? '') : url,
      parameters: JSON.parse(await text(incoming)),
      requestId: String(headers['x-request-id']),
      key: headers['x-api-key'] as string | undefined,
    }
    received.push(request)
    await handle(request, response, incoming)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close }
}

/** What happens to a call on its way: its request or its answer is lost, or the answer never arrives. */
export type Loss = 'request' | 'answer' | 'hang' | undefined

/** A bad network between a client and the service. `lose` decides on each call. */
export function startLossyNetwork(target: string, lose: (request: Received) => Loss): Promise<TestServer> {
  return startServer(async (request, response, incoming) => {
    const loss = lose(request)
    if (loss === 'request') {
      incoming.socket.destroy()
      return
    }
    const answer = await fetch(`${target}${incoming.url}`, {
      method: 'POST',
      headers: incoming.headers as Record<string, string>,
      body: JSON.stringify(request.parameters),
    })
    const body = await answer.text()
    if (loss === 'answer') incoming.socket.destroy()
    if (loss !== undefined) return
    response.writeHead(answer.status, { 'Content-Type': 'application/json' })
    response.end(body)
  })
}

/** Answers a call as the service does. */
export function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export const failure = (Code: string, Message = 'It failed.') => ({
  ResponseMetadata: { RequestId: 'id-of-the-service', Error: { Code, Message } },
})

/** Larger than a mouse pointer, which is no content. */
const SIZE = { width: 200, height: 100 }

export interface FakeDesktop {
  /** Keys and clicks that it received. */
  events: string[]
  close(): void
}

/** A VNC server without a screen, at the address of a machine. */
export async function startFakeDesktop(address: string, port: number): Promise<FakeDesktop> {
  const events: string[] = []
  const server = createTcpServer(async (socket) => {
    const desktop = new FakeServer(pictureOf(SIZE.width, SIZE.height))
    const { stream } = desktop
    socket.on('error', () => {})
    socket.on('close', () => stream.destroy())
    socket.on('data', (bytes) => {
      const before = desktop.events.length
      stream.write(bytes)
      events.push(...desktop.events.slice(before))
    })
    for await (const bytes of stream) socket.write(bytes)
    socket.end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  return { events, close: () => server.close() }
}
