import { addressesUsedUp, addressInUse } from './assumptions.ts'

/** The private addresses of one block. Each belongs to one network interface at a time. */
export class Addresses {
  readonly #first: number
  readonly #size: number
  readonly #used = new Set<number>()
  #next = 0

  /** @throws RangeError if `block` is not IPv4 CIDR with a prefix of 8 to 30 bits, e.g. `10.0.0.0/8` */
  constructor(block: string) {
    const [, address = '', prefix = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(block) ?? []
    const number = parse(address)
    const bits = Number(prefix)
    if (number === undefined || prefix === '' || bits < 8 || bits > 30) {
      throw new RangeError(`${block} is not an address block like 10.0.0.0/8, with a prefix from 8 to 30`)
    }
    this.#size = 2 ** (32 - bits)
    this.#first = number - (number % this.#size)
  }

  /** Takes the next free address; after the end of the block, from its beginning. Undefined if no address is free. */
  take(): string | undefined {
    for (let tries = 0; tries < this.#size; tries++) {
      this.#next = (this.#next + 1) % this.#size
      const lastByte = this.#next % 256
      const isAssignable = lastByte > 3 && lastByte < 255 // a subnet reserves its first addresses and its last
      if (isAssignable && !this.#used.has(this.#next)) {
        this.#used.add(this.#next)
        return format(this.#first + this.#next)
      }
    }
    return undefined
  }

  /** Takes a given address. Returns false if it is used or not in the block. */
  claim(address: string): boolean {
    const offset = this.#offset(address)
    if (offset === undefined || this.#used.has(offset)) return false
    this.#used.add(offset)
    return true
  }

  /**
   * Takes an address for each entry: the requested one, or any free one. Takes all or none.
   * @throws ApiError 400 if a requested address is not free, or none is left
   */
  takeAll(requested: readonly (string | undefined)[]): string[] {
    const taken: string[] = []
    try {
      for (const address of requested) taken.push(this.#takeOne(address))
    } catch (error) {
      for (const address of taken) this.release(address)
      throw error
    }
    return taken
  }

  release(address: string): void {
    const offset = this.#offset(address)
    if (offset !== undefined) this.#used.delete(offset)
  }

  /** Releases all addresses, and starts again with the first one. */
  clear(): void {
    this.#used.clear()
    this.#next = 0
  }

  #takeOne(requested: string | undefined): string {
    if (requested !== undefined) {
      if (!this.claim(requested)) throw addressInUse(requested)
      return requested
    }
    const address = this.take()
    if (address === undefined) throw addressesUsedUp()
    return address
  }

  #offset(address: string): number | undefined {
    const number = parse(address)
    if (number === undefined || number < this.#first || number >= this.#first + this.#size) return undefined
    return number - this.#first
  }
}

function parse(address: string): number | undefined {
  const bytes = address.split('.')
  if (bytes.length !== 4 || !bytes.every((byte) => /^\d{1,3}$/.test(byte) && Number(byte) < 256)) return undefined
  return bytes.reduce((number, byte) => number * 256 + Number(byte), 0)
}

function format(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')
}
