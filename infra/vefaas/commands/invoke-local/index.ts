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
import { contextInputOf, inputOf } from '../input.ts'
import { interruption } from '../interruption.ts'
import { eventFor } from './event.ts'
import type { ProgramMessage } from './messages.ts'

const STDERR = 2

const PROGRAM = join(import.meta.dirname, 'program.cjs')

/**
 * `serverless invoke local -f <function>`: runs its packed code on this computer, in a process of its own, with the event
 * of --data or --path. What it returns goes to stdout as JSON, its log to stderr; the process fails when it throws, answers
 * a status from 400 up, or takes longer than it may.
 */
export async function invokeLocal(
  context: CommandContext,
  interrupted = interruption(),
  log: typeof STDERR | 'ignore' = STDERR,
): Promise<void> {
  const { options, utils } = context
  const spec = functionOf(context)
  if (options.docker) throw new CommandError('--docker: there is no image of the runtime; leave it out')
  const requestId = randomUUID()
  const event = eventFor(spec, (await inputOf(options)) ?? {}, requestId)
  const question = { event, context: { requestId, ...(await contextInputOf(options)) } }

  const folder = mkdtempSync(join(tmpdir(), `${spec.key}-`))
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeFolder)
  try {
    unzip(packageOf(context, spec), folder)
    const result = await run(spec, folder, environmentFor(context, spec), question, interrupted, log)
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
    if (relative(folder, path).startsWith('..')) throw new CommandError(`${file} has a file outside of it: ${name}`)
    if (name.endsWith('/')) continue
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents)
  }
}

/**
 * What a program needs of this computer, the function's own variables, those of --env, and the caller's access to the
 * cloud: deployed, the function would have that of its role, which only the cloud can give out. With an emulated cloud it is
 * the pair that this one knows, and the real one stays away from it.
 */
function environmentFor({ endpoint, options }: CommandContext, { environment }: FunctionSpec): NodeJS.ProcessEnv {
  const inherited = ['PATH', 'TZ', 'LANG'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  const given = [options.env ?? []].flat().map((pair) => String(pair).split(/=(.*)/s))
  return {
    ...Object.fromEntries(inherited),
    ...accessTo(endpoint),
    ...environment,
    ...Object.fromEntries(given.map(([name = '', value = '']) => [name, value])),
  }
}

/** None where the caller has none: not every function calls the cloud. */
function accessTo(endpoint: string): NodeJS.ProcessEnv {
  if (!isLoopback(endpoint) && !process.env.VOLCENGINE_ACCESS_KEY) return {}
  const { accessKeyId, secretKey, sessionToken } = credentialsFrom(process.env, endpoint)
  return {
    VOLCENGINE_ACCESS_KEY: accessKeyId,
    VOLCENGINE_SECRET_KEY: secretKey,
    ...(sessionToken && { VOLCENGINE_SESSION_TOKEN: sessionToken }),
  }
}

/** What the handler returned; undefined when it was interrupted. @throws CommandError */
async function run(
  { key, settings }: FunctionSpec,
  cwd: string,
  env: NodeJS.ProcessEnv,
  question: object,
  interrupted: AbortSignal,
  log: typeof STDERR | 'ignore',
): Promise<{ value: unknown } | undefined> {
  // It writes where its caller's log is: stdout is for the result. Flags of this process (tsx, for one) are not for it.
  const child = fork(PROGRAM, [], { cwd, env, execArgv: [], stdio: ['ignore', log, log, 'ipc'] })
  const kill = () => child.kill('SIGKILL')
  interrupted.addEventListener('abort', kill)
  let timer: NodeJS.Timeout | undefined
  let late = ''
  const give = (seconds: number, what: string) => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      late = `${what} took longer than the ${seconds} s it may`
      kill()
    }, seconds * 1_000)
  }
  try {
    return await new Promise((resolve, reject) => {
      give(settings.InitializerSec, 'The initializer')
      child.on('message', (answer: ProgramMessage) => {
        if (answer.type === 'initialized') give(settings.RequestTimeout, 'The handler')
        if (answer.type === 'failed') reject(new CommandError(`Function ${key} failed: ${answer.message}`))
        if (answer.type === 'returned') resolve({ value: answer.value })
      })
      child.on('error', reject)
      child.on('exit', (code, signal) => {
        if (interrupted.aborted) resolve(undefined)
        const end = late || `Its process ended ${signal ? `by ${signal}` : `with code ${code}`} before it had answered`
        reject(new CommandError(`Function ${key} failed. ${end}`))
      })
      child.send(question)
    })
  } finally {
    clearTimeout(timer)
    interrupted.removeEventListener('abort', kill)
    kill()
  }
}

/** A body of JSON as what it says. */
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
