/** The clock of the emulated resources: the real time plus an offset. Only a reset moves it back. */
export class Clock {
  #offset = 0

  /** Milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#offset
  }

  /** @throws RangeError for less than 0 or more than 1,000,000,000 seconds */
  advance(seconds: number): void {
    if (!(seconds >= 0 && seconds <= 1e9)) throw new RangeError('a clock is advanced by 0 to 1,000,000,000 seconds')
    this.#offset += seconds * 1000
  }

  reset(): void {
    this.#offset = 0
  }
}
