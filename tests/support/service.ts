import { handler as createSandbox, initializer } from '../../functions/create-sandbox/index.ts'
import { handler as deleteSandbox } from '../../functions/delete-sandbox/index.ts'
import { handler as describeSandboxTerminalUrl } from '../../functions/describe-sandbox-terminal-url/index.ts'
import { handler as describeSandboxes } from '../../functions/describe-sandboxes/index.ts'
import { handler as rebootSandbox } from '../../functions/reboot-sandbox/index.ts'
import { handler as renewSandbox } from '../../functions/renew-sandbox/index.ts'
import { handler as startSandbox } from '../../functions/start-sandbox/index.ts'
import { handler as stopSandbox } from '../../functions/stop-sandbox/index.ts'
import { handler as validateVncToken } from '../../functions/validate-vnc-token/index.ts'
import type { Reply } from '../../shared/handler/reply.ts'
import type { Pair, Sent } from './events.ts'

/** The handlers by the name of their action. */
export const handlers = {
  CreateSandbox: createSandbox,
  DeleteSandbox: deleteSandbox,
  DescribeSandboxes: describeSandboxes,
  DescribeSandboxTerminalUrl: describeSandboxTerminalUrl,
  RebootSandbox: rebootSandbox,
  RenewSandbox: renewSandbox,
  StartSandbox: startSandbox,
  StopSandbox: stopSandbox,
  ValidateVncToken: validateVncToken,
}

export type ActionName = keyof typeof handlers

export const ACTIONS = Object.keys(handlers) as ActionName[]

/** What a deployment has to fill in. */
export const NEEDED = {
  ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-linux',
  ECS_MANAGER__INSTANCE__ZONE: 'cn-beijing-a',
  ECS_MANAGER__NETWORK__SUBNET_ID: 'subnet-test',
  ECS_MANAGER__NETWORK__SECURITY_GROUP_IDS: '["sg-test"]',
}

export const KEY = 'fake-key-for-tests'
export const CALLER = 'test-caller'

/** The tag that makes an instance a sandbox. */
export const TAG = { 'managed-by': 'ecs-manager' }

/**
 * Configures the handlers of the sources in this process by the environment alone, over config.toml as shipped: the cloud at
 * `url`, one key, and the settings on top of that, each named `section.key`. The connection is opened, which the emulator
 * logs as a call: reset it afterwards where calls are counted.
 */
export async function configure(url: string, settings: Record<string, string> = {}): Promise<void> {
  setEnvironment(url, settings)
  await initializer()
}

/** Sets the variables that `configure` describes. */
export function setEnvironment(url: string, settings: Record<string, string>): void {
  for (const name of Object.keys(process.env)) {
    if (/^(ECS_MANAGER_|VOLCENGINE_|_FAAS_)/.test(name)) delete process.env[name]
  }
  Object.assign(process.env, NEEDED, {
    ECS_MANAGER__VOLCENGINE__ENDPOINT: url,
    ECS_MANAGER__VOLCENGINE__ACCESS_KEY: 'AKLOCAL',
    ECS_MANAGER__VOLCENGINE__SECRET_KEY: 'local-secret',
    ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ [CALLER]: KEY }),
  })
  for (const [name, value] of Object.entries(settings)) {
    process.env[`ECS_MANAGER__${name.replace('.', '__').toUpperCase()}`] = value
  }
}

/** A good request of an action, with the key. */
export function request(action: ActionName, parameters: Record<string, string> = {}, more: Sent = {}): Sent {
  const { headers = [], query = [], ...rest } = more
  return {
    query: [['Action', action], ['Version', '2020-04-01'], ...Object.entries(parameters), ...query],
    headers: [...AUTHORIZED, ...headers],
    ...rest,
  }
}

export const AUTHORIZED: readonly Pair[] = [['Authorization', `Bearer ${KEY}`]]

/** An answer as a client of any of the platforms sees it. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string>
  text: string
  /** The body, parsed; null when it is empty. */
  body: Body | null
  code: string | undefined
  message: string | undefined
}

export interface Body {
  ResponseMetadata?: {
    RequestId: string
    Action: string
    Version: string
    Service: string
    Region: string
    Caller?: unknown
    Error?: { Code: string; Message: string }
  }
  Result?: unknown
  NextToken?: unknown
  host?: unknown
  port?: unknown
}

/** Calls a handler of the sources as a platform does. */
export async function invoke(action: ActionName, event: unknown, context: object = {}): Promise<Answer> {
  return toAnswer(await handlers[action](event, context))
}

/** Reads a reply as the client of the platform does. */
export function toAnswer({ statusCode, headers, multiValueHeaders = {}, body }: Reply): Answer {
  const found =
    headers ?? Object.fromEntries(Object.entries(multiValueHeaders).map(([name, all]) => [name, all.join()]))
  const parsed: Body | null = body === '' ? null : JSON.parse(body)
  return {
    status: statusCode,
    headers: Object.fromEntries(Object.entries(found).map(([name, value]) => [name.toLowerCase(), value])),
    text: body,
    body: parsed,
    code: parsed?.ResponseMetadata?.Error?.Code,
    message: parsed?.ResponseMetadata?.Error?.Message,
  }
}

/** `status Code` of a refusal, `200` of a success: what a table of cases compares. */
export const outcome = ({ status, code }: Answer) => (code === undefined ? `${status}` : `${status} ${code}`)
