import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { CallFailure, type FailureCode } from './call-failure.ts'
import { InstanceLog } from './instance-log.ts'
import type { HandlerContext, HandlerResult, InstanceRequest, InstanceResponse } from './instance-messages.ts'

/** If a process does not answer a ping in this time, its event loop is stuck. */
const PING_TIMEOUT_MS = 1_000

export type FunctionInstanceOptions = {
  name: string
  /** The JavaScript file that the process runs. */
  program: string
  codeDirectory: string
  /** The complete environment of the process: the emulator's own variables are not inherited. */
  environment: Record<string, string>
  memoryMb: number
  timeoutSeconds: number
  initializerSeconds: number
  onLine: (line: string, stream: 'stdout' | 'stderr') => void
  onStop: () => void
}

type PendingRequest = {
  resolve: (response: InstanceResponse) => void
  reject: (reason: CallFailure) => void
  timer: NodeJS.Timeout
}

/** A process with one copy of a function: loads the code, initializes it before the first call, and serves calls. */
export class FunctionInstance {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly startedAt = Date.now()
  readonly log = new InstanceLog()
  /** Resolves when the process has exited and all of its output is in the log. */
  readonly closed: Promise<unknown>
  /** The number of unfinished calls. */
  calls = 0

  readonly #options: FunctionInstanceOptions
  readonly #process: ChildProcess
  readonly #pending = new Map<number, PendingRequest>()
  readonly #loaded: Promise<InstanceResponse>
  #isLoaded = false
  #initialized: Promise<InstanceResponse> | undefined
  #lastId = 0
  #stopped = false

  constructor(options: FunctionInstanceOptions) {
    const { name, program, codeDirectory, environment, memoryMb, initializerSeconds, onLine } = options
    this.#options = options
    this.name = name
    this.#process = fork(program, [], {
      cwd: codeDirectory,
      env: environment,
      execArgv: [`--max-old-space-size=${memoryMb}`], // this also replaces the emulator's own flags (for tsx)
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'], // the last one is for the watchdog of the program
    })
    const watchdog = this.#process.stdio?.[4] as Writable | null | undefined // undefined if the process cannot start
    watchdog?.on('error', () => {}) // the watchdog has exited
    this.#process.once('exit', () => watchdog?.end('\n'))
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = this.#process[stream]
      if (!input) continue
      createInterface({ input }).on('line', (line) => {
        this.log.add(line)
        onLine(line, stream)
      })
    }
    this.#process.on('message', (response: InstanceResponse) => this.#receive(response))
    this.#process.on('error', (error) => this.stop(error.message))
    this.#process.on('exit', (code, signal) => this.stop(`its process exited (${signal ?? `exit code ${code}`})`))
    this.closed = new Promise((resolve) => this.#process.once('close', resolve))
    this.#loaded = this.#responseTo(0, initializerSeconds, 'function_start_timeout')
    this.load().catch(() => {}) // later calls of load() and prepare() report the failure
  }

  get status(): 'Starting' | 'Ready' | 'Terminating' {
    if (this.#stopped) return 'Terminating'
    return this.#isLoaded ? 'Ready' : 'Starting'
  }

  /** Waits until the code is loaded. */
  async load(): Promise<void> {
    const loaded = await this.#loaded
    if (loaded.type === 'failed') {
      this.stop(loaded.message)
      throw new CallFailure('function_start_failed', loaded.message)
    }
    this.#isLoaded = true
  }

  /** Waits until the code is loaded and initialized. A failed initializer runs again at the next call. */
  async prepare(context: HandlerContext): Promise<void> {
    await this.load()
    this.#initialized ??= this.#initialize(context)
    await this.#initialized
  }

  async invoke(event: unknown, context: HandlerContext): Promise<{ result: HandlerResult; durationMs: number }> {
    const { timeoutSeconds } = this.#options
    const response = await this.#request(
      { type: 'invoke', id: ++this.#lastId, event, context },
      timeoutSeconds,
      'function_timeout',
    )
    const { durationMs } = response
    if (response.type === 'failed') throw new CallFailure('function_execution_error', response.message, durationMs)
    return { result: response.result ?? { statusCode: 200, headers: {}, body: '' }, durationMs }
  }

  /** Kills the process. Its unfinished calls fail with the reason. */
  stop(reason: string): void {
    if (this.#stopped) return
    this.#stopped = true
    this.#process.kill('SIGKILL')
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new CallFailure('function_panic', reason))
    }
    this.#pending.clear()
    this.#options.onStop()
  }

  async #initialize(context: HandlerContext): Promise<InstanceResponse> {
    try {
      const { initializerSeconds } = this.#options
      const request: InstanceRequest = { type: 'initialize', id: ++this.#lastId, context }
      const response = await this.#request(request, initializerSeconds, 'function_initialize_timeout')
      if (response.type === 'failed') throw new CallFailure('function_initialize_failed', response.message)
      return response
    } catch (error) {
      this.#initialized = undefined
      throw error
    }
  }

  #request(request: InstanceRequest, seconds: number, timeoutCode: FailureCode): Promise<InstanceResponse> {
    const response = this.#responseTo(request.id, seconds, timeoutCode)
    if (!this.#stopped) this.#process.send(request)
    return response
  }

  #responseTo(id: number, seconds: number, timeoutCode: FailureCode): Promise<InstanceResponse> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new CallFailure('function_panic', 'its process has exited'))
      const onTimeout = () => {
        this.#pending.delete(id)
        reject(new CallFailure(timeoutCode, `no response within ${seconds} s`, seconds * 1_000))
        this.#stopIfStuck(timeoutCode)
      }
      this.#pending.set(id, { resolve, reject, timer: setTimeout(onTimeout, seconds * 1_000) })
    })
  }

  #receive(response: InstanceResponse): void {
    const pending = this.#pending.get(response.id)
    if (pending === undefined) return // it has timed out
    this.#pending.delete(response.id)
    clearTimeout(pending.timer)
    pending.resolve(response)
  }

  /**
   * A timeout does not stop the process, because other calls may run in it. But a process that does not answer a ping
   * is stopped: none of its calls will ever finish. The behaviour of veFaaS is not documented.
   */
  #stopIfStuck(timeoutCode: FailureCode): void {
    if (timeoutCode === 'function_start_timeout') {
      this.stop('its code did not load in time')
      return
    }
    const id = ++this.#lastId
    const timer = setTimeout(() => this.stop('its event loop is stuck'), PING_TIMEOUT_MS)
    this.#pending.set(id, { resolve: () => {}, reject: () => {}, timer })
    this.#process.send({ type: 'ping', id })
  }
}
