import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { CallFailure, type FailureCode } from './call-failure.ts'
import { InstanceLog } from './instance-log.ts'
import type { HandlerContext, HandlerResult, InstanceRequest, InstanceResponse } from './instance-messages.ts'

/** How long a process may be silent before its event loop counts as stuck. */
const PING_MS = 1_000

export type FunctionInstanceOptions = {
  name: string
  /** The process's program, a JavaScript file. */
  program: string
  codeDirectory: string
  /** Every variable the process gets: nothing of the emulator's own environment goes along. */
  environment: Record<string, string>
  memoryMb: number
  timeoutSeconds: number
  initializerSeconds: number
  onLine: (line: string, stream: 'stdout' | 'stderr') => void
  onEnd: () => void
}

type Asked = {
  resolve: (answer: InstanceResponse) => void
  reject: (reason: CallFailure) => void
  timer: NodeJS.Timeout
}

/** One process with one copy of a function: loaded, initialized before its first call, then serving calls. */
export class FunctionInstance {
  readonly name: string
  /** Milliseconds since 1970. */
  readonly startedAt = Date.now()
  readonly log = new InstanceLog()
  /** Resolves when its process has ended and everything that it wrote is in the log. */
  readonly closed: Promise<unknown>
  /** Calls it has been given and that have not ended. */
  calls = 0

  readonly #options: FunctionInstanceOptions
  readonly #process: ChildProcess
  readonly #asked = new Map<number, Asked>()
  readonly #loaded: Promise<InstanceResponse>
  #isLoaded = false
  #initialized: Promise<InstanceResponse> | undefined
  #lastId = 0
  #ended = false

  constructor(options: FunctionInstanceOptions) {
    const { name, program, codeDirectory, environment, memoryMb, initializerSeconds, onLine } = options
    this.#options = options
    this.name = name
    this.#process = fork(program, [], {
      cwd: codeDirectory,
      env: environment,
      execArgv: [`--max-old-space-size=${memoryMb}`], // without it, the emulator's own flags (tsx's) would be used
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = this.#process[stream]
      if (!input) continue
      createInterface({ input }).on('line', (line) => {
        this.log.add(line)
        onLine(line, stream)
      })
    }
    this.#process.on('message', (answer: InstanceResponse) => this.#receive(answer))
    this.#process.on('error', (error) => this.end(error.message))
    this.#process.on('exit', (code, signal) => this.end(`its process ended (${signal ?? `exit code ${code}`})`))
    this.closed = new Promise((resolve) => this.#process.once('close', resolve))
    this.#loaded = this.#answerTo(0, initializerSeconds, 'function_start_timeout')
    this.load().catch(() => {}) // whoever calls it is told the same
  }

  get status(): 'Starting' | 'Ready' | 'Terminating' {
    if (this.#ended) return 'Terminating'
    return this.#isLoaded ? 'Ready' : 'Starting'
  }

  /** Waits until the code is loaded. */
  async load(): Promise<void> {
    const loaded = await this.#loaded
    if (loaded.type === 'failed') {
      this.end(loaded.message)
      throw new CallFailure('function_start_failed', loaded.message)
    }
    this.#isLoaded = true
  }

  /** Waits until the code is loaded and initialized. An initializer that failed runs again at the next call of this. */
  async prepare(context: HandlerContext): Promise<void> {
    await this.load()
    this.#initialized ??= this.#initialize(context)
    await this.#initialized
  }

  async invoke(event: unknown, context: HandlerContext): Promise<{ reply: HandlerResult; durationMs: number }> {
    const { timeoutSeconds } = this.#options
    const answer = await this.#ask(
      { type: 'invoke', id: ++this.#lastId, event, context },
      timeoutSeconds,
      'function_timeout',
    )
    const { durationMs } = answer
    if (answer.type === 'failed') throw new CallFailure('function_execution_error', answer.message, durationMs)
    return { reply: answer.reply ?? { statusCode: 200, headers: {}, body: '' }, durationMs }
  }

  /** Ends the process at once; calls still in it fail with the reason. */
  end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#process.kill('SIGKILL')
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer)
      reject(new CallFailure('function_panic', reason))
    }
    this.#asked.clear()
    this.#options.onEnd()
  }

  async #initialize(context: HandlerContext): Promise<InstanceResponse> {
    try {
      const { initializerSeconds } = this.#options
      const question: InstanceRequest = { type: 'initialize', id: ++this.#lastId, context }
      const answer = await this.#ask(question, initializerSeconds, 'function_initialize_timeout')
      if (answer.type === 'failed') throw new CallFailure('function_initialize_failed', answer.message)
      return answer
    } catch (error) {
      this.#initialized = undefined
      throw error
    }
  }

  #ask(question: InstanceRequest, seconds: number, lateCode: FailureCode): Promise<InstanceResponse> {
    const answer = this.#answerTo(question.id, seconds, lateCode)
    if (!this.#ended) this.#process.send(question)
    return answer
  }

  #answerTo(id: number, seconds: number, lateCode: FailureCode): Promise<InstanceResponse> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new CallFailure('function_panic', 'its process has ended'))
      const late = () => {
        this.#asked.delete(id)
        reject(new CallFailure(lateCode, `no answer within ${seconds} s`, seconds * 1_000))
        this.#endIfStuck(lateCode)
      }
      this.#asked.set(id, { resolve, reject, timer: setTimeout(late, seconds * 1_000) })
    })
  }

  #receive(answer: InstanceResponse): void {
    const asked = this.#asked.get(answer.id)
    if (asked === undefined) return // too late: its caller has had an answer
    this.#asked.delete(answer.id)
    clearTimeout(asked.timer)
    asked.resolve(answer)
  }

  /**
   * A call that ran out of time does not cost the other calls of its instance their process, unless the process does
   * not react at all: then nothing in it will ever end. What veFaaS does is not documented.
   */
  #endIfStuck(lateCode: FailureCode): void {
    if (lateCode === 'function_start_timeout') {
      this.end('its code did not load in time')
      return
    }
    const id = ++this.#lastId
    const timer = setTimeout(() => this.end('its event loop is stuck'), PING_MS)
    this.#asked.set(id, { resolve: () => {}, reject: () => {}, timer })
    this.#process.send({ type: 'ping', id })
  }
}
