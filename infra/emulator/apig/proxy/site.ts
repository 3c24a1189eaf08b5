import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestHead } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** What a gateway on this computer serves beside its routes. No gateway in the cloud has one. */
export interface Site {
  /**
   * Answers a path of its own; undefined: not one of them. It is asked before anybody is refused, so that a link to a page
   * works from anywhere: what it answers must be no secret and do no work.
   */
  answer(head: RequestHead): Promise<GatewayResponse> | undefined
  webSocket: {
    path: string
    /** Takes over a connection that wants to become a WebSocket. */
    open(request: IncomingMessage, head: RequestHead, socket: Duplex, firstBytes: Buffer): void
  }
}

/** The beginning of a request, as it came but for the wish to change the protocol. */
export function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (/^connection$/i.test(name)) head += /\bclose\b/i.test(value) ? 'Connection: close\r\n' : ''
    else if (!/^(upgrade|http2-settings)$/i.test(name)) head += `${name}: ${value}\r\n`
  }
  return `${head}\r\n`
}
