import { randomInt } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { ActionError } from '../errors.ts'
import type { Log } from '../log.ts'
import { connect, TimeoutError } from './ecs/connection.ts'

/**
 * Gives the user of a Windows sandbox a password through the agent in the machine. The agent answers 200 even when it
 * failed; only an empty `Result.Result` says that the password is set.
 *
 * @param address  PrimaryIp of the machine
 * @param timeoutMs  most time for the answer, in milliseconds
 * @throws {ActionError} `ServiceUnavailable` or `UpstreamTimeout`; then the password may or may not have been set
 */
export async function changePassword(
  windows: Config['windows'],
  address: string,
  password: string,
  timeoutMs: number,
  log: Log,
): Promise<void> {
  const agent = connect(`${windows.agent_scheme}://${address}:${windows.agent_port}`)
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
  const answer = await agent.get(`/?${query}`, headers, timeoutMs).catch((error) => {
    if (error instanceof TimeoutError) throw new ActionError(504, 'UpstreamTimeout', `${AGENT} did not answer.`, error)
    throw unavailable('could not be reached: it starts some time after the machine', error)
  })
  if (answer.status !== 200 || !isSuccess(answer.body)) {
    // Its own words are for the log alone. They may quote the password: hidden before they are cut, none of it is left.
    const words = JSON.stringify(log.redact(answer.body).slice(0, 500))
    throw unavailable('did not set a password', new Error(`HTTP status ${answer.status}: ${words}`))
  }
}

const AGENT = 'The password agent in the sandbox'

const unavailable = (what: string, cause: unknown) =>
  new ActionError(503, 'ServiceUnavailable', `${AGENT} ${what}. Repeat the call.`, cause)

/**
 * A password with 86 random bits in 30 characters: upper and lower case, digits and `@`, and nothing else, because it
 * passes through a command line of cmd.exe in the machine. A letter first, because a leading `@` is special there; digits
 * alone at random, because Windows refuses a password that contains the name of its user.
 */
export function newPassword(): string {
  return `Ka9@${Array.from({ length: 26 }, () => randomInt(10)).join('')}`
}

function isSuccess(body: string): boolean {
  try {
    const { Result } = JSON.parse(body).Result
    return Result === ''
  } catch {
    return false
  }
}
