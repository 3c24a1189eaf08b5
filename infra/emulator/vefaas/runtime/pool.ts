import { CallFailure } from './failure.ts'
import { Instance, type InstanceOptions } from './instance.ts'

export type PoolOptions = Omit<InstanceOptions, 'onEnd'> & {
  /** Calls one instance serves at a time. */
  maxConcurrency: number
  maxInstances: number
}

/**
 * The instances of one function. A call goes to the first one with room; a new one starts only when all are full, up to
 * the maximum; then calls wait in line, no longer than a call may take.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #instances = new Set<Instance>()
  /** Who waits for a place; undefined tells that there will be none. */
  readonly #line = new Set<(instance: Instance | undefined) => void>()
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** Keeps a place in an instance while `use` runs. */
  async with<T>(use: (instance: Instance) => Promise<T>): Promise<T> {
    const instance = this.#place() ?? (await this.#wait())
    try {
      return await use(instance)
    } finally {
      instance.calls--
      this.#serveLine()
    }
  }

  /** Ends every instance at once. */
  close(): void {
    this.#closed = true
    for (const instance of this.#instances) instance.end('the function was stopped')
    for (const served of this.#line) served(undefined)
  }

  #place(): Instance | undefined {
    const instance = this.#withRoom() ?? this.#start()
    if (instance) instance.calls++
    return instance
  }

  #withRoom(): Instance | undefined {
    for (const instance of this.#instances) {
      if (instance.calls < this.#options.maxConcurrency) return instance
    }
    return undefined
  }

  #start(): Instance | undefined {
    if (this.#closed) throw stopped()
    if (this.#instances.size >= this.#options.maxInstances) return undefined
    const instance: Instance = new Instance({
      ...this.#options,
      onEnd: () => {
        this.#instances.delete(instance)
        this.#serveLine()
      },
    })
    this.#instances.add(instance)
    return instance
  }

  #wait(): Promise<Instance> {
    const { timeoutSeconds } = this.#options
    return new Promise((resolve, reject) => {
      const served = (instance: Instance | undefined) => {
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
