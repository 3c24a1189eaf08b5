import { inflateSync, crc32 as nodeCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pictureOf } from '../testing.ts'
import { hasContent } from './content.ts'
import { Frame, type Picture } from './frame.ts'
import { encodePng } from './png.ts'
import { scaleDown } from './scale.ts'

function plain(width: number, height: number, colour: readonly number[]): Picture {
  const pixels = new Uint8Array(4 * width * height)
  for (let at = 0; at < pixels.length; at += 4) pixels.set([...colour, 255], at)
  return { width, height, pixels }
}

function paint({ width, pixels }: Picture, x: number, y: number, columns: number, rows: number, value: number): void {
  for (let row = y; row < y + rows; row++) {
    pixels.fill(value, 4 * (row * width + x), 4 * (row * width + x + columns))
  }
}

describe('a PNG', () => {
  test('has its chunks with length and checksum', async () => {
    const { bytes, width, height } = await encodePng(pictureOf(7, 5))
    expect([width, height]).toEqual([7, 5])
    const file = Buffer.from(bytes)
    expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
    const chunks: [string, Buffer][] = []
    for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
      const content = file.subarray(at + 4, at + 8 + file.readUInt32BE(at))
      expect(file.readUInt32BE(at + 4 + content.length)).toBe(nodeCrc32(content))
      chunks.push([content.subarray(0, 4).toString(), content.subarray(4)])
    }
    expect(chunks.map(([type]) => type)).toEqual(['IHDR', 'IDAT', 'IEND'])
    expect(chunks[0]?.[1].toString('hex')).toBe('00000007000000050802000000')
    expect(inflateSync(chunks[1]?.[1] ?? '')).toHaveLength((1 + 3 * 7) * 5)
  })
})

describe('a smaller picture', () => {
  test('has the average of the pixels that each of its pixels covers', () => {
    const picture = plain(4, 2, [0, 0, 0])
    paint(picture, 0, 0, 1, 2, 200)
    expect([...scaleDown(picture, 0.5).pixels]).toEqual([100, 100, 100, 255, 0, 0, 0, 255])
  })

  test('takes a part of a pixel as a part', () => {
    const picture = plain(3, 1, [0, 0, 0])
    paint(picture, 1, 0, 1, 1, 90)
    const { width, pixels } = scaleDown(picture, 2 / 3)
    expect(width).toBe(2)
    expect([pixels[0], pixels[4]]).toEqual([30, 30])
  })

  test('of any size has at least one pixel, and one colour if the picture has one', () => {
    const side = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(side, side, fc.double({ min: 0.01, max: 1, noNaN: true }), (width, height, scale) => {
        const scaled = scaleDown(plain(width, height, [13, 99, 255]), scale)
        expect(scaled.width).toBe(Math.max(1, Math.round(width * scale)))
        expect(scaled.height).toBe(Math.max(1, Math.round(height * scale)))
        expect(scaled).toEqual(plain(scaled.width, scaled.height, [13, 99, 255]))
      }),
    )
  })
})

describe('content', () => {
  test('is more than one colour, and more than a mouse pointer anywhere', () => {
    const picture = (...areas: [number, number, number, number][]) => {
      const result = plain(320, 200, [9, 9, 9])
      for (const [x, y, width, height] of areas) paint(result, x, y, width, height, 80)
      return hasContent(result)
    }
    expect(picture()).toBe(false)
    expect(picture([100, 100, 24, 24])).toBe(false)
    expect(picture([0, 0, 16, 24])).toBe(false)
    expect(picture([304, 176, 16, 24])).toBe(false)
    expect(picture([10, 10, 200, 100])).toBe(true)
    expect(picture([0, 180, 320, 20])).toBe(true)
    expect(picture([0, 0, 2, 2], [300, 180, 2, 2])).toBe(true)
  })
})

describe('a frame', () => {
  test('is fresh where pixels were written after it was marked as stale', () => {
    const frame = new Frame(6, 4)
    frame.pixels.fill(255)
    const area = { x: 1, y: 1, width: 3, height: 2 }
    frame.markStale({ x: 2, y: 2, width: 1, height: 1 })
    expect(frame.isFresh(area)).toBe(false)
    expect(frame.isFresh({ ...area, height: 1 })).toBe(true)
    frame.words[2 * 6 + 2] = 0xffffffff
    expect(frame.isFresh(area)).toBe(true)
  })

  test('has a limited size', () => {
    expect(() => new Frame(65_535, 65_535)).toThrow('more than 16777216 pixels')
    expect(() => new Frame(0, 5)).toThrow('no pixels')
  })
})
