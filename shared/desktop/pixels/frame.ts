import { DesktopError, protocolError } from '../desktop-error.ts'

/**
 * 4096 x 4096, 64 MiB in memory: more than any desktop of an agent has, and few enough that a server which reports
 * 65,535 x 65,535 (16 GiB) cannot exhaust the memory.
 */
export const MAX_PIXELS = 4096 * 4096

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

/** Pixels as red, green, blue and an unused byte each, row by row. */
export interface Picture {
  width: number
  height: number
  pixels: Uint8Array
}

/** The unused byte of a pixel that the server has sent since `markStale`. */
export const FRESH = 255

/** What the server has sent of its desktop. The fourth byte of each pixel is FRESH, or 0 for a stale one. */
export class Frame implements Picture {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
  /**
   * The same pixels, one number each. Little-endian, as all machines are that this runs on: red is in the lowest byte.
   */
  readonly words: Uint32Array

  /** @throws {DesktopError} `TooLarge`, or `ProtocolError` if it has no pixel */
  constructor(width: number, height: number) {
    if (width === 0 || height === 0) throw protocolError('The desktop has no pixels.')
    if (width * height > MAX_PIXELS) {
      throw new DesktopError('TooLarge', `The desktop has more than ${MAX_PIXELS} pixels.`)
    }
    this.width = width
    this.height = height
    this.words = new Uint32Array(width * height)
    this.pixels = new Uint8Array(this.words.buffer)
  }

  get area(): Rectangle {
    return { x: 0, y: 0, width: this.width, height: this.height }
  }

  contains({ x, y, width, height }: Rectangle): boolean {
    return x + width <= this.width && y + height <= this.height
  }

  /** The index of a pixel's first byte. */
  indexOf(x: number, y: number): number {
    return 4 * (y * this.width + x)
  }

  markStale(area: Rectangle): void {
    for (const row of this.rows(area)) for (let at = 3; at < row.length; at += 4) row[at] = 0
  }

  isFresh(area: Rectangle): boolean {
    for (const row of this.rows(area)) for (let at = 3; at < row.length; at += 4) if (row[at] !== FRESH) return false
    return true
  }

  copy(area: Rectangle): Picture {
    const pixels = new Uint8Array(4 * area.width * area.height)
    let offset = 0
    for (const row of this.rows(area)) {
      pixels.set(row, offset)
      offset += row.length
    }
    return { width: area.width, height: area.height, pixels }
  }

  *rows({ x, y, width, height }: Rectangle): Generator<Uint8Array> {
    for (let row = y; row < y + height; row++) {
      const start = this.indexOf(x, row)
      yield this.pixels.subarray(start, start + 4 * width)
    }
  }
}
