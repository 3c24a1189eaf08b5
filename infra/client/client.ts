import type { Action, ActionAnswer, ActionParameters } from './actions.ts'
import { type CallOptions, call } from './call.ts'
import { type ConnectionOptions, readConnection } from './connection.ts'
import type { DesktopRoute } from './desktop/access.ts'
import { Sandboxes } from './sandboxes.ts'

export interface ClientOptions extends ConnectionOptions {
  /** How to reach desktops. */
  desktop?: DesktopRoute | undefined
}

export interface Client {
  /** Address of the service. */
  readonly url: string
  readonly sandboxes: Sandboxes
  /**
   * Calls any action, and repeats the call as long as that is safe and may help.
   * @throws {EcsManagerError}, or the reason of the signal
   */
  call<A extends Action>(action: A, parameters: ActionParameters<A>, options?: CallOptions): Promise<ActionAnswer<A>>
}

/** @throws {EcsManagerError} `InvalidArgument` */
export function createClient({ desktop = {}, ...options }: ClientOptions = {}): Client {
  const connection = readConnection(options)
  const callAction: Client['call'] = (action, parameters, options) => call(connection, action, parameters, options)
  return { url: connection.url, sandboxes: new Sandboxes(callAction, desktop), call: callAction }
}
