import { AsyncLocalStorage } from 'node:async_hooks'
import type { Connection, connect, HttpResponse } from '../../shared/manager/ecs/connection.ts'
import type { Caller } from './callers.ts'
import { atOnce, requestsDone, sleep } from './clock.ts'

/** How an invocation of a function fares. */
export interface Fortune {
  /** Milliseconds that its calls to the cloud take, there and back in turn. When all are used up they begin again. */
  legs: readonly number[]
  /** At which of its calls it is killed, if at all: before the call comes to the cloud, or after its work was done. */
  killed?: { atCall: number; afterWork: boolean } | undefined
}

/** A machine as it was when it was read. */
export interface Sight {
  isOurs: boolean
  isBroken: boolean
  isStuck: boolean
  isStopped: boolean
  isUnstoppable: boolean
  owner: string | undefined
}

/** What somebody who stands at the cloud does around a call. */
export type Watch = <T>(invocation: Invocation, exchange: () => Promise<T>) => Promise<T>

export const KILLED = 'killed'

/** One invocation of a function, as seen from between it and the cloud. */
export class Invocation {
  /** What the caller asked it to work on. */
  readonly ids: ReadonlySet<string>
  readonly name: string
  readonly started = Date.now()
  /** Actions of the cloud that it has called, in order, each with the machines that it named. */
  readonly calls: { action: string; ids: readonly string[] }[] = []
  /** The machines as it last read them: by their ids, or in any way. */
  readonly seenById = new Map<string, Sight>()
  readonly seen = new Map<string, Sight>()
  /** Those that it has read as STOPPED at any time. */
  readonly seenStopped = new Set<string>()
  /** The machines whose states it has changed. */
  readonly changed: string[] = []
  /** Undefined: the platform. */
  caller: Caller | undefined
  /** What is the same for its retries: they count as one call. */
  requestKey: string | undefined
  /** What it makes a machine of. */
  make: { token: string; parameters: string } | undefined
  /** A fault has struck one of its calls, or one took too long. */
  isDisturbed = false
  /** One of its calls brought no result. */
  isLost = false
  /** What it wrote to the log. */
  readonly lines: string[] = []
  /** No other was under way meanwhile. */
  isAlone = true
  #isDead = false
  #made = 0
  readonly #fortune: Fortune
  readonly #watch: Watch
  #die: (how: typeof KILLED) => void = () => {}
  readonly #death = new Promise<typeof KILLED>((resolve) => {
    this.#die = resolve
  })

  constructor(name: string, ids: Iterable<string>, fortune: Fortune, watch: Watch) {
    this.name = name
    this.ids = new Set(ids)
    this.#fortune = fortune
    this.#watch = watch
  }

  /** Nothing went wrong on its way: its answer can be foretold. */
  get isCalm(): boolean {
    return this.isAlone && !this.isDisturbed
  }

  /** Runs the function; `KILLED` when it was, and then it never calls the cloud again. */
  run<T>(work: () => Promise<T>): Promise<T | typeof KILLED> {
    return Promise.race([running.run(this, work), this.#death])
  }

  async call(exchange: () => Promise<HttpResponse>, timeoutMs: number, timeout: Error): Promise<HttpResponse> {
    const { legs, killed } = this.#fortune
    const at = this.#made
    this.#made += 1
    const leg = (place: number) => legs[(2 * at + place) % legs.length] ?? 1
    const [there, back] = [leg(0), leg(1)]
    if (this.#isDead) await forever
    await sleep(Math.min(there, timeoutMs))
    if (killed?.atCall === at && !killed.afterWork) this.#kill()
    if (this.#isDead) await forever
    if (there >= timeoutMs) throw this.#lost(timeout)
    const answer = atOnce(() => this.#watch(this, exchange))
    await answer.then(
      ({ body }) => {
        this.isLost ||= !hasResult(body)
      },
      () => this.#lost(),
    )
    if (killed?.atCall === at) this.#kill()
    await sleep(Math.min(back, timeoutMs - there))
    if (this.#isDead) await forever
    if (there + back < timeoutMs) return answer
    throw this.#lost(timeout)
  }

  #lost(error?: Error): Error | undefined {
    this.isDisturbed = true
    this.isLost = true
    return error
  }

  #kill(): void {
    this.#isDead = true
    // Its other calls may be at the cloud at this moment.
    requestsDone().then(() => this.#die(KILLED))
  }
}

const forever = new Promise<never>(() => {})

const running = new AsyncLocalStorage<Invocation>()

/** Keeps a line of the log for the invocation that has written it. */
export function keepLine(line: string): void {
  running.getStore()?.lines.push(line)
}

function hasResult(body: string): boolean {
  try {
    return JSON.parse(body).ResponseMetadata.Error === undefined
  } catch {
    return false
  }
}

// Real time, which a request on loopback never takes.
const EXCHANGE_MS = 60_000

/** The connection of the functions, with the invocation that calls standing in between. */
export function throughInvocations(real: typeof connect, TimeoutError: new () => Error): typeof connect {
  return (...to): Connection => {
    const connection = real(...to)
    return {
      ...connection,
      get(path, headers, timeoutMs, fresh) {
        const invocation = running.getStore()
        if (invocation === undefined) throw new Error('the cloud is called by nobody')
        const exchange = () => connection.get(path, headers, EXCHANGE_MS, fresh)
        return invocation.call(exchange, timeoutMs, new TimeoutError())
      },
    }
  }
}
