import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import type { Artifact } from '../../artifact.ts'
import type { CommandContext } from '../../context.ts'
import { credentialsFrom, isLoopback } from '../../credentials.ts'
import type { FunctionSpec } from '../../service.ts'
import { CommandError } from '../command-error.ts'
import { functionOf } from '../function-of.ts'
import { contextInputOf, inputOf, optionValues } from '../input.ts'
import { interruption } from '../interruption.ts'
import { eventFor } from './event.ts'
import type { ProgramMessage } from './messages.ts'

const STDERR = 2

const PROGRAM = join(import.meta.dirname, 'program.cjs')

/**
 * `serverless invoke local -f <function>`: runs its package on this computer, in a separate process, with the event of
 * --data or --path. The result goes to stdout as JSON, the log to stderr. The exit code is not 0 if the function
 * throws, returns a status of 400 or more, or exceeds its timeout.
 */
export async function invokeLocal(
  context: CommandContext,
  interrupted = interruption(),
  log: typeof STDERR | 'ignore' = STDERR,
): Promise<void> {
  const { options, utils } = context
  const spec = functionOf(context)
  if (options.docker) throw new CommandError('--docker is not supported: the runtime has no image')
  const requestId = randomUUID()
  const event = eventFor(spec, (await inputOf(options)) ?? {}, requestId)
  const request = { event, context: { requestId, ...(await contextInputOf(options)) } }

  const folder = mkdtempSync(join(tmpdir(), `${spec.key}-`))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeFolder)
  try {
    // TMPDIR may be in a folder with ES modules. As on veFaaS, code without a package.json of its own is CommonJS.
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n')
    const code = join(folder, 'code')
    mkdirSync(code)
    unzip(packageOf(context, spec), code)
    const result = await run(spec, code, environmentFor(context, spec), request, interrupted, log)
    if (result === undefined) {
      process.exitCode = 130
      return
    }
    utils.writeText(JSON.stringify(withParsedBody(result.value), undefined, 2) ?? 'null')
    if (Number((result.value as { statusCode?: unknown } | null)?.statusCode) >= 400) process.exitCode = 1
  } finally {
    process.off('exit', removeFolder)
    removeFolder()
  }
}

function packageOf({ artifactOf }: CommandContext, { key }: FunctionSpec): Artifact {
  try {
    return artifactOf(key)
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
}

function unzip({ bytes, file }: Artifact, folder: string): void {
  for (const [name, contents] of Object.entries(unzipSync(bytes))) {
    const path = resolve(folder, name)
    if (relative(folder, path).startsWith('..'))
      throw new CommandError(`${file} contains a path that leaves the folder: ${name}`)
    if (name.endsWith('/')) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/**
 * The environment of the process: some variables of this computer, those of the function and of --env, and the
 * credentials of the caller. A deployed function has the credentials of its role, which only the cloud can issue. With
 * an emulated cloud, the function gets the pair of that cloud, and never the real credentials.
 */
function environmentFor({ endpoint, options }: CommandContext, { environment }: FunctionSpec): NodeJS.ProcessEnv {
  const inherited: NodeJS.ProcessEnv = {}
  for (const name of ['PATH', 'TZ', 'LANG']) {
    if (process.env[name]) inherited[name] = process.env[name]
  }
  const given: NodeJS.ProcessEnv = {}
  for (const pair of optionValues(options.env)) {
    const [name = '', value = ''] = String(pair).split(/=(.*)/s)
    given[name] = value
  }
  return { ...inherited, ...credentialVariables(endpoint), ...environment, ...given }
}

/** Empty if the caller has no credentials: not every function calls the cloud. */
function credentialVariables(endpoint: string): NodeJS.ProcessEnv {
  if (!isLoopback(endpoint) && !process.env.VOLCENGINE_ACCESS_KEY) return {}
  const { accessKeyId, secretKey, sessionToken } = credentialsFrom(process.env, endpoint)
  return {
    VOLCENGINE_ACCESS_KEY: accessKeyId,
    VOLCENGINE_SECRET_KEY: secretKey,
    ...(sessionToken && { VOLCENGINE_SESSION_TOKEN: sessionToken }),
  }
}

/**
 * Returns the result of the handler; undefined if it was interrupted.
 * @throws {CommandError}
 */
async function run(
  { key, settings }: FunctionSpec,
  cwd: string,
  env: NodeJS.ProcessEnv,
  request: object,
  interrupted: AbortSignal,
  log: typeof STDERR | 'ignore',
): Promise<{ value: unknown } | undefined> {
  // Both streams go to the log, because stdout is for the result. The flags of this process (tsx) do not apply to it.
  const child = fork(PROGRAM, [], { cwd, env, execArgv: [], stdio: ['ignore', log, log, 'ipc'] })
  const kill = () => child.kill('SIGKILL')
  interrupted.addEventListener('abort', kill)
  let timer: NodeJS.Timeout | undefined
  let timeoutMessage: string | undefined
  const startTimeout = (seconds: number, what: string) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timeoutMessage = `${what} exceeded its timeout of ${seconds} s`
      kill()
    }, seconds * 1_000)
  }
  try {
    return await new Promise((resolve, reject) => {
      startTimeout(settings.InitializerSec, 'The initializer')
      child.on('message', (message: ProgramMessage) => {
        if (message.type === 'initialized') startTimeout(settings.RequestTimeout, 'The handler')
        if (message.type === 'failed') reject(new CommandError(`Function ${key} failed: ${message.message}`))
        if (message.type === 'returned') resolve({ value: message.value })
      })
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        if (interrupted.aborted) resolve(undefined)
        const exit = `Its process ended ${signal ? `by ${signal}` : `with code ${code}`} before it returned a result`
        reject(new CommandError(`Function ${key} failed. ${timeoutMessage ?? exit}`))
      })
      child.send(request)
    })
  } finally {
    clearTimeout(timer)
    interrupted.removeEventListener('abort', kill)
    kill()
  }
}

/** Parses a body of JSON, so that it is easier to read. */
function withParsedBody(result: unknown): unknown {
  if (typeof result !== 'object' || result === null || !('body' in result)) return result
  const { body } = result
  if (typeof body !== 'string') return result
  try {
    return { ...result, body: JSON.parse(body) }
  } catch {
    return result
  }
}
