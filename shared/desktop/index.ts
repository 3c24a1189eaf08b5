export type { ByteStream } from './connection/byte-stream.ts'
export {
  type Button,
  type ClickOptions,
  type Desktop,
  type OpenOptions,
  openDesktop,
  type Point,
  type ScreenshotOptions,
  type ScrollOptions,
} from './desktop.ts'
export { DesktopError, type DesktopErrorCode } from './desktop-error.ts'
export type { Limits } from './limits.ts'
export type { Rectangle } from './pixels/frame.ts'
export type { Png } from './pixels/png.ts'
export { isReady } from './ready.ts'
