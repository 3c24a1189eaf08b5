import type { Clock } from '../gateway/clock.ts'
import { timestamp } from '../gateway/envelope.ts'
import { Addresses } from './addresses.ts'
import { addressesUsedUp, addressInUse } from './assumptions.ts'
import type { Instance, Status } from './instance.ts'

/** All instances, oldest first. Statuses change with the clock when `settle` is called; there are no timers. */
export class Instances {
  readonly #clock: Clock
  readonly #addressBlock: string
  readonly #byId = new Map<string, Instance>()
  readonly #byRegion = new Map<string, Instance[]>()
  readonly #moving = new Set<Instance>()
  #nextDue = Number.POSITIVE_INFINITY
  #created = 0
  #addresses: Addresses

  constructor(clock: Clock, addressBlock: string) {
    this.#clock = clock
    this.#addressBlock = addressBlock
    this.#addresses = new Addresses(addressBlock)
  }

  get size(): number {
    return this.#byId.size
  }

  get(id: string, region: string): Instance | undefined {
    const instance = this.#byId.get(id)
    return instance?.region === region ? instance : undefined
  }

  all(): Iterable<Instance> {
    return this.#byId.values()
  }

  /** The instances of a region, oldest first. */
  in(region: string): readonly Instance[] {
    return this.#byRegion.get(region) ?? []
  }

  /** Returns the number for a new instance. */
  nextNumber(): number {
    this.#created += 1
    return this.#created
  }

  add(instance: Instance): void {
    this.#byId.set(instance.InstanceId, instance)
    const sameRegion = this.#byRegion.get(instance.region)
    if (sameRegion) sameRegion.push(instance)
    else this.#byRegion.set(instance.region, [instance])
  }

  /**
   * Sets the status `via` now, and `status` after `seconds`. `GONE` removes the instance. `never` keeps it in `via`.
   */
  move(instance: Instance, via: Status, status: Status | 'GONE', seconds: number | 'never'): void {
    const now = this.#clock.now()
    instance.Status = via
    if (status === 'RUNNING') instance.boots += 1
    instance.UpdatedAt = timestamp(now)
    instance.next = undefined
    this.#moving.delete(instance)
    if (seconds === 'never') return
    instance.next = { status, at: now + seconds * 1000 }
    this.#moving.add(instance)
    this.#nextDue = Math.min(this.#nextDue, instance.next.at)
  }

  /** Applies the status changes that are due. Call it before each read. */
  settle(): void {
    const now = this.#clock.now()
    if (now < this.#nextDue) return
    this.#nextDue = Number.POSITIVE_INFINITY
    for (const instance of this.#moving) {
      const { next } = instance
      if (next && next.at > now) this.#nextDue = Math.min(this.#nextDue, next.at)
      else {
        this.#moving.delete(instance)
        this.#applyNext(instance)
      }
    }
  }

  /**
   * Takes a private address for each entry: the requested one, or any free one. Takes all or none.
   * @throws ApiError 400 if a requested address is not free, or none is left
   */
  takeAddresses(requested: readonly (string | undefined)[]): string[] {
    const taken: string[] = []
    try {
      for (const address of requested) taken.push(this.#takeAddress(address))
    } catch (error) {
      for (const address of taken) this.#addresses.release(address)
      throw error
    }
    return taken
  }

  clear(): void {
    this.#byId.clear()
    this.#byRegion.clear()
    this.#moving.clear()
    this.#nextDue = Number.POSITIVE_INFINITY
    this.#addresses = new Addresses(this.#addressBlock)
  }

  #takeAddress(requested: string | undefined): string {
    if (requested !== undefined) {
      if (!this.#addresses.claim(requested)) throw addressInUse(requested)
      return requested
    }
    const address = this.#addresses.take()
    if (address === undefined) throw addressesUsedUp()
    return address
  }

  #applyNext(instance: Instance): void {
    const { next } = instance
    if (!next) return
    instance.next = undefined
    instance.UpdatedAt = timestamp(next.at)
    if (next.status === 'GONE') {
      this.#byId.delete(instance.InstanceId)
      const sameRegion = this.#byRegion.get(instance.region) ?? []
      sameRegion.splice(sameRegion.indexOf(instance), 1)
      for (const { PrimaryIpAddress } of instance.NetworkInterfaces) this.#addresses.release(PrimaryIpAddress)
    } else {
      instance.Status = next.status
      if (next.status === 'RUNNING') instance.StoppedMode = 'NotApplicable'
    }
  }
}
