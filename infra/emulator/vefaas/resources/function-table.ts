import type { Clock } from '../../gateway/clock.ts'
import { resourceNotFound } from '../errors.ts'
import type { FunctionRecord } from './records.ts'
import { settleRelease } from './release.ts'

/** All functions, oldest first. */
export class FunctionTable {
  readonly #clock: Clock
  readonly #byId = new Map<string, FunctionRecord>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#byId.size
  }

  all(): Iterable<FunctionRecord> {
    return this.#byId.values()
  }

  find(id: string): FunctionRecord | undefined {
    return this.#byId.get(id)
  }

  /** @throws ApiError 404 ResourceNotFound */
  get(id: string, region: string): FunctionRecord {
    const record = this.#byId.get(id)
    if (record?.region !== region) throw resourceNotFound('function', id)
    return record
  }

  add(record: FunctionRecord): void {
    this.#byId.set(record.Id, record)
  }

  /** Deletes a function and stops its timers and processes. Running calls fail. */
  delete(record: FunctionRecord): void {
    this.#byId.delete(record.Id)
    for (const timer of record.timers.values()) timer.running?.close()
    for (const deployment of [record.stable, record.next]) deployment?.close()
    record.stable = undefined
    record.next = undefined
  }

  clear(): void {
    for (const record of this.#byId.values()) this.delete(record)
  }

  /** Brings releases up to date with the clock. Call this before any read. */
  settle(): void {
    for (const record of this.#byId.values()) settleRelease(record, this.#clock.now())
  }
}
