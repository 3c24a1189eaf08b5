import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'

export type BridgeOptions = {
  /** The gateway with the actions, once it is there. */
  gateway: () => string
  /** What the bridge calls ValidateVncToken with, where a key is needed. */
  key?: string | undefined
  /** How often each connection has to show that it lives; default 30,000. */
  pingMs?: number
  /** How long a desktop that does not listen yet is waited for; default 10,000. */
  patienceMs?: number
}

type Address = { host: string; port: number }

/** Why a browser gets no desktop, or no longer has one. It is told by how the WebSocket is closed. */
type Refusal = { status: number; code: string }

/** Private close codes begin at 4000 (RFC 6455, section 7.4.2); what is added is the HTTP status that says the same. */
const CLOSE_CODE = 4_000

/** Keys and clicks are small; the largest message is a clipboard. */
const MAX_MESSAGE_BYTES = 1024 * 1024

/** What may wait for a slow browser before the desktop is no longer read. */
const MAX_WAITING_BYTES = 1024 * 1024

/**
 * The way from a page to a desktop: WebSocket on one side, VNC on the other, at `?token=<token>`. As websockify it knows
 * nothing but what ValidateVncToken answers. A page of another origin is refused with 403; all other refusals are told by
 * closing, because a page cannot see why a handshake failed: code 4000 + HTTP status, reason `<Code> <request id>`.
 */
export function createBridge({ gateway, key, pingMs = 30_000, patienceMs = 10_000 }: BridgeOptions) {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  const alive = new WeakSet<WebSocket>()
  const pinging = setInterval(() => {
    for (const client of server.clients) {
      if (!alive.delete(client)) client.terminate()
      else client.ping()
    }
  }, pingMs).unref()

  const open = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isOwnPage(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    server.handleUpgrade(request, socket, head, (client) => {
      alive.add(client)
      client.on('pong', () => alive.add(client))
      client.on('error', () => client.terminate()) // a broken frame: nothing can be told any more
      const token = new URL(request.url ?? '', 'http://gateway').searchParams.get('token') ?? ''
      const requestId = randomUUID()
      lead(client, token, requestId).catch(({ status = 500, code = 'InternalError' }: Partial<Refusal>) => {
        client.close(CLOSE_CODE + status, `${code} ${requestId}`)
      })
    })
  }

  /** Leads a browser to the desktop of its token. Rejects with a Refusal; what else it rejects with is a bug. */
  async function lead(client: WebSocket, token: string, requestId: string): Promise<void> {
    client.pause() // nothing of it is lost before the desktop is there
    try {
      const address = await validate(gateway(), key, token, requestId)
      const desktop = await dial(address, patienceMs, () => client.readyState !== client.OPEN)
      join(client, desktop, () => client.close(CLOSE_CODE + 410, `DesktopEnded ${requestId}`))
    } finally {
      client.resume()
    }
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
    throw refusal(503, 'ServiceUnavailable')
  })
  const answer = (await response.json()) as Address & { ResponseMetadata: { Error: { Code: string } } }
  if (!response.ok) throw refusal(response.status, answer.ResponseMetadata.Error.Code)
  return answer
}

/** Connects to a desktop; one that was just started may not listen yet. Rejects with a Refusal. */
async function dial({ host, port }: Address, patienceMs: number, isOver: () => boolean): Promise<Socket> {
  const until = Date.now() + patienceMs
  for (;;) {
    try {
      return await connected(host, port, Math.max(1, until - Date.now()))
    } catch {
      if (isOver() || Date.now() + 200 > until) throw refusal(503, 'ServiceUnavailable')
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
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', (error) => {
      clearTimeout(late)
      reject(error)
    })
  })
}

/** Bytes both ways, each side no faster than the other reads. */
function join(client: WebSocket, desktop: Socket, onDesktopEnd: () => void): void {
  client.on('message', (data: Buffer) => {
    if (desktop.write(data)) return
    client.pause()
    desktop.once('drain', () => client.resume())
  })
  client.on('close', () => desktop.destroy())
  desktop.on('data', (bytes) => {
    client.send(bytes, () => {
      if (client.bufferedAmount <= MAX_WAITING_BYTES) desktop.resume()
    })
    if (client.bufferedAmount > MAX_WAITING_BYTES) desktop.pause()
  })
  desktop.on('error', () => {}) // it closes then
  desktop.on('close', onDesktopEnd)
  if (client.readyState !== client.OPEN) desktop.destroy()
}

const refusal = (status: number, code: string) => Object.assign(new Error(code), { status, code }) satisfies Refusal
