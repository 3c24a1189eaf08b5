import { invalidArgument } from '../error.ts'

/** How to reach desktops. The default is the proxy of the viewer that DescribeSandboxTerminalUrl links to. */
export interface DesktopRoute {
  /** Address of websockify, for example wss://viewer.example.com/websockify. */
  webSocketUrl?: string | undefined
  /** Connect to the address of the machine, from inside its network. Not in browsers. */
  direct?: boolean | undefined
  /** Port of the VNC server, for `direct`. Default: 5905. */
  port?: number | undefined
  /** For VNC servers that ask for one. */
  password?: string | undefined
}

/** One way to one desktop. A WebSocket has a token that opens one connection. */
export type DesktopAccess = { password: string | undefined } & (
  | { webSocketUrl: string }
  | { address: string; port: number }
)

export const DEFAULT_PORT = 5905

/** The default path of websockify. */
const DEFAULT_PATH = '/websockify'

export const directAccess = ({ port = DEFAULT_PORT, password }: DesktopRoute, address: string): DesktopAccess => ({
  address,
  port,
  password,
})

/**
 * Finds the WebSocket of a token.
 * @param terminal  the answer of DescribeSandboxTerminalUrl
 * @throws {EcsManagerError} `InvalidArgument` if the service has no viewer, and the route names no proxy
 */
export function webSocketAccess(route: DesktopRoute, terminal: { Token: string; Url?: string }): DesktopAccess {
  const { Token, Url } = terminal
  const { password } = route
  if (route.webSocketUrl !== undefined) {
    const url = new URL(route.webSocketUrl)
    url.searchParams.set('token', Token)
    return { webSocketUrl: url.href, password }
  }
  if (Url === undefined) {
    throw invalidArgument(
      'The service has no viewer (terminal.vnc_url_template). Set desktop: { webSocketUrl } or desktop: { direct: true }.',
    )
  }
  return { webSocketUrl: webSocketOfViewer(new URL(Url), Token), password }
}

/** The WebSocket that the viewer at this link opens: noVNC takes `path` from the link, the console uses the default. */
function webSocketOfViewer(viewer: URL, token: string): string {
  const path = new URLSearchParams(viewer.hash.slice(1)).get('path') ?? viewer.searchParams.get('path')
  const target = path ?? `${DEFAULT_PATH}?token=${token}`
  const url = new URL(`/${target.replace(/^\/+/, '')}`, viewer.origin)
  url.protocol = viewer.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
