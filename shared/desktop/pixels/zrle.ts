import type { ByteReader } from '../connection/byte-reader.ts'
import { protocolError } from '../desktop-error.ts'
import { FRESH, type Frame, type Rectangle } from './frame.ts'
import type { Inflater } from './zlib.ts'

/** Width and height of a tile, but for the last ones of a row or column. */
const TILE = 64

/** Compressed bytes that are read at a time. */
const PART_BYTES = 65_536

/**
 * Reads a rectangle of tiles, each compressed by a palette or by run lengths, and all by zlib, into the frame (RFC
 * 6143, section 7.7.6).
 */
export async function readZrle(reader: ByteReader, frame: Frame, area: Rectangle, inflater: Inflater): Promise<void> {
  const length = await reader.uint32()
  const maxLength = maxBytes(area)
  // What zlib cannot compress, it lengthens by 5 bytes in 16,383 at most.
  if (length > maxLength + maxLength / 1000 + 1024)
    throw protocolError('The server sent too much data for a rectangle.')
  const bytes = await inflater.inflate(readParts(reader, length), maxLength)
  const tiles = new TileReader(bytes, frame)
  for (let y = area.y; y < area.y + area.height; y += TILE) {
    for (let x = area.x; x < area.x + area.width; x += TILE) {
      const width = Math.min(TILE, area.x + area.width - x)
      const height = Math.min(TILE, area.y + area.height - y)
      tiles.readTile({ x, y, width, height })
    }
  }
  tiles.expectEnd()
}

/** Without compression by zlib. The longest tile has a run for each pixel, of three bytes and one for its length. */
function maxBytes({ width, height }: Rectangle): number {
  const tiles = Math.ceil(width / TILE) * Math.ceil(height / TILE)
  const palette = 1 + 127 * 3
  return tiles * palette + 4 * width * height
}

async function* readParts(reader: ByteReader, length: number): AsyncGenerator<Uint8Array> {
  for (let rest = length; rest > 0; rest -= PART_BYTES) yield await reader.read(Math.min(rest, PART_BYTES))
}

class TileReader {
  readonly #bytes: Uint8Array
  readonly #frame: Frame
  /** The colours of the current tile, as words of the frame. */
  readonly #tile = new Uint32Array(TILE * TILE)
  #offset = 0

  constructor(bytes: Uint8Array, frame: Frame) {
    this.#bytes = bytes
    this.#frame = frame
  }

  readTile({ x, y, width, height }: Rectangle): void {
    const tile = this.#tile.subarray(0, width * height)
    const type = this.#byte()
    if (type === 0) this.#readColours(tile)
    else if (type === 1) tile.fill(this.#colour())
    else if (type <= 16) this.#readPackedIndices(tile, width, this.#palette(type))
    else if (type === 128) this.#readRuns(tile)
    else if (type >= 130) this.#readPaletteRuns(tile, this.#palette(type - 128))
    else throw invalidTile()
    for (let row = 0; row < height; row++) {
      this.#frame.words.set(tile.subarray(row * width, (row + 1) * width), (y + row) * this.#frame.width + x)
    }
  }

  expectEnd(): void {
    if (this.#offset !== this.#bytes.length) throw invalidTile()
  }

  #readColours(tile: Uint32Array): void {
    for (let index = 0; index < tile.length; index++) tile[index] = this.#colour()
  }

  /** Indices of one, two or four bits; each row starts with a new byte. */
  #readPackedIndices(tile: Uint32Array, width: number, palette: Uint32Array): void {
    const bits = palette.length <= 2 ? 1 : palette.length <= 4 ? 2 : 4
    const mask = (1 << bits) - 1
    let byte = 0
    for (let index = 0; index < tile.length; index++) {
      const bit = ((index % width) * bits) % 8
      if (bit === 0) byte = this.#byte()
      tile[index] = this.#colourAt(palette, (byte >> (8 - bits - bit)) & mask)
    }
  }

  #readRuns(tile: Uint32Array): void {
    for (let index = 0; index < tile.length; ) {
      const colour = this.#colour()
      index = this.#fillRun(tile, index, this.#runLength(), colour)
    }
  }

  #readPaletteRuns(tile: Uint32Array, palette: Uint32Array): void {
    for (let index = 0; index < tile.length; ) {
      const byte = this.#byte()
      const colour = this.#colourAt(palette, byte & 127)
      index = this.#fillRun(tile, index, byte < 128 ? 1 : this.#runLength(), colour)
    }
  }

  /** Returns the end of the run. */
  #fillRun(tile: Uint32Array, start: number, length: number, colour: number): number {
    const end = start + length
    if (end > tile.length) throw invalidTile()
    tile.fill(colour, start, end)
    return end
  }

  /** One more than the sum of bytes. The first byte that is not 255 is the last. */
  #runLength(): number {
    let length = 1
    let byte: number
    do {
      byte = this.#byte()
      length += byte
    } while (byte === 255)
    return length
  }

  #palette(length: number): Uint32Array {
    const palette = new Uint32Array(length)
    this.#readColours(palette)
    return palette
  }

  #colourAt(palette: Uint32Array, index: number): number {
    const colour = palette[index]
    if (colour === undefined) throw invalidTile()
    return colour
  }

  /** Red, green and blue: pixels of 24 bits have no fourth byte here. */
  #colour(): number {
    return (this.#byte() | (this.#byte() << 8) | (this.#byte() << 16) | (FRESH << 24)) >>> 0
  }

  #byte(): number {
    const byte = this.#bytes[this.#offset++]
    if (byte === undefined) throw invalidTile()
    return byte
  }
}

const invalidTile = () => protocolError('The server sent an invalid tile of pixels.')
