/**
 * Why a call to a desktop failed.
 * - `Unreachable`: nothing accepts connections at the address.
 * - `Refused`: the server ends the connection before it asks for a password, for example after too many failures.
 * - `AuthenticationFailed`: the password is wrong or missing, or the server wants a method that is not supported.
 * - `ProtocolError`: the server does not follow RFC 6143.
 * - `TooLarge`: a picture or a text exceeds a limit of this client.
 * - `Timeout`: the deadline passed.
 * - `Aborted`: the signal of the caller was aborted.
 * - `Closed`: the connection has ended.
 * - `Unsupported`: the server cannot do what the call needs.
 * - `InvalidArgument`: the caller passed a value that the desktop cannot use.
 */
export type DesktopErrorCode =
  | 'Unreachable'
  | 'Refused'
  | 'AuthenticationFailed'
  | 'ProtocolError'
  | 'TooLarge'
  | 'Timeout'
  | 'Aborted'
  | 'Closed'
  | 'Unsupported'
  | 'InvalidArgument'

/** The only error that this folder throws. Its message contains nothing that the server sent as text. */
export class DesktopError extends Error {
  override readonly name = 'DesktopError'
  readonly code: DesktopErrorCode

  constructor(code: DesktopErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

export const protocolError = (message: string, cause?: unknown) => new DesktopError('ProtocolError', message, cause)

export const invalidArgument = (message: string) => new DesktopError('InvalidArgument', message)
