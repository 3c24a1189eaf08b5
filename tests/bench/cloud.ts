import { join } from 'node:path'
import type { EcsOptions } from '../../infra/emulator/ecs/index.ts'
import { emulatedSettings } from '../../infra/local/environment.ts'
import { type Program, project, start } from './processes.ts'
import type { Emulator, Seeds } from './programs/emulator.ts'
import type { FunctionProcess } from './programs/function.ts'

export const folders = {
  CreateSandbox: 'create-sandbox',
  DescribeSandboxes: 'describe-sandboxes',
  DescribeSandboxTerminalUrl: 'describe-sandbox-terminal-url',
  ValidateVncToken: 'validate-vnc-token',
  RenewSandbox: 'renew-sandbox',
  RebootSandbox: 'reboot-sandbox',
  StopSandbox: 'stop-sandbox',
  StartSandbox: 'start-sandbox',
  DeleteSandbox: 'delete-sandbox',
} as const

export type Action = keyof typeof folders
export const actions = Object.keys(folders) as Action[]

/** The bundle of an action's function. */
export const bundleOf = (action: Action) => join(project, 'dist', folders[action], 'index.js')

/** The tag that makes an instance a sandbox, as config.toml has it. */
export const sandboxTags = { 'managed-by': 'ecs-manager' }

/** What every emulated cloud knows, unless told otherwise. */
export const credentials = { accessKeyId: 'AKLOCAL', secretKey: 'local-secret', sessionToken: '' }

/** The same for a process that calls the cloud. */
export const credentialVariables = {
  VOLCENGINE_ACCESS_KEY: credentials.accessKeyId,
  VOLCENGINE_SECRET_KEY: credentials.secretKey,
}

/** An emulated ECS in a process of its own. */
export function startEmulator(args: EcsOptions & { seed?: Seeds | Seeds[] } = {}, env = {}): Program<Emulator> {
  return start<Emulator>('emulator', { args, env })
}

export const KEY = 'key-of-the-benchmark'

/** The environment in which a function uses this cloud: configured as shipped, callers need a key. */
export function environmentFor(url: string): Record<string, string> {
  return {
    ...emulatedSettings(join(project, 'config.toml'), url),
    ...credentialVariables,
    ECS_MANAGER__SECURITY__KEYS: JSON.stringify({ bench: KEY }),
    _FAAS_FUNC_TIMEOUT: '30',
  }
}

/** An event as veFaaS hands it to a handler. */
export function eventFor(action: Action, parameters: Record<string, string> = {}): object {
  return {
    httpMethod: 'GET',
    path: '/',
    pathParameters: {},
    queryStringParameters: { Action: action, Version: '2020-04-01', ...parameters },
    headers: {
      Accept: '*/*',
      Authorization: `Bearer ${KEY}`,
      Host: '127.0.0.1:8102',
      'User-Agent': 'bench',
      'X-Faas-Event-Type': 'http',
      'X-Faas-Request-Id': 'bench',
      'X-Real-Ip': '127.0.0.1',
      'X-Real-Port': '40000',
    },
    body: '',
  }
}

/** The function of an action in a process of its own, initialized. */
export function startFunction(action: Action, url: string, heapMb?: number): Promise<Program<FunctionProcess>> {
  return startBundle(folders[action], environmentFor(url), heapMb)
}

/** The bundle of a function in a process of its own, initialized. */
export async function startBundle(
  folder: string,
  env: Record<string, string>,
  heapMb?: number,
): Promise<Program<FunctionProcess>> {
  const file = join(project, 'dist', folder, 'index.js')
  const program = start<FunctionProcess>('function', {
    args: { file },
    env,
    lean: true,
    ...(heapMb !== undefined && { heapMb }),
  })
  await program.ask('initialize')
  return program
}

/** The result of a call; throws when it is a refusal. */
export function resultOf({ statusCode, body }: { statusCode: number; body: string }) {
  if (statusCode !== 200) throw new Error(`a call was answered with ${statusCode} ${body.slice(0, 300)}`)
  const parsed = JSON.parse(body)
  return parsed.Result ?? parsed
}
