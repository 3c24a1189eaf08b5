import type { WebSocket as NodeWebSocket } from 'ws'
import type { Limits } from '../../shared/desktop/index.ts'
import type { DesktopAccess } from './desktop/access.ts'
import type { DisposableDesktop } from './desktop.ts'
import { EcsManagerError, invalidArgument } from './error.ts'

// What replaces desktop.ts in browsers.

/** What a VNC server sends first (RFC 6143, section 7.1.1). */
const GREETING = 'RFB '

export async function openDesktopAt(_access: DesktopAccess, _limits: Limits): Promise<DisposableDesktop> {
  const message = 'In a browser, show the desktop with noVNC: DescribeSandboxTerminalUrl has its link.'
  throw new EcsManagerError('Unsupported', message)
}

const { WebSocket } = globalThis as unknown as { WebSocket: typeof NodeWebSocket }

/** Whether a VNC server answers. It may not show anything yet. */
export async function desktopAnswers(access: DesktopAccess, { deadline = 0, signal }: Limits): Promise<boolean> {
  if ('address' in access) throw invalidArgument('A browser reaches desktops only over a proxy.')
  signal?.throwIfAborted()
  const socket = new WebSocket(access.webSocketUrl)
  socket.binaryType = 'arraybuffer'
  let timer: ReturnType<typeof setTimeout> | undefined
  let abort = () => {}
  try {
    return await new Promise((resolve, reject) => {
      abort = () => reject(signal?.reason)
      signal?.addEventListener('abort', abort)
      timer = setTimeout(() => resolve(false), Math.max(deadline - Date.now(), 0))
      socket.onmessage = ({ data }) => resolve(new TextDecoder().decode(data as ArrayBuffer).startsWith(GREETING))
      socket.onclose = () => resolve(false)
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    socket.close()
  }
}
