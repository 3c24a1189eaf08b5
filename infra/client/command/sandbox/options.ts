import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Status } from '../../actions.ts'
import { DEFAULT_PORT, type DesktopRoute } from '../../desktop/access.ts'
import { type Duration, parseDuration, toLifetimeSeconds } from '../../duration.ts'

// Options that several commands have. Wrong values are reported as wrong use.

const STATUSES: readonly Status[] = [
  ...(['CREATING', 'RUNNING', 'STOPPING', 'STOPPED', 'REBOOTING'] as const),
  ...(['STARTING', 'REBUILDING', 'RESIZING', 'ERROR', 'DELETING'] as const),
]

export const statusOption = () =>
  new Option('--status <status>', `only sandboxes in this status: ${STATUSES.join(', ')}`).argParser(readStatus)

export const ownerOption = () => new Option('--owner <name>', 'only sandboxes of this owner')

export const timeoutOption = () =>
  new Option('--timeout <duration>', 'how long to wait').default('10m').argParser(readDuration)

/** How to reach a desktop. */
export interface RouteFlags {
  proxy?: string
  direct?: boolean
  port?: number
}

const MAX_PORT = 65_535

export const ROUTE_NOTE = `The desktop is reached over the VNC proxy of the viewer of the service. ECS_MANAGER_VNC_PASSWORD
is the password of the VNC server, if it has one.`

export function addRoute(command: Command): Command {
  return command
    .addOption(
      new Option('--proxy <url>', 'another VNC proxy, such as wss://viewer.example.com/websockify').argParser(
        readProxy,
      ),
    )
    .option('--direct', 'connect to the address of the machine, from inside its network')
    .addOption(
      new Option('--port <port>', 'with --direct: port of the VNC server').default(DEFAULT_PORT).argParser(readPort),
    )
}

export function routeOf({ direct, port, proxy }: RouteFlags, env: Record<string, string | undefined>): DesktopRoute {
  return { direct, port, webSocketUrl: proxy, password: env.ECS_MANAGER_VNC_PASSWORD }
}

function readProxy(text: string): string {
  const isWebSocket = URL.canParse(text) && ['ws:', 'wss:'].includes(new URL(text).protocol)
  if (!isWebSocket) throw new InvalidArgumentError('It must be a URL with ws: or wss:.')
  return text
}

function readPort(text: string): number {
  const port = Number(text)
  const isPort = /^\d+$/.test(text) && port >= 1 && port <= MAX_PORT
  if (!isPort) throw new InvalidArgumentError(`It must be an integer from 1 to ${MAX_PORT}.`)
  return port
}

function readStatus(text: string): Status {
  const status = STATUSES.find((known) => known === text.toUpperCase())
  if (!status) throw new InvalidArgumentError(`It must be one of ${STATUSES.join(', ')}.`)
  return status
}

export const readDuration = (text: string): Duration => orInvalid(() => parseDuration(text))

export const readLifetime = (text: string): Duration => orInvalid(() => toLifetimeSeconds(text as Duration))

function orInvalid<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message)
  }
}
