import { connectTcp } from '../../shared/desktop/connect-tcp.ts'
import { type ByteStream, type Desktop, isReady, type Limits, openDesktop } from '../../shared/desktop/index.ts'
import type { DesktopAccess } from './desktop/access.ts'
import { connectWebSocket } from './desktop/connect-web-socket.ts'

// The only module that needs Node. Bundlers for browsers replace it by desktop-in-browser.ts (package.json, "browser").

export type DisposableDesktop = Desktop & AsyncDisposable

/** @throws {DesktopError} */
export async function openDesktopAt(access: DesktopAccess, limits: Limits): Promise<DisposableDesktop> {
  const desktop = await openDesktop(await connect(access, limits), { password: access.password, ...limits })
  return Object.assign(desktop, { [Symbol.asyncDispose]: () => desktop.close() })
}

/** Whether a desktop answers and shows something. @throws {DesktopError} if it will not without a change */
export function desktopAnswers(access: DesktopAccess, limits: Limits): Promise<boolean> {
  return isReady(() => connect(access, limits), { password: access.password, ...limits })
}

function connect(access: DesktopAccess, limits: Limits): Promise<ByteStream> {
  return 'address' in access
    ? connectTcp(access.address, access.port, limits)
    : connectWebSocket(access.webSocketUrl, limits)
}
