import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Faults } from '../ecs/faults.ts'
import type { Instance } from '../ecs/instance.ts'
import type { Program } from './program.ts'
import { refusalOfWindows } from './windows-account.ts'

export type PasswordAgentOptions = {
  port: number
  /** The account that it sets passwords of: the only one it knows. */
  user: string
  /** What a request has to bring as X-API-Key. Empty: nothing. */
  key: string
  faults: Faults
}

/**
 * Starts the password agent of a Windows instance:
 * `GET /?Action=ChangePassword&Version=2020-04-01&Username=...&NewPassword=...`.
 * It answers 401 to a wrong key, and otherwise 200: `{"Result":{"Result":""}}`, or with the words of a failure in place
 * of the empty text. The instance keeps the hash of the password.
 */
export function startPasswordAgent(instance: Instance, address: string, options: PasswordAgentOptions): Program {
  const server = createServer((request, response) => answer(request, response, instance, options))
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

function answer(request: IncomingMessage, response: ServerResponse, instance: Instance, options: PasswordAgentOptions) {
  const [path, query = ''] = (request.url ?? '').split('?', 2)
  if (path !== '/') return send(response, 404, { Error: 'there is nothing here' })
  if (request.method !== 'GET') return send(response, 405, { Error: 'GET is the only method' })
  if (!hasKey(request, options.key)) return send(response, 401, unauthorized)

  const isHere = ({ InstanceId = instance.InstanceId }) => InstanceId === instance.InstanceId
  const fault = options.faults.takeWhere(isHere, 'AgentRefuses', 'AgentFails', 'AgentHangs')
  if (fault?.Kind === 'AgentHangs') return
  if (fault?.Kind === 'AgentRefuses') return send(response, 401, unauthorized)
  if (fault?.Kind === 'AgentFails') return send(response, 200, said(fault.Text ?? 'Access is denied.'))
  send(response, 200, said(changePassword(new URLSearchParams(query), instance, options.user)))
}

/** Does what is asked. Returns the words of a failure, or an empty text. */
function changePassword(asked: URLSearchParams, instance: Instance, user: string): string {
  const [action, version, username, password] = ['Action', 'Version', 'Username', 'NewPassword'].map(
    (name) => asked.get(name) ?? '',
  ) as [string, string, string, string]
  if (action !== 'ChangePassword' || version !== '2020-04-01') return 'The action or its version is not known.'
  const refusal = refusalOfWindows({ user, username, password })
  if (refusal) return refusal
  instance.passwordSha256 = sha256(password).toString('hex')
  return ''
}

const unauthorized = { Error: 'X-API-Key is missing or wrong' }
const said = (text: string) => ({ Result: { Result: text } })

function hasKey(request: IncomingMessage, key: string): boolean {
  return key === '' || timingSafeEqual(sha256(String(request.headers['x-api-key'] ?? '')), sha256(key))
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
