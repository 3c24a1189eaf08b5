import { DesktopError } from '../desktop-error.ts'

const EMPTY = new Uint8Array(0)

/** Reads numbers and blocks from a stream, wherever its chunks are cut. All numbers are big-endian. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>
  #chunk: Uint8Array = EMPTY
  #offset = 0

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]()
  }

  /**
   * Reads bytes. The caller must bound `length`: it is allocated at once. The result may share memory with the chunk.
   * @throws {DesktopError} `Closed` if the stream ends before
   */
  async read(length: number): Promise<Uint8Array> {
    if (this.#chunk.length - this.#offset >= length) return this.#take(length)
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      if (this.#offset === this.#chunk.length) await this.#nextChunk()
      const part = this.#take(Math.min(length - filled, this.#chunk.length - this.#offset))
      bytes.set(part, filled)
      filled += part.length
    }
    return bytes
  }

  /** Skips any number of bytes in constant memory. */
  async skip(length: number): Promise<void> {
    let rest = length
    while (rest > 0) {
      if (this.#offset === this.#chunk.length) await this.#nextChunk()
      rest -= this.#take(Math.min(rest, this.#chunk.length - this.#offset)).length
    }
  }

  async uint8(): Promise<number> {
    return viewOf(await this.read(1)).getUint8(0)
  }

  async uint16(): Promise<number> {
    return viewOf(await this.read(2)).getUint16(0)
  }

  async uint32(): Promise<number> {
    return viewOf(await this.read(4)).getUint32(0)
  }

  #take(length: number): Uint8Array {
    this.#offset += length
    return this.#chunk.subarray(this.#offset - length, this.#offset)
  }

  async #nextChunk(): Promise<void> {
    let next: IteratorResult<Uint8Array>
    try {
      next = await this.#chunks.next()
    } catch (error) {
      throw new DesktopError('Closed', 'The connection to the desktop broke.', error)
    }
    if (next.done) throw new DesktopError('Closed', 'The desktop has closed the connection.')
    this.#chunk = next.value
    this.#offset = 0
  }
}

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
