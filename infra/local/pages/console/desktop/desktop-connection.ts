import RFB, { type RequiredCredentials } from '@novnc/novnc'
import type { CloseInfo } from './reconnect.ts'

type Connection = {
  /** How the connection ended, or why there was none. Never rejects. */
  closed: Promise<CloseInfo & { wasConnected: boolean }>
  close(): void
}

type ConnectionEvents = {
  /** The desktop asks for a password. `send` answers it, once, in this connection. */
  onPasswordRequired: (send: (password: string) => void) => void
  /** The desktop is visible. */
  onConnect: (rfb: RFB) => void
  onClipboard: (text: string) => void
}

/** Failures of VNC behind the bridge, in the format of the refusals of the bridge. */
const NOT_UNDERSTOOD = { code: 4_500, reason: 'DesktopNotUnderstood' }
const REFUSES = { code: 4_403, reason: 'DesktopRefuses' }
const WANTS_LOGIN = { code: 4_401, reason: 'DesktopWantsLogin' }
export const WRONG_PASSWORD = { code: 4_401, reason: 'DesktopPasswordWrong' }

/**
 * Shows the desktop of a token in an element of the page. noVNC gets the socket with the first message of the desktop,
 * so that a refusal, for which the bridge closes the socket, is not a failure of VNC.
 */
export function connectDesktop(target: HTMLElement, token: string, events: ConnectionEvents): Connection {
  const protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(`${protocol}//${location.host}/websockify?${new URLSearchParams({ token })}`)
  socket.binaryType = 'arraybuffer'
  let rfb: RFB | undefined
  let wasConnected = false
  let hasSentPassword = false
  let vncFailure: CloseInfo | undefined

  const fail = (failure: CloseInfo) => {
    vncFailure ??= failure
    socket.close()
  }
  const startVnc = ({ data }: MessageEvent) => {
    rfb = new RFB(target, socket, { shared: true })
    rfb.background = 'transparent'
    rfb.showDotCursor = true
    rfb.addEventListener('connect', () => {
      wasConnected = true
      if (rfb) events.onConnect(rfb)
    })
    rfb.addEventListener('clipboard', (event) =>
      events.onClipboard((event as CustomEvent<{ text: string }>).detail.text),
    )
    rfb.addEventListener('credentialsrequired', (event) => {
      const { types } = (event as CustomEvent<RequiredCredentials>).detail
      if (types.join() !== 'password') return fail(WANTS_LOGIN)
      events.onPasswordRequired((password) => {
        hasSentPassword = true
        rfb?.sendCredentials({ password })
      })
    })
    // Without a password, the server refuses this address, for example after several wrong passwords.
    rfb.addEventListener('securityfailure', () => fail(hasSentPassword ? WRONG_PASSWORD : REFUSES))
    // If the socket is still open, noVNC disconnects because it does not understand the server.
    rfb.addEventListener('disconnect', () => {
      if (socket.readyState !== WebSocket.CLOSED) fail(NOT_UNDERSTOOD)
    })
    socket.dispatchEvent(new MessageEvent('message', { data })) // noVNC has missed this message
  }
  socket.addEventListener('message', startVnc, { once: true })

  const closed = new Promise<CloseInfo & { wasConnected: boolean }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => {
      resolve({ ...(vncFailure ?? { code, reason }), wasConnected })
    })
  })
  return {
    closed,
    close() {
      socket.removeEventListener('message', startVnc)
      if (socket.readyState === WebSocket.CLOSED) return
      if (rfb) rfb.disconnect()
      else socket.close()
    },
  }
}
