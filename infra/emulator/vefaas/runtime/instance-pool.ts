import { setTimeout as sleep } from 'node:timers/promises'
import { CallFailure } from './call-failure.ts'
import { FunctionInstance, type FunctionInstanceOptions } from './function-instance.ts'
import type { InstanceLog } from './instance-log.ts'

/** How long after its end an instance that has to be there is started again, so that code that crashes does not spin. */
const RESTART_MS = 1_000

/** How long the log of an instance that has ended is waited for: a process that it has started may keep it open. */
const LOG_MS = 1_000

export type InstancePoolOptions = Omit<FunctionInstanceOptions, 'onEnd' | 'name'> & {
  /** Calls one instance serves at a time. */
  maxConcurrency: number
  maxInstances: number
  /** Names a new instance. */
  nameOf: () => string
}

/**
 * The instances of one function. A call goes to the first one with room; a new one starts only when all are full, up to
 * the maximum; then calls wait in line, no longer than a call may take.
 */
export class InstancePool {
  readonly #options: InstancePoolOptions
  #minInstances = 0
  #maxInstances: number
  readonly #instances = new Set<FunctionInstance>()
  /** Who waits for a place; undefined tells that there will be none. */
  readonly #line = new Set<(instance: FunctionInstance | undefined) => void>()
  #closed = false
  /** Called with the last instance gone, once it is to take no more calls. */
  #onRetired: (() => void) | undefined

  constructor(options: InstancePoolOptions) {
    this.#options = options
    this.#maxInstances = options.maxInstances
  }

  instances(): Iterable<FunctionInstance> {
    return this.#instances
  }

  /** Starts an instance to see whether the code loads, and says why not. Its log is complete when this comes back. */
  async try(): Promise<{ log: InstanceLog; failure?: CallFailure }> {
    const instance = this.#start()
    if (!instance) throw new RangeError('all instances that there may be are there')
    const { log } = instance
    try {
      await instance.load()
      return { log }
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error
      await Promise.race([instance.closed, sleep(LOG_MS, undefined, { ref: false })])
      return { log, failure: error }
    }
  }

  /** From now on there are so many instances, called or not, and so many at most. */
  resize({ minInstances, maxInstances }: { minInstances: number; maxInstances: number }): void {
    this.#minInstances = minInstances
    this.#maxInstances = maxInstances
    for (const instance of this.#instances) this.#endIfSpare(instance)
    this.#fill()
    this.#serveLine()
  }

  /** Takes no more calls; each instance ends with its last one. `then` is called when all have. */
  retire(then: () => void): void {
    this.#onRetired = then
    this.#minInstances = 0
    for (const instance of this.#instances) this.#endIfSpare(instance)
    if (this.#instances.size === 0) then()
  }

  /** Keeps a place in an instance while `use` runs. */
  async with<T>(use: (instance: FunctionInstance) => Promise<T>): Promise<T> {
    const instance = this.#place() ?? (await this.#wait())
    try {
      return await use(instance)
    } finally {
      instance.calls--
      this.#serveLine()
      this.#endIfSpare(instance)
    }
  }

  /** Ends every instance at once. */
  close(): void {
    this.#closed = true
    for (const instance of this.#instances) instance.end('the function was stopped')
    for (const served of this.#line) served(undefined)
  }

  #place(): FunctionInstance | undefined {
    const instance = this.#withRoom() ?? this.#start()
    if (instance) instance.calls++
    return instance
  }

  #withRoom(): FunctionInstance | undefined {
    for (const instance of this.#instances) {
      if (instance.calls < this.#options.maxConcurrency) return instance
    }
    return undefined
  }

  #start(): FunctionInstance | undefined {
    if (this.#closed) throw stopped()
    if (this.#instances.size >= this.#maxInstances) return undefined
    const instance: FunctionInstance = new FunctionInstance({
      ...this.#options,
      name: this.#options.nameOf(),
      onEnd: () => {
        this.#instances.delete(instance)
        this.#serveLine()
        if (this.#minInstances > 0) setTimeout(() => this.#fill(), RESTART_MS).unref()
        if (this.#instances.size === 0) this.#onRetired?.()
      },
    })
    this.#instances.add(instance)
    return instance
  }

  #fill(): void {
    while (!this.#closed && this.#instances.size < this.#minInstances) this.#start()
  }

  #endIfSpare(instance: FunctionInstance): void {
    if (instance.calls > 0 || !this.#instances.has(instance)) return
    if (this.#onRetired || this.#instances.size > this.#maxInstances)
      instance.end('the instance is not needed any more')
  }

  #wait(): Promise<FunctionInstance> {
    const { timeoutSeconds } = this.#options
    return new Promise((resolve, reject) => {
      const served = (instance: FunctionInstance | undefined) => {
        clearTimeout(timer)
        this.#line.delete(served)
        if (instance) resolve(instance)
        else reject(stopped())
      }
      const timer = setTimeout(() => {
        this.#line.delete(served)
        reject(new CallFailure('function_timeout', `no instance had room within ${timeoutSeconds} s`))
      }, timeoutSeconds * 1_000)
      this.#line.add(served)
    })
  }

  #serveLine(): void {
    for (const served of this.#line) {
      const instance = this.#closed ? undefined : this.#place()
      if (instance === undefined) return
      served(instance)
    }
  }
}

function stopped(): CallFailure {
  return new CallFailure('function_panic', 'the function was stopped')
}
