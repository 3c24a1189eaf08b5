import type { ByteStream } from './connection/byte-stream.ts'
import { type OpenOptions, openDesktop } from './desktop.ts'
import { DesktopError, type DesktopErrorCode } from './desktop-error.ts'

/** Errors of a desktop that may be ready later. Others are faults of the caller or the configuration. */
const NOT_READY: ReadonlySet<DesktopErrorCode> = new Set([
  'Unreachable',
  'Refused',
  'ProtocolError',
  'Timeout',
  'Closed',
])

/**
 * Returns whether a desktop answers and shows more than one colour. A machine that runs is not ready before: its VNC
 * server starts later, and its windows later still.
 * @param connect  opens a connection to the VNC server
 * @throws {DesktopError} `AuthenticationFailed`, `TooLarge`, `Aborted`, `InvalidArgument`
 */
export async function isReady(connect: () => Promise<ByteStream>, options: OpenOptions = {}): Promise<boolean> {
  try {
    const desktop = await openDesktop(await connect(), options)
    try {
      return await desktop.hasContent(options)
    } finally {
      await desktop.close()
    }
  } catch (error) {
    if (error instanceof DesktopError && NOT_READY.has(error.code)) return false
    throw error
  }
}
