import type { Clock } from '../../gateway/clock.ts'
import { resourceNotFound } from '../errors.ts'
import type { Resource, Status } from './resource.ts'

/**
 * The resources of one kind, oldest first. Their statuses depend on the clock: `settle` brings them up to date, and no
 * timer runs.
 */
export class ResourceTable<T extends Resource> {
  readonly #kind: string
  readonly #clock: Clock
  readonly #onGone: ((resource: T) => void) | undefined
  readonly #byId = new Map<string, T>()

  /** `kind` is the name of a resource in error messages. */
  constructor(kind: string, clock: Clock, onGone?: (resource: T) => void) {
    this.#kind = kind
    this.#clock = clock
    this.#onGone = onGone
  }

  /** Adds a resource, or replaces the one with the same id. */
  put(resource: T): void {
    this.#byId.set(resource.Id, resource)
  }

  /** Returns undefined if the resource is in another region. */
  find(id: string, region: string): T | undefined {
    const resource = this.#byId.get(id)
    return resource?.region === region ? resource : undefined
  }

  /** @throws ApiError 404 ResourceNotFound */
  get(id: string, region: string): T {
    const resource = this.find(id, region)
    if (!resource) throw resourceNotFound(this.#kind, id)
    return resource
  }

  all(): T[] {
    return [...this.#byId.values()]
  }

  in(region: string): T[] {
    return this.all().filter((resource) => resource.region === region)
  }

  /** The resources of a region that lists show. */
  listed(region: string): T[] {
    const now = this.#clock.now()
    return this.in(region).filter(({ hiddenUntil = 0 }) => hiddenUntil <= now)
  }

  remove(resource: T): void {
    if (this.#byId.delete(resource.Id)) this.#onGone?.(resource)
  }

  /** Sets the status, and the next one after `seconds`. `GONE` removes the resource; `never` keeps the first status. */
  move(resource: T, status: Status, next: Status | 'GONE', seconds: number | 'never'): void {
    resource.Status = status
    resource.next = seconds === 'never' ? undefined : { status: next, at: this.#clock.now() + seconds * 1000 }
  }

  /** Applies the changes that are due. Call this before any read. */
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
