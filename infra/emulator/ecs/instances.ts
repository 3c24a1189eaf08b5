import type { Clock } from '../openapi/clock.ts'
import { timestamp } from '../openapi/envelope.ts'
import { Addresses } from './addresses.ts'
import { addressesUsedUp, addressInUse } from './assumptions.ts'
import type { Instance, Status } from './instance.ts'

/** All instances, oldest first. Their statuses move by the clock, and are brought up to date by `settle`; no timer runs. */
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

  /** The number of the next instance to be added. */
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

  /** Sets the status `via` now, and `status` after `seconds`. `GONE` removes the instance; `never` leaves it in `via`. */
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

  /** Makes the changes of status whose time has come. Call it before each read. */
  settle(): void {
    const now = this.#clock.now()
    if (now < this.#nextDue) return
    this.#nextDue = Number.POSITIVE_INFINITY
    for (const instance of this.#moving) {
      const { next } = instance
      if (next && next.at > now) this.#nextDue = Math.min(this.#nextDue, next.at)
      else {
        this.#moving.delete(instance)
        this.#arrive(instance)
      }
    }
  }

  /**
   * Takes a private address for each entry: the wanted one, or any free one. Takes all or none.
   * @throws ApiError 400 when a wanted one cannot be had or none is left
   */
  takeAddresses(wanted: readonly (string | undefined)[]): string[] {
    const taken: string[] = []
    for (const address of wanted) {
      const got = address === undefined ? this.#addresses.take() : this.#addresses.claim(address) && address
      if (!got) {
        for (const back of taken) this.#addresses.release(back)
        throw address === undefined ? addressesUsedUp() : addressInUse(address)
      }
      taken.push(got)
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

  #arrive(instance: Instance): void {
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
