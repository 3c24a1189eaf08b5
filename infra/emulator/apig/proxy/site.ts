import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestHead } from './match.ts'
import type { GatewayResponse } from './response.ts'

/** What a gateway on this computer serves besides its routes. Gateways in the cloud have no such site. */
export interface Site {
  /**
   * Responds to a path of the site; undefined for any other path. It is called before `admit`, so that a link to a page
   * works from anywhere. Therefore it must not return secrets or do any work.
   */
  answer(head: RequestHead): Promise<GatewayResponse> | undefined
  webSocket: {
    path: string
    /** Takes over a connection that asks for an upgrade to a WebSocket. */
    open(request: IncomingMessage, head: RequestHead, socket: Duplex, firstBytes: Buffer): void
  }
}

/** The head of a request as it was sent, without the headers that ask for another protocol. */
export function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const lower = name.toLowerCase()
    if (lower === 'upgrade' || lower === 'http2-settings') continue
    if (lower !== 'connection') lines.push(`${name}: ${value}`)
    else if (/\bclose\b/i.test(value)) lines.push('Connection: close')
  }
  return `${lines.join('\r\n')}\r\n\r\n`
}
