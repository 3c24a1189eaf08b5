import { connect, isIPv4, type Socket } from 'node:net'
import { DesktopError, invalidArgument } from './desktop-error.ts'
import { fixLimits, type Limits, within } from './limits.ts'

/**
 * Connects to a port of an IPv4 address, and to no other: names are not resolved.
 * @throws {DesktopError} `InvalidArgument`, `Unreachable`, `Timeout`, `Aborted`
 */
export async function connectTcp(address: string, port: number, limits?: Limits): Promise<Socket> {
  const fixed = fixLimits(limits)
  if (!isIPv4(address)) throw invalidArgument('The address must be an IPv4 address.')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalidArgument('The port must be from 1 to 65535.')
  const socket = connect({ host: address, port, noDelay: true })
  const connected = new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    // This listener stays: the iteration of the socket reports later errors, and an error without a listener would
    // end the process.
    socket.on('error', (error) => reject(new DesktopError('Unreachable', 'The desktop cannot be reached.', error)))
  })
  try {
    await within(fixed, connected)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}
