import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocket } from 'ws'
import { DesktopError, type Limits } from '../../../shared/desktop/index.ts'
import { fixLimits, within } from '../../../shared/desktop/limits.ts'

/** A server sends parts of pictures: far less than this. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024

/** Private codes, as the local cloud closes with, start here (RFC 6455, section 7.4.2). */
const FIRST_PRIVATE_CODE = 4_000

/** Opens a WebSocket to websockify, or to what serves it in the local cloud. @throws {DesktopError} */
export async function connectWebSocket(url: string, limits?: Limits): Promise<Duplex> {
  const { protocol, host } = new URL(url)
  const socket = new WebSocket(url, {
    // A proxy may admit only the pages of its own host.
    origin: `${protocol === 'wss:' ? 'https:' : 'http:'}//${host}`,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  })
  const stream = createWebSocketStream(socket)
  socket.on('close', (code, reason) => {
    if (code >= FIRST_PRIVATE_CODE) stream.destroy(new Error(`WebSocket closed: ${code} ${reason}`))
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    // This listener stays: an error without a listener would end the process.
    stream.on('error', (error) => reject(new DesktopError('Unreachable', 'The desktop cannot be reached.', error)))
  })
  try {
    await within(fixLimits(limits), opened)
    return stream
  } catch (error) {
    opened.catch(() => {})
    stream.destroy()
    throw error
  }
}
