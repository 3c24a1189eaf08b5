import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { HOP_BY_HOP } from './request.ts'

export type GatewayResponse = { status: number; headers: Record<string, string>; body: Buffer }

/** Sends a response. Returns false and sends nothing if its headers are not valid HTTP. */
export function sendResponse(stream: ServerResponse, response: GatewayResponse): boolean {
  const headers = Object.entries(response.headers).filter(([name]) => !isFraming(name))
  const hasBody = response.status !== 204 && response.status !== 304
  try {
    stream.writeHead(response.status, {
      ...Object.fromEntries(headers),
      ...(hasBody && { 'Content-Length': response.body.length }),
    })
  } catch {
    return false
  }
  stream.end(hasBody ? response.body : undefined)
  return true
}

/** Sends a response on a connection without a parsed request, and closes it. */
export function sendRaw(socket: Duplex, { status, headers, body }: GatewayResponse): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  socket.on('error', () => socket.destroy()) // the client has disconnected
  const lines = Object.entries({ ...headers, 'Content-Length': body.length, Connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
  socket.resume() // otherwise a client that is still sending gets a connection reset instead of the response
}

/** The gateway itself decides how it frames the message. */
function isFraming(name: string): boolean {
  const lower = name.toLowerCase()
  return lower === 'content-length' || HOP_BY_HOP.has(lower)
}
