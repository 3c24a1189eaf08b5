import { randomInt } from 'node:crypto'
import type { Config } from '../../config/schema.ts'
import { ActionError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { CertificateError, connect, TimeoutError, TooLargeError } from '../ecs/connection.ts'

// The answer of a machine is not trusted. The agent itself sends a few hundred bytes.
const MAX_ANSWER_BYTES = 65_536

/**
 * Sets the password of the user of a Windows sandbox, through the agent in the machine. The agent answers 200 even if
 * it fails; only an empty `Result.Result` means that the password is set.
 *
 * @param address  PrimaryIp of the machine
 * @param timeoutMs  time limit for the answer, in milliseconds
 * @throws {ActionError} `ServiceUnavailable` or `UpstreamTimeout`; the password may or may not have been set. With
 *   status 502, the configuration does not fit the agent and a retry does not help
 */
export async function changePassword(
  windows: Config['windows'],
  address: string,
  password: string,
  timeoutMs: number,
  log: Log,
): Promise<void> {
  const agent = connect(`${windows.agent_scheme}://${address}:${windows.agent_port}`, {
    ca: windows.agent_ca,
    maxBytes: MAX_ANSWER_BYTES,
  })
  const query = new URLSearchParams({
    Action: 'ChangePassword',
    Version: '2020-04-01',
    Username: windows.agent_user,
    NewPassword: password,
  })
  const headers = {
    Host: agent.host,
    Connection: 'close',
    ...(windows.agent_key && { 'X-API-Key': windows.agent_key }),
  }
  // A connection of its own, closed after the answer: a machine must not keep it open.
  const { status, body } = await agent.get(`/?${query}`, headers, timeoutMs, true).catch((error) => {
    throw noAnswer(error, address)
  })
  if (status === 200 && isSuccess(body)) return
  // The body is only for the log. It may quote the password or the key, so redact it before truncating it.
  const quoted = JSON.stringify(log.redact(body).slice(0, 500))
  const cause = new Error(`HTTP status ${status}: ${quoted}`)
  if (status === 401 || status === 403) {
    const refused = windows.agent_key ? 'refused windows.agent_key' : 'asks for a key, and windows.agent_key is empty'
    throw misfit(`${refused}: it must be the key that the agent was started with`, cause)
  }
  throw unavailable('did not set a password. Repeat the call', cause)
}

/**
 * Returns a password with 64 random bits in 14 characters: a letter, 11 letters or digits, `@` and a digit. The
 * reasons:
 *
 * - The agent splits camel case and lower-cases its parameters, so capital letters would be lost.
 * - With more than 14 characters, `net user` waits for a confirmation.
 * - The password is part of a command line of cmd.exe, where a leading `@` and most special characters have a meaning.
 * - Windows requires three kinds of characters and rejects a password that contains the user's name: the password
 *   does not use the first character of the name.
 *
 * It has the fewest bits if the name begins with a digit: 26 * 35 ** 11 * 9 is 2 ** 64.3.
 */
export function newPassword(user: string): string {
  const without = (characters: string) => characters.replace(user.charAt(0), '')
  const letters = without('abcdefghijklmnopqrstuvwxyz')
  const digits = without('0123456789')
  const some = (count: number, of: string) =>
    Array.from({ length: count }, () => of.charAt(randomInt(of.length))).join('')
  return `${some(1, letters)}${some(11, letters + digits)}@${some(1, digits)}`
}

function noAnswer(error: Error & { code?: string }, address: string): ActionError {
  if (error instanceof TimeoutError)
    return new ActionError(504, 'UpstreamTimeout', `${AGENT} did not answer.`, { cause: error })
  if (error instanceof CertificateError) {
    const { code = '' } = error.cause as { code?: string }
    const [fault, right] = certificateFault(code, address)
    return misfit(`has a certificate that ${fault} (${code}): ${right}`, error)
  }
  if (error instanceof TooLargeError) {
    return unavailable(`answered with more than ${MAX_ANSWER_BYTES} bytes: windows.agent_port may be wrong`, error)
  }
  if (/^(EPROTO|ERR_SSL_)/.test(error.code ?? '')) {
    return misfit('did not agree on TLS: if it has no certificate, windows.agent_scheme must be http', error)
  }
  // HPE_...: the HTTP parser of Node.js rejects the answer. An agent that expects HTTPS closes the connection.
  if (/^(HPE_|ECONNRESET)/.test(error.code ?? '')) {
    const advice = 'if it stays so, windows.agent_scheme or windows.agent_port is wrong'
    return unavailable(`did not answer in HTTP. Repeat the call; ${advice}`, error)
  }
  return unavailable('could not be reached: it starts some time after the machine. Repeat the call', error)
}

function certificateFault(code: string, address: string): [fault: string, right: string] {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return ['has expired', 'it needs a new one']
    case 'CERT_NOT_YET_VALID':
      return ['is not valid yet', 'it needs one that is']
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return [`is not for its address ${address}`, 'it needs one with this address among its subjectAltName']
    default:
      return ['is not trusted', 'windows.agent_ca must hold the certificate of the CA that signed it']
  }
}

const AGENT = 'The password agent in the sandbox'

const unavailable = (what: string, cause: unknown) =>
  new ActionError(503, 'ServiceUnavailable', `${AGENT} ${what}.`, { cause })

// The configuration does not fit the image: a retry does not help.
const misfit = (what: string, cause: unknown) =>
  new ActionError(502, 'ServiceUnavailable', `${AGENT} ${what}.`, { cause })

function isSuccess(body: string): boolean {
  try {
    const { Result } = JSON.parse(body).Result
    return Result === ''
  } catch {
    return false
  }
}
