import { join } from 'node:path'
import { expect } from 'vitest'
import { type Caller, PLATFORM } from '../../shared/config/callers.ts'
import { loadConfig, secretsOf } from '../../shared/config/index.ts'
import type { Config } from '../../shared/config/schema.ts'
import { ActionError } from '../../shared/errors.ts'
import { type CloudCall, startLog } from '../../shared/log.ts'
import type { Call } from '../../shared/manager/ecs/call.ts'

/** Settings as `section.key`, whatever the type of the key. */
export type Settings = Readonly<Record<string, unknown>>

const FILE = join(import.meta.dirname, '../../config.toml')

/** Enough for every action, against the emulated ECS. */
const ENOUGH: Settings = {
  'volcengine.access_key': 'AKLOCAL',
  'volcengine.secret_key': 'local-secret',
  'volcengine.try_timeout_seconds': 5,
  'instance.image_id': 'image-linux',
  'instance.windows_image_id': 'image-windows',
  'instance.zone': 'cn-beijing-a',
  'network.subnet_id': 'subnet-a',
  'network.security_group_ids': ['sg-a'],
}

/** Settings as the environment of a function has them. */
export function environmentOf(settings: Settings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      `ECS_MANAGER__${name.replace('.', '__').toUpperCase()}`,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}

/** The configuration as shipped, for the cloud at `url`, with these settings over it. */
export function configFor(url: string, settings: Settings = {}): Config {
  return loadConfig({ file: FILE, env: environmentOf({ ...ENOUGH, 'volcengine.endpoint': url, ...settings }) })
}

export interface TestCallOptions {
  /** Until the deadline. */
  withinMs?: number
  callerRequestId?: string
  caller?: Caller
}

export interface TestCall extends Call {
  /** The line of the log, as it would be if the invocation ended now, with this error if there is one. */
  line(error?: unknown): string
  /** Calls to the cloud in that line. */
  cloudCalls(): CloudCall[]
}

/** What the pipeline hands to the manager, with the real log. */
export function callFor(
  config: Config,
  { withinMs = 10_000, callerRequestId, caller = PLATFORM }: TestCallOptions = {},
): TestCall {
  let written = ''
  const log = startLog({ level: 'info', format: 'json', secrets: secretsOf(config) }, (line) => {
    written = line
  })
  const line = (error?: unknown) => {
    const status = error === undefined ? 200 : 500
    const outcome = {
      requestId: 'r-1',
      action: 'Test',
      caller: 'tester',
      code: undefined,
      milliseconds: 0,
      cold: false,
    }
    log.end({ ...outcome, status, error })
    return written
  }
  return {
    caller,
    config,
    requestId: 'r-1',
    log,
    deadline: Date.now() + withinMs,
    callerRequestId,
    line,
    cloudCalls: () => JSON.parse(line()).cloud,
  }
}

/** `status Code` of the ActionError that the work ends with; any other end fails the test. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  const { status, code } = await errorOf(work)
  return `${status} ${code}`
}

/** The ActionError that the work ends with; any other end fails the test. */
export async function errorOf(work: Promise<unknown>): Promise<ActionError> {
  const ended = await work.then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  )
  expect(ended).toHaveProperty('error')
  const error = 'error' in ended ? ended.error : undefined
  if (!(error instanceof ActionError)) throw new Error('it did not end with an ActionError', { cause: error })
  return error
}

/** How long the work takes, in milliseconds, however it ends. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work().catch(() => {})
  return performance.now() - started
}
