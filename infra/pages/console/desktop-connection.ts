import RFB from '@novnc/novnc'
import type { Closing } from './reconnect.ts'

type Connection = {
  /** How it ended, or why it never began. Never rejects. */
  closed: Promise<Closing & { wasOpen: boolean }>
  close(): void
}

type ConnectionEvents = {
  /** The desktop is seen. */
  onOpen: (rfb: RFB) => void
  onClipboard: (text: string) => void
}

/** VNC beyond the bridge: a desktop that wants a password, or that noVNC does not understand. */
const NOT_UNDERSTOOD = { code: 4_500, reason: 'DesktopNotUnderstood' }
const WANTS_PASSWORD = { code: 4_401, reason: 'DesktopWantsPassword' }

/**
 * Shows the desktop of a token in an element of the page. noVNC takes over with the first byte that the desktop sends:
 * so a refusal, which the bridge tells by closing, is no failure of VNC.
 */
export function connectDesktop(target: HTMLElement, token: string, events: ConnectionEvents): Connection {
  const protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(`${protocol}//${location.host}/websockify?${new URLSearchParams({ token })}`)
  socket.binaryType = 'arraybuffer'
  let rfb: RFB | undefined
  let wasOpen = false
  let told: Closing | undefined

  const end = (closing: Closing) => {
    told ??= closing
    socket.close()
  }
  const begin = ({ data }: MessageEvent) => {
    rfb = new RFB(target, socket, { shared: true })
    rfb.background = 'transparent'
    rfb.showDotCursor = true
    rfb.addEventListener('connect', () => {
      wasOpen = true
      if (rfb) events.onOpen(rfb)
    })
    rfb.addEventListener('clipboard', (event) =>
      events.onClipboard((event as CustomEvent<{ text: string }>).detail.text),
    )
    rfb.addEventListener('credentialsrequired', () => end(WANTS_PASSWORD))
    rfb.addEventListener('securityfailure', () => end(WANTS_PASSWORD))
    // It ends a connection by itself only over what it does not understand; else the socket was closed first.
    rfb.addEventListener('disconnect', () => {
      if (socket.readyState !== WebSocket.CLOSED) end(NOT_UNDERSTOOD)
    })
    socket.dispatchEvent(new MessageEvent('message', { data })) // noVNC has not heard this one
  }
  socket.addEventListener('message', begin, { once: true })

  const closed = new Promise<Closing & { wasOpen: boolean }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ ...(told ?? { code, reason }), wasOpen }))
  })
  return {
    closed,
    close() {
      socket.removeEventListener('message', begin)
      if (socket.readyState === WebSocket.CLOSED) return
      if (rfb) rfb.disconnect()
      else socket.close()
    },
  }
}
