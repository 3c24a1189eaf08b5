import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RequestHead } from '../../emulator/apig/proxy/match.ts'

export type BridgeOptions = {
  /** Address of the gateway with the actions. Called after the start of the gateway. */
  gateway: () => string
  /** The key for ValidateVncToken, if one is needed. */
  key?: string | undefined
  /** Interval of the pings that detect dead connections; default 30,000. */
  pingMs?: number
  /** How long to try to connect to a desktop that does not listen yet; default 10,000. */
  connectTimeoutMs?: number
  /** Gets unexpected errors. */
  onLog?: (line: string) => void
}

type Address = { host: string; port: number }

/** Why a browser gets no desktop. The WebSocket is closed with the status and the code. */
class BridgeError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

/** Private close codes start at 4000 (RFC 6455, section 7.4.2). The equivalent HTTP status is added. */
const FIRST_CLOSE_CODE = 4_000

/** Keys and clicks are small; the largest message is a clipboard. */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** A reason has at most 123 bytes (RFC 6455, section 5.5). The request id takes 37 of them. */
const MAX_CODE_LENGTH = 80

/** If more bytes wait for a slow browser, the bridge stops reading from the desktop. */
const MAX_BUFFERED_BYTES = 1024 * 1024

/**
 * Connects a page to a desktop: WebSocket, with `?token=<token>`, on one side, VNC on the other. Like websockify, it gets the
 * address of the desktop from ValidateVncToken. A page of another origin gets 403. For all other errors, the WebSocket is
 * opened and then closed, because a page cannot see why a handshake failed: code 4000 + HTTP status, reason
 * `<Code> <request id>`.
 */
export function createBridge(options: BridgeOptions) {
  const { gateway, key, pingMs = 30_000, connectTimeoutMs = 10_000, onLog = () => {} } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()
  const pinging = setInterval(() => {
    for (const client of server.clients) {
      // If the desktop reads slowly, the client is paused, and its pong is not read either.
      if (!alive.delete(client) && !client.isPaused) client.terminate()
      else client.ping()
    }
  }, pingMs).unref()

  const open = (request: IncomingMessage, { query }: Pick<RequestHead, 'query'>, socket: Duplex, head: Buffer) => {
    if (!isOwnPage(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    server.handleUpgrade(request, socket, head, (client) => {
      alive.add(client)
      client.on('pong', () => alive.add(client))
      client.on('error', () => client.terminate()) // an invalid frame: the connection cannot be closed properly
      const token = new URLSearchParams(query).get('token') ?? ''
      const requestId = randomUUID()
      const close = (status: number, code: string) =>
        client.close(
          FIRST_CLOSE_CODE + status,
          `${code.replace(/[^\w.-]/g, '').slice(0, MAX_CODE_LENGTH)} ${requestId}`,
        )
      connectDesktop(client, token, requestId, close).catch((error: unknown) => {
        if (error instanceof BridgeError) return close(error.status, error.code)
        onLog(`${requestId} ${(error as Error)?.stack ?? error}`)
        close(500, 'InternalError')
      })
    })
  }

  /** Connects a browser to the desktop of its token. @throws {BridgeError} */
  async function connectDesktop(
    client: WebSocket,
    token: string,
    requestId: string,
    close: (status: number, code: string) => void,
  ): Promise<void> {
    // The VNC server sends first (RFC 6143, section 7.1.1). A client that does not wait for it is not a viewer.
    const refuseMessage = () => close(400, 'InvalidMessage')
    client.once('message', refuseMessage)
    const address = await validate(gateway(), key, token, requestId)
    const desktop = await dial(address, connectTimeoutMs, () => client.readyState !== client.OPEN)
    client.off('message', refuseMessage)
    pipe(client, desktop, () => close(410, 'DesktopEnded'))
  }

  return {
    open,
    /** Closes every connection at once. */
    close() {
      clearInterval(pinging)
      for (const client of server.clients) client.terminate()
    },
  }
}

/** Whether the page is from this gateway. No other page may open its desktops. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  return headers.origin?.toLowerCase() === `http://${headers.host}`.toLowerCase()
}

/** Gets the address of the desktop of a token, which uses the token up. @throws {BridgeError} */
async function validate(gateway: string, key: string | undefined, Token: string, requestId: string): Promise<Address> {
  const query = new URLSearchParams({ Action: 'ValidateVncToken', Version: '2020-04-01', Token })
  const headers = { 'X-Request-ID': requestId, ...(key && { 'X-API-Key': key }) }
  const response = await fetch(`${gateway}/?${query}`, { headers, signal: AbortSignal.timeout(60_000) }).catch(() => {
    throw new BridgeError(503, 'ServiceUnavailable')
  })
  const answer = (await response.json()) as Address & { ResponseMetadata?: { Error?: { Code?: string } } }
  if (!response.ok) throw new BridgeError(response.status, String(answer.ResponseMetadata?.Error?.Code))
  return answer
}

/** Connects to a desktop. Tries again, because a new desktop may not listen yet. @throws {BridgeError} */
async function dial({ host, port }: Address, timeoutMs: number, isCancelled: () => boolean): Promise<Socket> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await connectTo(host, port, Math.max(1, deadline - Date.now()))
    } catch {
      if (isCancelled() || Date.now() + 200 > deadline) throw new BridgeError(503, 'ServiceUnavailable')
      await sleep(200)
    }
  }
}

function connectTo(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const timer = setTimeout(() => socket.destroy(new Error('timeout')), timeoutMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
    // Also after the connection: then the socket closes, and the rejection has no effect.
    socket.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

/** Forwards bytes both ways, each side only as fast as the other reads. */
function pipe(client: WebSocket, desktop: Socket, onDesktopEnd: () => void): void {
  client.on('message', (data: Buffer) => {
    if (!desktop.write(data)) client.pause()
  })
  desktop.on('drain', () => client.resume())
  client.on('close', () => desktop.destroy())
  desktop.on('data', (bytes) => {
    client.send(bytes, () => {
      if (client.bufferedAmount <= MAX_BUFFERED_BYTES) desktop.resume()
    })
    if (client.bufferedAmount > MAX_BUFFERED_BYTES) desktop.pause()
  })
  desktop.on('close', () => {
    client.resume() // otherwise its answer to the close is not read
    onDesktopEnd()
  })
  if (client.readyState !== client.OPEN) desktop.destroy()
}
