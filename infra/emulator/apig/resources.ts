import { randomBytes } from 'node:crypto'
import type { Clock } from '../openapi/clock.ts'

/** What everything in the gateway's account has in common. */
export interface Resource {
  Id: string
  /** Where it is; nobody sees it from another region. */
  region: string
  /** Milliseconds since 1970 until which no list shows it. */
  hiddenUntil?: number | undefined
  /** Of those that come and go by and by. */
  Status?: string
  /** The status that it comes to, and when, in milliseconds since 1970; `GONE` ends it. */
  next?: { status: string; at: number } | undefined
}

/**
 * The resources of one kind, oldest first. Their statuses move by the clock, and are brought up to date by `settle`; no
 * timer runs.
 */
export class Resources<T extends Resource> {
  readonly #clock: Clock
  readonly #onGone: ((resource: T) => void) | undefined
  readonly #byId = new Map<string, T>()

  constructor(clock: Clock, onGone?: (resource: T) => void) {
    this.#clock = clock
    this.#onGone = onGone
  }

  /** Adds it, or puts it in the place of what has its id. */
  put(resource: T): void {
    this.#byId.set(resource.Id, resource)
  }

  get(id: string, region: string): T | undefined {
    const resource = this.#byId.get(id)
    return resource?.region === region ? resource : undefined
  }

  all(): T[] {
    return [...this.#byId.values()]
  }

  in(region: string): T[] {
    return this.all().filter((resource) => resource.region === region)
  }

  /** Those of a region that lists show. */
  listed(region: string): T[] {
    const now = this.#clock.now()
    return this.in(region).filter(({ hiddenUntil = 0 }) => hiddenUntil <= now)
  }

  remove(resource: T): void {
    if (this.#byId.delete(resource.Id)) this.#onGone?.(resource)
  }

  /** Now `via`, and `status` after so many seconds; `GONE` removes it. `never` leaves it in `via` for good. */
  move(resource: T, via: NonNullable<T['Status']>, status: T['Status'] | 'GONE', seconds: number | 'never'): void {
    resource.Status = via
    resource.next =
      seconds === 'never' ? undefined : { status: status as string, at: this.#clock.now() + seconds * 1000 }
  }

  /** Does what has come due since it was last called. To be called before anybody looks. */
  settle(): void {
    const now = this.#clock.now()
    for (const resource of this.#byId.values()) {
      const { next } = resource
      if (!next || next.at > now) continue
      resource.next = undefined
      if (next.status === 'GONE') this.remove(resource)
      else resource.Status = next.status
    }
  }

  clear(): void {
    for (const resource of this.all()) this.remove(resource)
  }
}

/** An id as APIG makes them: the prefix of its kind, then 20 lower-case letters and digits. */
export function newId(prefix: string): string {
  return prefix + Array.from(randomBytes(20), (byte) => (byte % 36).toString(36)).join('')
}
