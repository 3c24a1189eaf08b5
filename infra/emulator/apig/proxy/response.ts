import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { HOP_BY_HOP } from './request.ts'

export type GatewayResponse = { status: number; headers: Record<string, string>; body: Buffer }

/** Sends a response, or returns false, with nothing sent, when its headers are not valid HTTP. */
export function sendResponse(response: ServerResponse, answer: GatewayResponse): boolean {
  const headers = Object.entries(answer.headers).filter(([name]) => !isFraming(name))
  const hasBody = answer.status !== 204 && answer.status !== 304
  try {
    response.writeHead(answer.status, {
      ...Object.fromEntries(headers),
      ...(hasBody && { 'Content-Length': answer.body.length }),
    })
  } catch {
    return false
  }
  response.end(hasBody ? answer.body : undefined)
  return true
}

/** Answers on a connection that holds no readable request, and closes it. */
export function sendRaw(socket: Duplex, { status, headers, body }: GatewayResponse): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.on('error', () => socket.destroy()) // a client that is gone
  const lines = Object.entries({ ...headers, 'Content-Length': body.length, Connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
  socket.resume() // a client that is still sending would otherwise lose the answer to a connection reset
}

/** How the message is cut into bytes is between the gateway and the client. */
function isFraming(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === 'content-length' || HOP_BY_HOP.has(lower)
}
