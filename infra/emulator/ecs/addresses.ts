/** The private addresses of one block, each given to one network interface at a time. */
export class Addresses {
  readonly #first: number
  readonly #size: number
  readonly #used = new Set<number>()
  #next = 0

  /** @throws RangeError when `block` is not IPv4 CIDR with a prefix of 8 to 30 bits, e.g. `10.0.0.0/8` */
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

  /** The next free address; undefined when all are used. An address comes again only after the block has been gone through. */
  take(): string | undefined {
    for (let tried = 0; tried < this.#size; tried++) {
      this.#next = (this.#next + 1) % this.#size
      const lastByte = this.#next % 256
      const ordinary = lastByte > 3 && lastByte < 255 // a subnet keeps its first addresses and its last for itself
      if (ordinary && !this.#used.has(this.#next)) {
        this.#used.add(this.#next)
        return format(this.#first + this.#next)
      }
    }
    return undefined
  }

  /** Takes this very address; false when it is used or not of this block. */
  claim(address: string): boolean {
    const offset = this.#offset(address)
    if (offset === undefined || this.#used.has(offset)) return false
    this.#used.add(offset)
    return true
  }

  release(address: string): void {
    const offset = this.#offset(address)
    if (offset !== undefined) this.#used.delete(offset)
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
