import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Faults } from '../ecs/faults.ts'
import type { Instance } from '../ecs/instance.ts'
import { newRequestId } from '../gateway/envelope.ts'
import type { InstanceProgram } from './instance-program.ts'
import { netUserError } from './windows-account.ts'

export type PasswordAgentOptions = {
  port: number
  /** The only account whose password it can set. */
  user: string
  /** The key that a request must have in X-API-Key or, if there is none, in Authorization. Empty: no key is needed. */
  key: string
  faults: Faults
}

/**
 * Starts the password agent of a Windows instance, which behaves like the tool server of the computer-use demo:
 * `GET /?Action=ChangePassword&Version=2020-04-01&Username=...&NewPassword=...`.
 * It converts every value from camel case to snake case before it uses it: `Good1Key@` is set as `good1_key@`. A wrong key
 * gets 401, everything else 200, with the text of the failure, or an empty text, in `Result.Result`. The instance keeps the
 * hash of the password.
 */
export function startPasswordAgent(
  instance: Instance,
  address: string,
  options: PasswordAgentOptions,
): InstanceProgram {
  const server = createServer((request, response) => answerPasswordRequest(request, response, instance, options))
  const exited = new Promise<string>((resolve) => {
    server.on('error', (error) => resolve(`its password agent: ${error.message}`))
    server.on('close', () => resolve('its password agent was closed'))
  })
  const listening = new Promise<void>((resolve) => server.listen(options.port, address, resolve))
  return {
    exited,
    async stop() {
      await Promise.race([listening, exited]) // a server that does not listen yet cannot be closed
      server.close()
      server.closeAllConnections()
      await exited
    },
  }
}

/** Answers one request to the agent of the instance. */
export function answerPasswordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  instance: Instance,
  options: Omit<PasswordAgentOptions, 'port'>,
) {
  const [path, query = ''] = (request.url ?? '').split('?', 2)
  if (path !== '/') return send(response, 404, { Error: 'no such path' })
  if (request.method !== 'GET') return send(response, 405, { Error: 'only GET is allowed' })

  const parameters = new URLSearchParams(query)
  const answer = (status: number, Result: object) =>
    send(response, status, { ResponseMetadata: metadataOf(parameters, instance), Result })
  if (!hasKey(request, options.key)) return answer(401, DENIED)

  const isForInstance = ({ InstanceId = instance.InstanceId }) => InstanceId === instance.InstanceId
  const fault = options.faults.takeWhere(isForInstance, 'AgentRefuses', 'AgentFails', 'AgentHangs')
  if (fault?.Kind === 'AgentHangs') return
  if (fault?.Kind === 'AgentRefuses') return answer(401, DENIED)
  if (fault?.Kind === 'AgentFails') return answer(200, { Result: fault.Text ?? 'Access is denied.' })
  answer(200, { Result: changePassword(parameters, instance, options.user) })
}

/** Sets the password. Returns the text of the failure, or an empty text. */
function changePassword(parameters: URLSearchParams, instance: Instance, user: string): string {
  const read = (name: string) => toSnakeCase(parameters.get(name) ?? '')
  if (read('Action') !== 'change_password' || read('Version') !== '2020-04-01') {
    return 'The action or its version is not known.'
  }
  const password = read('NewPassword')
  const error = netUserError({ user, username: read('Username'), password })
  if (error) return error
  instance.passwordSha256 = sha256(password).toString('hex')
  return ''
}

function toSnakeCase(value: string): string {
  return value.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase()
}

const DENIED = { Error: 'Permission denied' }

const metadataOf = (parameters: URLSearchParams, { region }: Instance) => ({
  RequestId: newRequestId(Date.now()),
  Action: parameters.get('Action') ?? '',
  Version: parameters.get('Version') ?? '',
  Service: 'tool_server',
  Region: region,
})

function hasKey(request: IncomingMessage, key: string): boolean {
  const { authorization = '', 'x-api-key': given = authorization } = request.headers
  return key === '' || timingSafeEqual(sha256(String(given)), sha256(key))
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
