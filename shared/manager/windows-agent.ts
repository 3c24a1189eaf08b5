import { randomInt } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { ActionError } from '../errors.ts'
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
  { windows }: Config,
  address: string,
  password: string,
  timeoutMs: number,
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
    throw error instanceof TimeoutError
      ? new ActionError(504, 'UpstreamTimeout', 'The password agent in the sandbox did not answer in time.', {
          cause: error,
        })
      : unavailable(
          'The password agent in the sandbox could not be reached. It starts some time after the machine.',
          error,
        )
  })
  if (answer.status !== 200 || !isSuccess(answer.body)) {
    // Its own words are for the log: they may quote the password.
    const cause = new Error(`agent: HTTP status ${answer.status}, ${answer.body.slice(0, 500)}`)
    throw unavailable('The password agent in the sandbox did not set a password.', cause)
  }
}

/**
 * A password of 20 characters with upper and lower case, digits and `@`. Nothing else, because it passes through a
 * command line of cmd.exe in the machine; and a letter first, because a leading `@` is special there.
 */
export function newPassword(): string {
  const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
  const lower = 'abcdefghijkmnopqrstuvwxyz'
  const digits = '23456789'
  const rest = [pick(upper), pick(lower), pick(digits), '@']
  while (rest.length < 19) rest.push(pick(upper + lower + digits))
  for (let at = rest.length - 1; at > 0; at -= 1) {
    const other = randomInt(at + 1)
    const moved = rest[at] ?? ''
    rest[at] = rest[other] ?? ''
    rest[other] = moved
  }
  return pick(upper + lower) + rest.join('')
}

const pick = (characters: string) => characters.charAt(randomInt(characters.length))

function isSuccess(body: string): boolean {
  try {
    const { Result } = JSON.parse(body).Result
    return Result === ''
  } catch {
    return false
  }
}

const unavailable = (message: string, cause: unknown) => new ActionError(503, 'ServiceUnavailable', message, { cause })
