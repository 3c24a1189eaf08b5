import { constants, createDeflate, type Deflate } from 'node:zlib'
import type { ByteStream } from './connection/byte-stream.ts'
import type { Picture, Rectangle } from './pixels/frame.ts'

/** What a test sends: bytes, or text in UTF-8. */
export type Part = Uint8Array | readonly number[] | string

/** For tests: a connection in memory. The test plays the server. */
export class FakeStream implements ByteStream {
  /** Cuts what the server sends into chunks. */
  cut: (bytes: Uint8Array) => Uint8Array[] = (bytes) => [bytes]
  onWrite: (bytes: Uint8Array) => void = () => {}
  isDestroyed = false
  readonly written: Uint8Array[] = []
  #chunks: Uint8Array[] = []
  #isEnded = false
  #wake = () => {}

  send(...parts: Part[]): void {
    const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
    this.#chunks.push(...this.cut(bytes).filter(({ length }) => length > 0))
    this.#wake()
  }

  end(): void {
    this.#isEnded = true
    this.#wake()
  }

  write(bytes: Uint8Array): void {
    if (this.isDestroyed) return
    this.written.push(bytes)
    this.onWrite(bytes)
  }

  destroy(): void {
    this.isDestroyed = true
    this.#chunks = []
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) yield chunk
      else if (this.#isEnded) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}

export const u16 = (...values: number[]) => values.flatMap((value) => [value >> 8, value & 255])
export const u32 = (...values: number[]) => values.flatMap((value) => u16(value >>> 16, value & 65_535))

/** A handshake of version 3.8 without a password, as the server sends it. */
export function greeting({ width, height }: { width: number; height: number }): Part[] {
  const pixelFormat = Array<number>(16).fill(0)
  return ['RFB 003.008\n', [1, 1], u32(0), u16(width, height), pixelFormat, u32(7), 'Desktop']
}

/** An update of the picture: rectangles with their encodings. */
export function update(...rectangles: { area: Rectangle; encoding: number; content: Part }[]): Part[] {
  const parts = rectangles.flatMap(({ area: { x, y, width, height }, encoding, content }): Part[] => [
    [...u16(x, y, width, height), ...u32(encoding)],
    content,
  ])
  return [[0, 0, ...u16(rectangles.length)], ...parts]
}

/** The pixels of an area, as a server sends them without compression: the fourth byte is arbitrary. */
export function rawPixels({ width, pixels }: Picture, area: Rectangle): Uint8Array {
  const content = new Uint8Array(4 * area.width * area.height)
  for (let row = 0; row < area.height; row++) {
    const from = 4 * ((area.y + row) * width + area.x)
    content.set(pixels.subarray(from, from + 4 * area.width), 4 * area.width * row)
  }
  for (let at = 3; at < content.length; at += 4) content[at] = 77
  return content
}

/** Compresses what several updates contain as one zlib stream, each part complete. */
export class ZlibStream {
  readonly #deflate: Deflate = createDeflate()

  /** The length, and the compressed bytes. */
  async compress(bytes: Uint8Array): Promise<Uint8Array> {
    const chunks: Buffer[] = []
    const collect = (chunk: Buffer) => chunks.push(chunk)
    this.#deflate.on('data', collect)
    this.#deflate.write(bytes)
    await new Promise<void>((resolve) => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve))
    this.#deflate.off('data', collect)
    const content = Buffer.concat(chunks)
    return Buffer.concat([Buffer.from(u32(content.length)), content])
  }
}

/** A key or pointer event, as `key 65 down` or `pointer 10,20 1`. */
export type FakeEvent = string

/** For tests: a server that answers requests with a picture, and records events. */
export class FakeServer {
  readonly stream = new FakeStream()
  readonly events: FakeEvent[] = []
  /** Answers a request; by default with the whole area, without compression. */
  onRequest: (area: Rectangle, isIncremental: boolean) => void = (area) => this.sendRaw(area)
  onClipboard: (length: number, content: Uint8Array) => void = () => {}
  picture: Picture
  #received = Buffer.alloc(0)
  /** The client starts with its version, a security type and a shared flag. */
  #handshakeBytes = 14

  constructor(picture: Picture) {
    this.picture = picture
    this.stream.onWrite = (bytes) => this.#receive(bytes)
    this.stream.send(...greeting(picture))
  }

  sendRaw(...areas: Rectangle[]): void {
    const content = (area: Rectangle) => rawPixels(this.picture, area)
    this.stream.send(...update(...areas.map((area) => ({ area, encoding: 0, content: content(area) }))))
  }

  #receive(bytes: Uint8Array): void {
    const skipped = Math.min(this.#handshakeBytes, bytes.length)
    this.#handshakeBytes -= skipped
    this.#received = Buffer.concat([this.#received, bytes.subarray(skipped)])
    for (let length = this.#next(); length > 0; length = this.#next()) this.#received = this.#received.subarray(length)
  }

  /** Handles the next message, and returns its length; 0 if it is not complete. */
  #next(): number {
    const message = this.#received
    if (message.length < 4) return 0
    switch (message[0]) {
      case 0:
        return 20
      case 2:
        return 4 + 4 * message.readUInt16BE(2)
      case 3: {
        const [x = 0, y = 0, width = 0, height = 0] = [2, 4, 6, 8].map((at) => message.readUInt16BE(at))
        this.onRequest({ x, y, width, height }, message[1] === 1)
        return 10
      }
      case 4:
        this.events.push(`key ${message.readUInt32BE(4).toString(16)} ${message[1] ? 'down' : 'up'}`)
        return 8
      case 5:
        this.events.push(`pointer ${message.readUInt16BE(2)},${message.readUInt16BE(4)} ${message[1]}`)
        return 6
      case 6: {
        const length = message.readInt32BE(4)
        this.onClipboard(length, message.subarray(8, 8 + Math.abs(length)))
        return 8 + Math.abs(length)
      }
      default:
        throw new Error(`The client sent a message of type ${message[0]}.`)
    }
  }
}

/** A picture in which all pixels differ. */
export function pictureOf(width: number, height: number): Picture {
  const pixels = new Uint8Array(4 * width * height)
  for (let index = 0; index < width * height; index++) {
    pixels[4 * index] = index // a byte keeps the lowest 8 bits
    pixels[4 * index + 1] = index >> 8
    pixels[4 * index + 2] = index * 7
    pixels[4 * index + 3] = 255
  }
  return { width, height, pixels }
}
