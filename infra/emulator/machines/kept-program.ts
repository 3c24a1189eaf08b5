import type { Program } from './program.ts'

export type KeptProgramOptions = {
  /** For which boot of which instance it runs. */
  boot: string
  /** Where it runs, for people. */
  name: string
  begin: () => Program
  onLog: (line: string) => void
  pauseMs?: number
}

const LONGEST_PAUSE_MS = 60_000

/** What has run for so long has not failed as it began. */
const STEADY_MS = 10_000

/**
 * A program that begins again whenever it ends by itself, as a service of a machine does: after `pauseMs` (a second) at
 * first, then after twice as long each time. What makes it end is said once for as long as it is the same.
 */
export class KeptProgram {
  readonly boot: string
  isEnding = false

  readonly #name: string
  readonly #begin: () => Program
  readonly #onLog: (line: string) => void
  readonly #firstPauseMs: number
  #pauseMs: number
  #said = ''
  #program: Program
  #timer: NodeJS.Timeout | undefined

  constructor({ boot, name, begin, onLog, pauseMs = 1_000 }: KeptProgramOptions) {
    this.boot = boot
    this.#name = name
    this.#begin = begin
    this.#onLog = onLog
    this.#firstPauseMs = pauseMs
    this.#pauseMs = pauseMs
    this.#program = this.#run()
  }

  /** Ends it for good. */
  end(): Promise<void> {
    this.isEnding = true
    clearTimeout(this.#timer)
    return this.#program.end()
  }

  #run(): Program {
    const begunAt = performance.now()
    const program = this.#tryToBegin()
    program.ended.then((reason) => {
      if (!this.isEnding) this.#beginAgain(reason, performance.now() - begunAt >= STEADY_MS)
    })
    return program
  }

  #tryToBegin(): Program {
    try {
      return this.#begin()
    } catch (error) {
      return { ended: Promise.resolve((error as Error).message), end: async () => {} }
    }
  }

  #beginAgain(reason: string, wasSteady: boolean): void {
    if (wasSteady) {
      this.#pauseMs = this.#firstPauseMs
      this.#said = ''
    }
    if (reason !== this.#said) this.#onLog(`${this.#name}: ${reason}; next try in ${this.#pauseMs / 1_000} s`)
    this.#said = reason
    this.#timer = setTimeout(() => {
      this.#program = this.#run()
    }, this.#pauseMs).unref()
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }
}
