import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { call, requestEvent } from './call.ts'
import { platformEnvironment } from './environment.ts'
import { CallFailure, failureResponse } from './failure.ts'
import { openFolder } from './folder.ts'
import type { HttpRequest, HttpResponse } from './http.ts'
import { Pool } from './pool.ts'
import { Timer, type TimerSettings } from './timer.ts'

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
  const folder = openFolder()
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
        program: folder.program,
        codeDirectory,
        environment: {
          ...platformEnvironment({ functionId: name, functionName: name, revisionNumber: 1, timeoutSeconds, memoryMb }),
          ...options.environment,
        },
        nameOf: () => randomUUID(),
        memoryMb,
        timeoutSeconds,
        initializerSeconds,
        maxConcurrency: options.maxConcurrency ?? 100,
        maxInstances: options.maxInstances ?? 2,
        onLine: (line, stream) => onLog(name, line, stream),
      })
      functions.set(name, pool)
    },

    invoke: (name, request) => invoke(name, (requestId) => requestEvent(request, requestId)),

    invokeEvent: (name, event) => invoke(name, () => event),

    createTimer({ functionName, ...settings }) {
      poolOf(functionName)
      const timer = new Timer({
        ...settings,
        id: randomUUID(),
        speed: timerSpeed,
        call: (event) => invoke(functionName, () => event),
        onLine: (line) => onLog(functionName, line, 'stderr'),
      })
      timers.push(timer)
    },

    close() {
      for (const timer of timers) timer.close()
      for (const pool of functions.values()) pool.close()
      folder.close()
    },
  }
}
