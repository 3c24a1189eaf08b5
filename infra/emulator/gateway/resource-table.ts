import type { Clock } from './clock.ts'
import type { ApiError } from './errors.ts'
import { settleTransition, startTransition, type Transitional } from './transitions.ts'

/** The fields that a table needs. Those with a small letter are internal to the emulator: no action shows them. */
export interface Resource<S extends string = string> extends Transitional<S> {
  /** It is invisible in other regions. */
  readonly region: string
  /** Lists show it from this time on, in milliseconds since 1970. */
  readonly hiddenUntil?: number | undefined
}

type StatusOf<R extends Resource> = NonNullable<R['Status']>

export interface ResourceTableOptions<R extends Resource> {
  clock: Clock
  idOf: (resource: R) => string
  notFound: (id: string) => ApiError
  /** Called after each change of status, with its time in milliseconds since 1970. */
  onChange?: (resource: R, at: number) => void
  onRemove?: (resource: R) => void
}

/** The resources of one kind, oldest first. Their statuses follow the clock when `settle` is called. */
export class ResourceTable<R extends Resource> {
  readonly #options: ResourceTableOptions<R>
  readonly #byId = new Map<string, R>()
  /** The ids of all resources with a transition. */
  readonly #changing = new Set<string>()
  #nextChangeAt = Number.POSITIVE_INFINITY

  constructor(options: ResourceTableOptions<R>) {
    this.#options = options
  }

  get size(): number {
    return this.#byId.size
  }

  /** Adds a resource, or replaces the one with the same id. */
  put(resource: R): void {
    this.#byId.set(this.#options.idOf(resource), resource)
  }

  /** Returns undefined if the resource is in another region. */
  find(id: string, region: string): R | undefined {
    const resource = this.#byId.get(id)
    return resource?.region === region ? resource : undefined
  }

  findInAnyRegion(id: string): R | undefined {
    return this.#byId.get(id)
  }

  /** @throws ApiError if the resource does not exist in the region */
  get(id: string, region: string): R {
    const resource = this.find(id, region)
    if (!resource) throw this.#options.notFound(id)
    return resource
  }

  all(): R[] {
    return [...this.#byId.values()]
  }

  in(region: string): R[] {
    return this.all().filter((resource) => resource.region === region)
  }

  /** The resources of a region that lists show. */
  listed(region: string): R[] {
    const now = this.#options.clock.now()
    return this.in(region).filter(({ hiddenUntil = 0 }) => hiddenUntil <= now)
  }

  remove(resource: R): void {
    if (this.#byId.delete(this.#options.idOf(resource))) this.#options.onRemove?.(resource)
  }

  /** Sets the status, and the next one after `seconds`. `GONE` removes the resource; `never` keeps the first status. */
  move(resource: R, status: StatusOf<R>, next: StatusOf<R> | 'GONE', seconds: number | 'never'): void {
    const { clock, idOf, onChange } = this.#options
    const now = clock.now()
    startTransition<string>(resource, status, next, seconds, now)
    if (resource.next) {
      this.#changing.add(idOf(resource))
      this.#nextChangeAt = Math.min(this.#nextChangeAt, resource.next.at)
    }
    onChange?.(resource, now)
  }

  /** Applies the changes that are due. Call this before any read. */
  settle(): void {
    const now = this.#options.clock.now()
    if (now < this.#nextChangeAt) return
    this.#nextChangeAt = Number.POSITIVE_INFINITY
    for (const id of this.#changing) {
      const resource = this.#byId.get(id)
      if (resource) this.#settle(resource, now)
      if (resource?.next) this.#nextChangeAt = Math.min(this.#nextChangeAt, resource.next.at)
      else this.#changing.delete(id)
    }
  }

  clear(): void {
    for (const resource of this.all()) this.remove(resource)
    this.#changing.clear()
    this.#nextChangeAt = Number.POSITIVE_INFINITY
  }

  #settle(resource: R, now: number): void {
    const applied = settleTransition(resource, now)
    if (applied?.status === 'GONE') this.remove(resource)
    else if (applied) this.#options.onChange?.(resource, applied.at)
  }
}
