import type { InstanceProgram } from './instance-program.ts'

export type SupervisorOptions = {
  instanceId: string
  /** The boot of the instance in which the program runs: id of the instance and number of the boot. */
  boot: string
  /** The instance, for people. */
  name: string
  start: () => InstanceProgram
  onLog: (line: string) => void
  /** Pause before the first restart, in milliseconds; default 1,000. */
  pauseMs?: number
}

const MAX_PAUSE_MS = 60_000

/** A program that has run for this time has started well: the pause and the log start over. */
const STEADY_AFTER_MS = 10_000

/**
 * Runs a program and restarts it whenever it exits by itself, as a service manager does. Each pause is twice as long as
 * the one before. The reason of an exit is logged once, until it changes.
 */
export class Supervisor {
  readonly instanceId: string
  readonly boot: string
  isStopping = false

  readonly #name: string
  readonly #start: () => InstanceProgram
  readonly #onLog: (line: string) => void
  readonly #firstPauseMs: number
  #pauseMs: number
  #loggedReason = ''
  #program: InstanceProgram
  #timer: NodeJS.Timeout | undefined

  constructor({ instanceId, boot, name, start, onLog, pauseMs = 1_000 }: SupervisorOptions) {
    this.instanceId = instanceId
    this.boot = boot
    this.#name = name
    this.#start = start
    this.#onLog = onLog
    this.#firstPauseMs = pauseMs
    this.#pauseMs = pauseMs
    this.#program = this.#run()
  }

  /** Stops the program for good. */
  stop(): Promise<void> {
    this.isStopping = true
    clearTimeout(this.#timer)
    return this.#program.stop()
  }

  #run(): InstanceProgram {
    const startedAt = performance.now()
    const program = this.#tryToStart()
    program.exited.then((reason) => {
      if (!this.isStopping) this.#restart(reason, performance.now() - startedAt >= STEADY_AFTER_MS)
    })
    return program
  }

  #tryToStart(): InstanceProgram {
    try {
      return this.#start()
    } catch (error) {
      return { exited: Promise.resolve((error as Error).message), stop: async () => {} }
    }
  }

  #restart(reason: string, wasSteady: boolean): void {
    if (wasSteady) {
      this.#pauseMs = this.#firstPauseMs
      this.#loggedReason = ''
    }
    if (reason !== this.#loggedReason) {
      this.#onLog(`${this.#name}: ${reason}; next try in ${this.#pauseMs / 1_000} s`)
      this.#loggedReason = reason
    }
    this.#timer = setTimeout(() => {
      this.#program = this.#run()
    }, this.#pauseMs).unref()
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS)
  }
}
