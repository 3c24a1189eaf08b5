import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { eventOf } from './event.ts'
import { CallFailure, failureResponse } from './failure.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import type { HttpEvent } from './messages.ts'
import { Pool } from './pool.ts'
import { Timer, type TimerSettings } from './timer.ts'

/** The largest body of a request, in bytes. The platform's own limit is not documented; 6 MB is an assumption. */
const MAX_BODY_BYTES = 6 * 1024 * 1024

/** What a function's process has of the machine it runs on. */
const INHERITED = ['PATH', 'TZ', 'LANG']

export type FunctionOptions = {
  name: string
  /** The unpacked zip: index.js at its root. It is the working directory of the function. */
  codeDirectory: string
  environment?: Record<string, string>
  memoryMb?: number
  /** Seconds a call may take (RequestTimeout). */
  timeoutSeconds?: number
  /** Seconds for loading the code, and again for the initializer (InitializerSec). */
  initializerSeconds?: number
  /** Calls one instance serves at a time (MaxConcurrency). */
  maxConcurrency?: number
  maxInstances?: number
}

export type Runtime = {
  /** Takes a function in, or replaces the one of that name. Throws when its folder has no index.js. */
  deploy(options: FunctionOptions): void
  /** Calls a function. Whatever goes wrong in it is a response, as on the platform; only an unknown name throws. */
  invoke(name: string, request: HttpRequest): Promise<HttpResponse>
  /** The same with any event instead of a request: it has to be JSON, and the function gets it as it is. */
  invokeEvent(name: string, event: unknown): Promise<HttpResponse>
  /**
   * Calls a function by the clock from now on. Throws when there is no such function, or no sense in the crontab. Calls
   * that fail, and ticks left out because a call is still running, are lines of `onLog`.
   */
  createTimer(timer: TimerSettings & { functionName: string }): void
  /** Stops every timer and ends every process at once. */
  close(): void
}

/**
 * What runs functions: Node.js functions in handler mode, each instance a process of its own that is started by the
 * first call that needs it, and timers that call them. `onLog` gets what functions write, line by line. `timerSpeed` is
 * how many seconds pass for crontabs while one really passes: with 60, every minute is a second long.
 */
export function startRuntime({
  onLog,
  timerSpeed = 1,
}: {
  onLog: (functionName: string, line: string, stream: 'stdout' | 'stderr') => void
  timerSpeed?: number
}): Runtime {
  const directory = mkdtempSync(join(tmpdir(), 'vefaas-'))
  const program = join(directory, 'bootstrap.cjs')
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove) // also of a process that ends before anybody could close this
  writeFileSync(program, compiled(join(import.meta.dirname, 'bootstrap.ts')))
  const functions = new Map<string, Pool>()
  const timers: Timer[] = []

  const poolOf = (name: string) => {
    const pool = functions.get(name)
    if (pool === undefined) throw new Error(`there is no function ${name}`)
    return pool
  }
  const invoke = async (name: string, eventFor: (requestId: string) => unknown) => {
    const pool = poolOf(name)
    try {
      return await call(pool, eventFor)
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      onLog(name, `${error.code}: ${error.message}`, 'stderr')
      return failureResponse(error)
    }
  }

  return {
    deploy(options) {
      const { name, codeDirectory, memoryMb = 1024, timeoutSeconds = 30, initializerSeconds = 30 } = options
      if (!existsSync(join(codeDirectory, 'index.js'))) {
        throw new Error(`function ${name}: there is no index.js in ${codeDirectory}`)
      }
      functions.get(name)?.close()
      const pool = new Pool({
        program,
        codeDirectory,
        environment: { ...inherited(), ...platformVariables(name, timeoutSeconds, memoryMb), ...options.environment },
        memoryMb,
        timeoutSeconds,
        initializerSeconds,
        maxConcurrency: options.maxConcurrency ?? 100,
        maxInstances: options.maxInstances ?? 2,
        onLine: (line, stream) => onLog(name, line, stream),
      })
      functions.set(name, pool)
    },

    invoke: (name, request) => invoke(name, (requestId) => httpEventOf(request, requestId)),

    invokeEvent: (name, event) => invoke(name, () => event),

    createTimer({ functionName, ...settings }) {
      poolOf(functionName)
      const timer = new Timer({
        ...settings,
        speed: timerSpeed,
        call: (event) => invoke(functionName, () => event),
        onLine: (line) => onLog(functionName, line, 'stderr'),
      })
      timers.push(timer)
    },

    close() {
      for (const timer of timers) timer.close()
      for (const pool of functions.values()) pool.close()
      process.off('exit', remove)
      remove()
    },
  }
}

function httpEventOf(request: HttpRequest, requestId: string): HttpEvent {
  if (request.body.length > MAX_BODY_BYTES) {
    throw new CallFailure('request_too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`)
  }
  const event = eventOf(request, requestId)
  if (event === undefined) {
    throw new CallFailure('unsupported_body', 'the body is not UTF-8, and the event of a handler has only text')
  }
  return event
}

async function call(pool: Pool, eventFor: (requestId: string) => unknown): Promise<HttpResponse> {
  const requestId = randomUUID()
  const event = eventFor(requestId)
  const context = { requestId }
  return pool.with(async (instance) => {
    await instance.prepare(context)
    const { reply, durationMs } = await instance.invoke(event, context)
    return {
      status: reply.statusCode,
      headers: { ...withoutDuration(reply.headers), 'X-Faas-Execution-Duration': durationMs.toFixed(2) },
      body: Buffer.from(reply.body, reply.base64 ? 'base64' : 'utf8'),
    }
  })
}

/** The platform's own measure overwrites one a function sets, however it is spelled. */
function withoutDuration(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-faas-execution-duration'),
  )
}

function inherited(): Record<string, string> {
  return Object.fromEntries(INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function platformVariables(name: string, timeoutSeconds: number, memoryMb: number): Record<string, string> {
  return {
    _FAAS_FUNC_ID: name,
    _FAAS_FUNC_NAME: name,
    _FAAS_REVISION_NUMBER: '1',
    _FAAS_FUNC_TIMEOUT: String(timeoutSeconds),
    _FAAS_INSTANCE_MEMORY: String(memoryMb),
    _FAAS_RUNTIME_PORT: '8000',
  }
}

function compiled(file: string): string {
  return transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs', target: 'node20' }).code
}
