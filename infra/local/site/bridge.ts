import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import type { RequestHead } from '../../emulator/apig/proxy/match.ts'

export type BridgeOptions = {
  /** The gateway with the actions, once it is there. */
  gateway: () => string
  /** What the bridge calls ValidateVncToken with, where a key is needed. */
  key?: string | undefined
  /** How often each connection has to show that it lives; default 30,000. */
  pingMs?: number
  /** How long a desktop that does not listen yet is waited for; default 10,000. */
  patienceMs?: number
  /** Gets what should not have happened, line by line. */
  onLog?: (line: string) => void
}

type Address = { host: string; port: number }

/** Why a browser gets no desktop, or no longer has one. It is told by how the WebSocket is closed. */
class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

/** Private close codes begin at 4000 (RFC 6455, section 7.4.2); what is added is the HTTP status that says the same. */
const CLOSE_CODE = 4_000

/** Keys and clicks are small; the largest message is a clipboard. */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** Of the 123 bytes of a reason (RFC 6455, section 5.5) the request id takes 37. */
const MAX_CODE_LENGTH = 80

/** What may wait for a slow browser before the desktop is no longer read. */
const MAX_WAITING_BYTES = 1024 * 1024

/**
 * The way from a page to a desktop: WebSocket on one side, VNC on the other, at `?token=<token>`. As websockify it knows
 * nothing but what ValidateVncToken answers. A page of another origin is refused with 403; all other refusals are told by
 * closing, because a page cannot see why a handshake failed: code 4000 + HTTP status, reason `<Code> <request id>`.
 */
export function createBridge(options: BridgeOptions) {
  const { gateway, key, pingMs = 30_000, patienceMs = 10_000, onLog = () => {} } = options
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()
  const pinging = setInterval(() => {
    for (const client of server.clients) {
      // One whose desktop does not read has to wait: its pong is not read either.
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
      client.on('error', () => client.terminate()) // a broken frame: nothing can be told any more
      const token = new URLSearchParams(query).get('token') ?? ''
      const requestId = randomUUID()
      const close = (status: number, code: string) =>
        client.close(CLOSE_CODE + status, `${code.replace(/[^\w.-]/g, '').slice(0, MAX_CODE_LENGTH)} ${requestId}`)
      lead(client, token, requestId, close).catch((error: unknown) => {
        const isRefusal = error instanceof Refusal
        if (!isRefusal) onLog(`${requestId} ${(error as Error)?.stack ?? error}`)
        close(isRefusal ? error.status : 500, isRefusal ? error.code : 'InternalError')
      })
    })
  }

  /** Leads a browser to the desktop of its token. Rejects with a Refusal; what else it rejects with is a bug. */
  async function lead(
    client: WebSocket,
    token: string,
    requestId: string,
    close: (status: number, code: string) => void,
  ): Promise<void> {
    // The server of VNC speaks first (RFC 6143, section 7.1.1): who does not wait for it is no viewer.
    const speakEarly = () => close(400, 'InvalidMessage')
    client.once('message', speakEarly)
    const address = await validate(gateway(), key, token, requestId)
    const desktop = await dial(address, patienceMs, () => client.readyState !== client.OPEN)
    client.off('message', speakEarly)
    join(client, desktop, () => close(410, 'DesktopEnded'))
  }

  return {
    open,
    /** Ends every connection at once. */
    close() {
      clearInterval(pinging)
      for (const client of server.clients) client.terminate()
    },
  }
}

/** Only pages of this very gateway: they alone have to do with its desktops. */
function isOwnPage({ headers }: IncomingMessage): boolean {
  return headers.origin?.toLowerCase() === `http://${headers.host}`.toLowerCase()
}

/** Asks whose desktop a token opens, which uses it up. Rejects with a Refusal. */
async function validate(gateway: string, key: string | undefined, Token: string, requestId: string): Promise<Address> {
  const query = new URLSearchParams({ Action: 'ValidateVncToken', Version: '2020-04-01', Token })
  const headers = { 'X-Request-ID': requestId, ...(key && { 'X-API-Key': key }) }
  const response = await fetch(`${gateway}/?${query}`, { headers, signal: AbortSignal.timeout(60_000) }).catch(() => {
    throw new Refusal(503, 'ServiceUnavailable')
  })
  const answer = (await response.json()) as Address & { ResponseMetadata?: { Error?: { Code?: string } } }
  if (!response.ok) throw new Refusal(response.status, String(answer.ResponseMetadata?.Error?.Code))
  return answer
}

/** Connects to a desktop; one that was just started may not listen yet. Rejects with a Refusal. */
async function dial({ host, port }: Address, patienceMs: number, isOver: () => boolean): Promise<Socket> {
  const until = Date.now() + patienceMs
  for (;;) {
    try {
      return await connected(host, port, Math.max(1, until - Date.now()))
    } catch {
      if (isOver() || Date.now() + 200 > until) throw new Refusal(503, 'ServiceUnavailable')
      await sleep(200)
    }
  }
}

function connected(host: string, port: number, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const late = setTimeout(() => socket.destroy(new Error('late')), timeoutMs)
    socket.once('connect', () => {
      clearTimeout(late)
      resolve(socket)
    })
    // Also of one that is connected: it closes then.
    socket.on('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
  })
}

/** Bytes both ways, each side no faster than the other reads. */
function join(client: WebSocket, desktop: Socket, onDesktopEnd: () => void): void {
  client.on('message', (data: Buffer) => {
    if (!desktop.write(data)) client.pause()
  })
  desktop.on('drain', () => client.resume())
  client.on('close', () => desktop.destroy())
  desktop.on('data', (bytes) => {
    client.send(bytes, () => {
      if (client.bufferedAmount <= MAX_WAITING_BYTES) desktop.resume()
    })
    if (client.bufferedAmount > MAX_WAITING_BYTES) desktop.pause()
  })
  desktop.on('close', () => {
    client.resume() // else nobody hears its answer to the closing
    onDesktopEnd()
  })
  if (client.readyState !== client.OPEN) desktop.destroy()
}
