import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Faults } from '../ecs/faults.ts'
import type { Instance } from '../ecs/instance.ts'
import { newRequestId } from '../openapi/envelope.ts'
import type { Program } from './program.ts'
import { refusalOfWindows } from './windows-account.ts'

export type PasswordAgentOptions = {
  port: number
  /** The account that it sets passwords of: the only one it knows. */
  user: string
  /** What a request has to bring as X-API-Key or, without that, as Authorization. Empty: nothing. */
  key: string
  faults: Faults
}

/**
 * Starts the password agent of a Windows instance, as the tool server of the computer-use demo is one:
 * `GET /?Action=ChangePassword&Version=2020-04-01&Username=...&NewPassword=...`.
 * Before it uses a value, it turns it from camel case into snake case: `Good1Key@` is set as `good1_key@`. It answers 401
 * to a wrong key, and otherwise 200: with an empty `Result.Result`, or with the words of a failure there. The instance keeps
 * the hash of the password that was set.
 */
export function startPasswordAgent(instance: Instance, address: string, options: PasswordAgentOptions): Program {
  const server = createServer((request, response) => answerPasswordRequest(request, response, instance, options))
  const ended = new Promise<string>((resolve) => {
    server.on('error', (error) => resolve(`its password agent: ${error.message}`))
    server.on('close', () => resolve('its password agent was closed'))
  })
  const listening = new Promise<void>((resolve) => server.listen(options.port, address, resolve))
  return {
    ended,
    async end() {
      await Promise.race([listening, ended]) // before, there is nothing to close
      server.close()
      server.closeAllConnections()
      await ended
    },
  }
}

/** Answers one request as the agent in the instance does. */
export function answerPasswordRequest(
  request: IncomingMessage,
  response: ServerResponse,
  instance: Instance,
  options: Omit<PasswordAgentOptions, 'port'>,
) {
  const [path, query = ''] = (request.url ?? '').split('?', 2)
  if (path !== '/') return send(response, 404, { Error: 'there is nothing here' })
  if (request.method !== 'GET') return send(response, 405, { Error: 'GET is the only method' })

  const asked = new URLSearchParams(query)
  const say = (status: number, Result: object) =>
    send(response, status, { ResponseMetadata: metadataOf(asked, instance), Result })
  if (!hasKey(request, options.key)) return say(401, DENIED)

  const isHere = ({ InstanceId = instance.InstanceId }) => InstanceId === instance.InstanceId
  const fault = options.faults.takeWhere(isHere, 'AgentRefuses', 'AgentFails', 'AgentHangs')
  if (fault?.Kind === 'AgentHangs') return
  if (fault?.Kind === 'AgentRefuses') return say(401, DENIED)
  if (fault?.Kind === 'AgentFails') return say(200, { Result: fault.Text ?? 'Access is denied.' })
  say(200, { Result: changePassword(asked, instance, options.user) })
}

/** Does what is asked. Returns the words of a failure, or an empty text. */
function changePassword(asked: URLSearchParams, instance: Instance, user: string): string {
  const [action, version, username, password] = ['Action', 'Version', 'Username', 'NewPassword'].map((name) =>
    toSnakeCase(asked.get(name) ?? ''),
  ) as [string, string, string, string]
  if (action !== 'change_password' || version !== '2020-04-01') return 'The action or its version is not known.'
  const refusal = refusalOfWindows({ user, username, password })
  if (refusal) return refusal
  instance.passwordSha256 = sha256(password).toString('hex')
  return ''
}

function toSnakeCase(value: string): string {
  return value.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase()
}

const DENIED = { Error: 'Permission denied' }

const metadataOf = (asked: URLSearchParams, { region }: Instance) => ({
  RequestId: newRequestId(Date.now()),
  Action: asked.get('Action') ?? '',
  Version: asked.get('Version') ?? '',
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
