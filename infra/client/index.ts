export { DesktopError, type DesktopErrorCode } from '../../shared/desktop/desktop-error.ts'
export type { Desktop, Png, Point, Rectangle } from '../../shared/desktop/index.ts'
export {
  ACTIONS,
  type Action,
  type ActionAnswer,
  type ActionParameters,
  type SandboxDescription,
  type Status,
} from './actions.ts'
export type { CallOptions } from './call.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export type { DesktopRoute } from './desktop/access.ts'
export type { DisposableDesktop } from './desktop.ts'
export type { Duration } from './duration.ts'
export { type ClientErrorCode, EcsManagerError } from './error.ts'
export type { Renewal, RenewEveryOptions } from './renew-every.ts'
export type { DeleteOptions, OpenDesktopOptions, ReadyOptions, Sandbox } from './sandbox.ts'
export type { CreateOptions, ListOptions, Sandboxes } from './sandboxes.ts'
export type { Progress, WaitOptions } from './wait.ts'
