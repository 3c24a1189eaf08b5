import { createHash } from 'node:crypto'
import type { Clock } from '../gateway/clock.ts'
import { clientTokenHours } from './assumptions.ts'
import { idempotentParameterMismatch } from './errors.ts'

interface Remembered {
  /** A hash, because a request can have 16 KiB of UserData. */
  requestHash: string
  result: object
  expiresAt: number
}

/**
 * The results of calls with a ClientToken. The same request again returns the same result and does nothing; another
 * request with the token is refused (ECS API reference, "Idempotency"). Only successes are remembered. A token belongs
 * to one action in one region.
 */
export class ClientTokens {
  readonly #clock: Clock
  readonly #remembered = new Map<string, Remembered>() // oldest first

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws ApiError 400 IdempotentParameterMismatch */
  once(token: string, scope: string, params: Readonly<Record<string, string>>, work: () => object): object {
    this.#forgetExpired()
    const name = `${scope} ${token}`
    const sorted = JSON.stringify(Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1)))
    const requestHash = createHash('sha256').update(sorted).digest('base64')
    const earlier = this.#remembered.get(name)
    if (earlier) {
      if (earlier.requestHash !== requestHash) throw idempotentParameterMismatch()
      return earlier.result
    }
    const result = work()
    this.#remembered.set(name, { requestHash, result, expiresAt: this.#clock.now() + clientTokenHours * 3600 * 1000 })
    return result
  }

  clear(): void {
    this.#remembered.clear()
  }

  #forgetExpired(): void {
    const now = this.#clock.now()
    for (const [name, { expiresAt }] of this.#remembered) {
      if (expiresAt > now) return
      this.#remembered.delete(name)
    }
  }
}
