// The only file besides connect-tcp.ts that needs Node. For browsers, CompressionStream and DecompressionStream can
// replace it. They are not used here, because they know no level, and their first use costs some 10 ms.
import { promisify } from 'node:util'
import { constants, createInflate, deflate as deflateWithCallback, inflate as inflateWithCallback } from 'node:zlib'
import { protocolError } from '../desktop-error.ts'

const deflateAsync = promisify(deflateWithCallback)
const inflateAsync = promisify(inflateWithCallback)

export const deflate = (bytes: Uint8Array, level: number): Promise<Uint8Array> => deflateAsync(bytes, { level })

/**
 * Inflates data that may lack the end of their stream, as those of TigerVNC do.
 * @throws {DesktopError} `ProtocolError` if the data are invalid
 */
export async function inflate(bytes: Uint8Array, maxLength: number): Promise<Uint8Array | 'too long'> {
  try {
    return await inflateAsync(bytes, { maxOutputLength: maxLength, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (error) {
    if (error instanceof RangeError) return 'too long'
    throw invalidData(error)
  }
}

/** Inflates one stream that arrives in parts. Each part can be inflated completely when it has arrived. */
export class Inflater {
  readonly #stream = createInflate({ chunkSize: 65_536 })
  #output: Uint8Array[] = []
  #length = 0
  #maxLength = 0
  #fail = (_error: Error) => {}

  constructor() {
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#output.push(chunk)
      this.#length += chunk.length
      if (this.#length > this.#maxLength) this.#stream.destroy(new Error('too much output'))
    })
    this.#stream.on('error', (error) => this.#fail(error))
  }

  /**
   * @param parts  the next compressed bytes
   * @param maxLength  of the result
   * @throws {DesktopError} `ProtocolError`
   */
  async inflate(parts: AsyncIterable<Uint8Array>, maxLength: number): Promise<Uint8Array> {
    this.#output = []
    this.#length = 0
    this.#maxLength = maxLength
    for await (const part of parts) await this.#write(part)
    const output = Buffer.concat(this.#output)
    this.#output = []
    return output
  }

  close(): void {
    this.#stream.destroy()
  }

  #write(part: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = (error) => reject(invalidData(error))
      this.#stream.write(part, (error) => (error ? this.#fail(error) : resolve()))
    })
  }
}

const invalidData = (cause: unknown) => protocolError('The server sent invalid compressed data.', cause)
