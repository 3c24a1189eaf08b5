import { setTimeout as sleep } from 'node:timers/promises'
import { CallFailure } from './call-failure.ts'
import { FunctionInstance, type FunctionInstanceOptions } from './function-instance.ts'
import type { InstanceLog } from './instance-log.ts'

/** The delay before a required instance is restarted, so that crashing code does not restart in a tight loop. */
const RESTART_DELAY_MS = 1_000

/** How long to wait for the complete log of a stopped instance: a child process of it may keep the log open. */
const LOG_TIMEOUT_MS = 1_000

export type InstancePoolOptions = Omit<FunctionInstanceOptions, 'onStop' | 'name'> & {
  /** The number of calls that an instance serves at the same time. */
  maxConcurrency: number
  maxInstances: number
  /** Returns the name of a new instance. */
  createName: () => string
}

/**
 * The instances of one function. A call goes to the first instance with capacity. If all are full, a new one starts, up
 * to the maximum. Then calls wait in a queue, at most as long as the timeout of a call.
 */
export class InstancePool {
  readonly #options: InstancePoolOptions
  #minInstances = 0
  #maxInstances: number
  readonly #instances = new Set<FunctionInstance>()
  /** The waiting calls. They get undefined if the pool is closed. */
  readonly #queue = new Set<(instance: FunctionInstance | undefined) => void>()
  #closed = false
  /** Set by retire(). Called after the last instance has stopped. */
  #onRetired: (() => void) | undefined

  constructor(options: InstancePoolOptions) {
    this.#options = options
    this.#maxInstances = options.maxInstances
  }

  instances(): Iterable<FunctionInstance> {
    return this.#instances
  }

  /** Starts an instance and reports whether its code loads. If it does not, the log is complete. */
  async tryLoading(): Promise<{ log: InstanceLog; failure?: CallFailure }> {
    const instance = this.#start()
    if (!instance) throw new RangeError('the maximum number of instances is running')
    const { log } = instance
    try {
      await instance.load()
      return { log }
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      await Promise.race([instance.closed, sleep(LOG_TIMEOUT_MS, undefined, { ref: false })])
      return { log, failure: error }
    }
  }

  /** Sets the number of instances that always run, and the maximum. */
  resize({ minInstances, maxInstances }: { minInstances: number; maxInstances: number }): void {
    this.#minInstances = minInstances
    this.#maxInstances = maxInstances
    for (const instance of this.#instances) this.#stopIfSuperfluous(instance)
    this.#startMinimum()
    this.#serveQueue()
  }

  /** Takes no more calls. Each instance stops after its last call. `onRetired` is called when all have stopped. */
  retire(onRetired: () => void): void {
    this.#onRetired = onRetired
    this.#minInstances = 0
    for (const instance of this.#instances) this.#stopIfSuperfluous(instance)
    if (this.#instances.size === 0) onRetired()
  }

  /** Reserves capacity of an instance while `use` runs. */
  async withInstance<T>(use: (instance: FunctionInstance) => Promise<T>): Promise<T> {
    const instance = this.#reserve() ?? (await this.#waitInQueue())
    try {
      return await use(instance)
    } finally {
      instance.calls--
      this.#serveQueue()
      this.#stopIfSuperfluous(instance)
    }
  }

  /** Stops all instances at once. */
  close(): void {
    this.#closed = true
    for (const instance of this.#instances) instance.stop('the function was stopped')
    for (const serve of this.#queue) serve(undefined)
  }

  #reserve(): FunctionInstance | undefined {
    const instance = this.#findWithCapacity() ?? this.#start()
    if (instance) instance.calls++
    return instance
  }

  #findWithCapacity(): FunctionInstance | undefined {
    for (const instance of this.#instances) {
      if (instance.calls < this.#options.maxConcurrency) return instance
    }
    return undefined
  }

  #start(): FunctionInstance | undefined {
    if (this.#closed) throw stoppedFailure()
    if (this.#instances.size >= this.#maxInstances) return undefined
    const instance: FunctionInstance = new FunctionInstance({
      ...this.#options,
      name: this.#options.createName(),
      onStop: () => {
        this.#instances.delete(instance)
        this.#serveQueue()
        if (this.#minInstances > 0) setTimeout(() => this.#startMinimum(), RESTART_DELAY_MS).unref()
        if (this.#instances.size === 0) this.#onRetired?.()
      },
    })
    this.#instances.add(instance)
    return instance
  }

  #startMinimum(): void {
    while (!this.#closed && this.#instances.size < this.#minInstances) this.#start()
  }

  #stopIfSuperfluous(instance: FunctionInstance): void {
    if (instance.calls > 0 || !this.#instances.has(instance)) return
    const isSuperfluous = this.#onRetired !== undefined || this.#instances.size > this.#maxInstances
    if (isSuperfluous) instance.stop('the instance is not needed any more')
  }

  #waitInQueue(): Promise<FunctionInstance> {
    const { timeoutSeconds } = this.#options
    return new Promise((resolve, reject) => {
      const serve = (instance: FunctionInstance | undefined) => {
        clearTimeout(timer)
        this.#queue.delete(serve)
        if (instance) resolve(instance)
        else reject(stoppedFailure())
      }
      const timer = setTimeout(() => {
        this.#queue.delete(serve)
        reject(new CallFailure('function_timeout', `no instance had capacity within ${timeoutSeconds} s`))
      }, timeoutSeconds * 1_000)
      this.#queue.add(serve)
    })
  }

  #serveQueue(): void {
    for (const serve of this.#queue) {
      const instance = this.#closed ? undefined : this.#reserve()
      if (instance === undefined) return
      serve(instance)
    }
  }
}

function stoppedFailure(): CallFailure {
  return new CallFailure('function_panic', 'the function was stopped')
}
