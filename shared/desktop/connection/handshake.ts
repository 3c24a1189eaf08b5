import { DesktopError, protocolError } from '../desktop-error.ts'
import type { ByteReader } from './byte-reader.ts'
import type { ByteStream } from './byte-stream.ts'
import { answerChallenge } from './des.ts'

const SECURITY_NONE = 1
const SECURITY_VNC = 2

/** The name of a desktop is not used. It is skipped, unless it is longer than any real one. */
const MAX_NAME_BYTES = 65_536

export interface Size {
  width: number
  height: number
}

/**
 * Opens a session that shares the desktop with other viewers (RFC 6143, sections 7.1 to 7.3), and returns the size of
 * the desktop.
 * @throws {DesktopError} `Refused`, `AuthenticationFailed`, `ProtocolError`, `TooLarge`, `Closed`
 */
export async function shakeHands(reader: ByteReader, stream: ByteStream, password?: string): Promise<Size> {
  const minor = await agreeOnVersion(reader, stream)
  const security = minor === 3 ? await readSecurity(reader) : await chooseSecurity(reader, stream, password)
  if (security === SECURITY_VNC) await authenticate(reader, stream, password)
  else if (security !== SECURITY_NONE) throw unsupportedSecurity()
  // Before version 3.8, None has no result.
  if (security === SECURITY_VNC || minor === 8) await readSecurityResult(reader)
  stream.write(new Uint8Array([1])) // 1: shared
  return readServerInit(reader)
}

/** Returns the minor version of RFB 3 that both sides use: 3, 7 or 8. */
async function agreeOnVersion(reader: ByteReader, stream: ByteStream): Promise<3 | 7 | 8> {
  const match = /^RFB (\d{3})\.(\d{3})\n$/.exec(toAscii(await reader.read(12)))
  if (!match) throw protocolError('The server does not speak RFB, the protocol of VNC.')
  const [major, minor] = [Number(match[1]), Number(match[2])]
  if (major < 3) throw protocolError('The server speaks a version of RFB before 3.3.')
  const agreed = agreedMinor(major, minor)
  stream.write(new TextEncoder().encode(`RFB 003.00${agreed}\n`))
  return agreed
}

/** Some servers report versions that do not exist, such as 3.889 or 4.1. They know 3.8, or treat it as 3.3 (3.5). */
function agreedMinor(major: number, minor: number): 3 | 7 | 8 {
  if (major > 3 || minor >= 8) return 8
  return minor === 7 ? 7 : 3
}

/** In version 3.3, the server chooses. */
async function readSecurity(reader: ByteReader): Promise<number> {
  const security = await reader.uint32()
  if (security === 0) throw refused()
  return security
}

async function chooseSecurity(reader: ByteReader, stream: ByteStream, password?: string): Promise<number> {
  const count = await reader.uint8()
  if (count === 0) throw refused()
  const offered = await reader.read(count)
  const known = offered.includes(SECURITY_NONE) || offered.includes(SECURITY_VNC)
  if (!known) throw unsupportedSecurity()
  const needsPassword = !offered.includes(SECURITY_NONE)
  if (needsPassword && password === undefined) throw missingPassword()
  const security = needsPassword ? SECURITY_VNC : SECURITY_NONE
  stream.write(new Uint8Array([security]))
  return security
}

async function authenticate(reader: ByteReader, stream: ByteStream, password?: string): Promise<void> {
  if (password === undefined) throw missingPassword()
  stream.write(answerChallenge(await reader.read(16), password))
}

/** The reason that a server may send is not read: it must not appear in a message. */
async function readSecurityResult(reader: ByteReader): Promise<void> {
  const result = await reader.uint32()
  if (result !== 0) throw new DesktopError('AuthenticationFailed', 'The VNC server rejects the password.')
}

async function readServerInit(reader: ByteReader): Promise<Size> {
  const width = await reader.uint16()
  const height = await reader.uint16()
  await reader.skip(16) // its pixel format: the client sets another
  const nameBytes = await reader.uint32()
  if (nameBytes > MAX_NAME_BYTES) throw protocolError('The name of the desktop is too long.')
  await reader.skip(nameBytes)
  return { width, height }
}

const toAscii = (bytes: Uint8Array) => String.fromCharCode(...bytes)

const refused = () => new DesktopError('Refused', 'The VNC server refuses connections at the moment.')

const missingPassword = () => new DesktopError('AuthenticationFailed', 'The VNC server requires a password.')

function unsupportedSecurity(): DesktopError {
  const message = 'The VNC server offers no supported security type. Supported are None and VNC authentication.'
  return new DesktopError('AuthenticationFailed', message)
}
