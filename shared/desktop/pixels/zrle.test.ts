import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from '../connection/byte-reader.ts'
import { FakeStream, u32, ZlibStream } from '../testing.ts'
import { Frame, type Rectangle } from './frame.ts'
import { Inflater } from './zlib.ts'
import { readZrle } from './zrle.ts'

/** Reads rectangles, each from its uncompressed tiles, into a frame of 200 x 150. */
async function read(rectangles: { area: Rectangle; tiles: number[] }[], cut?: FakeStream['cut']): Promise<Frame> {
  const stream = new FakeStream()
  if (cut) stream.cut = cut
  const frame = new Frame(200, 150)
  const reader = new ByteReader(stream)
  const zlib = new ZlibStream()
  const inflater = new Inflater()
  try {
    for (const { area, tiles } of rectangles) {
      stream.send(await zlib.compress(Uint8Array.from(tiles)))
      await readZrle(reader, frame, area, inflater)
    }
    return frame
  } finally {
    inflater.close()
  }
}

const area = (width: number, height: number): Rectangle => ({ x: 3, y: 2, width, height })

const RED = [255, 0, 0]
const BLUE = [0, 0, 255]
const LIME = [0, 255, 0]

/** The colours of an area, as hexadecimal letters of red, green and blue. */
function colours(frame: Frame, { x, y, width, height }: Rectangle): string {
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const at = frame.indexOf(x + column, y + row)
      return frame.pixels[at] ? 'R' : frame.pixels[at + 1] ? 'G' : frame.pixels[at + 2] ? 'B' : '.'
    }).join(''),
  )
  return rows.join(' ')
}

// RFC 6143, section 7.7.6.
describe('a tile', () => {
  test.each([
    ['of pixels', [0, ...RED, ...BLUE, ...LIME, ...RED, ...RED, ...BLUE], 'RBG RRB'],
    ['of one colour', [1, ...BLUE], 'BBB BBB'],
    ['with indices of one bit', [2, ...RED, ...BLUE, 0b01000000, 0b10100000], 'RBR BRB'],
    ['with indices of two bits', [3, ...RED, ...BLUE, ...LIME, 0b00011000, 0b10010000], 'RBG GBR'],
    ['with indices of four bits', [5, ...RED, ...BLUE, ...LIME, ...RED, ...RED, 0x01, 0x20, 0x21, 0x40], 'RBG GBR'],
    ['of runs', [128, ...RED, 1, ...BLUE, 3], 'RRB BBB'],
    ['of runs of a palette', [130, ...RED, ...BLUE, 0, 0x81, 2, 0x80, 1], 'RBB BRR'],
  ])('%s', async (_, tiles, expected) => {
    const frame = await read([{ area: area(3, 2), tiles }])
    expect(colours(frame, area(3, 2))).toBe(expected)
    expect(frame.isFresh(area(3, 2))).toBe(true)
  })

  test('has runs of more than 255 pixels', async () => {
    const frame = await read([
      {
        area: area(64, 64),
        tiles: [
          128,
          ...RED,
          255,
          255,
          89,
          ...BLUE,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          255,
          180,
        ],
      },
    ])
    const all = colours(frame, area(64, 64)).replaceAll(' ', '')
    expect(all.lastIndexOf('R')).toBe(599)
    expect(all.indexOf('B')).toBe(600)
  })

  test('is 64 pixels wide and high, but for the last ones', async () => {
    const tiles = [...[1, ...RED], ...[1, ...BLUE], ...[1, ...LIME], ...[1, ...RED]]
    const frame = await read([{ area: area(65, 65), tiles }])
    expect(colours(frame, { x: 66, y: 65, width: 2, height: 2 })).toBe('RB GR')
  })
})

test('rectangles are parts of one stream of zlib', async () => {
  const frame = await read([
    { area: area(1, 1), tiles: [1, ...RED] },
    { area: { ...area(1, 1), x: 4 }, tiles: [1, ...BLUE] },
  ])
  expect(colours(frame, area(2, 1))).toBe('RB')
})

describe('is refused', () => {
  test.each([
    ['a type that does not exist', [17, ...RED]],
    ['a type with no palette', [129, ...RED, 0]],
    ['an index beyond the palette', [3, ...RED, ...BLUE, ...LIME, 255, 255]],
    ['an index of a run beyond the palette', [130, ...RED, ...BLUE, 2]],
    ['a run beyond the tile', [128, ...RED, 6]],
    ['a tile that ends before', [0, ...RED]],
    ['a tile that is missing', []],
    ['data after the last tile', [1, ...RED, 1]],
  ])('%s', async (_, tiles) => {
    await expect(read([{ area: area(3, 2), tiles }])).rejects.toMatchObject({ code: 'ProtocolError' })
  })

  test('data that zlib does not know', async () => {
    const stream = new FakeStream()
    stream.send(u32(5), [1, 2, 3, 4, 5])
    const inflater = new Inflater()
    const reading = readZrle(new ByteReader(stream), new Frame(9, 9), area(3, 2), inflater)
    await expect(reading).rejects.toMatchObject({ code: 'ProtocolError' })
  })

  test('more compressed data than the rectangle can have, before they arrive', async () => {
    const stream = new FakeStream()
    stream.send(u32(0xffffffff))
    const reading = readZrle(new ByteReader(stream), new Frame(9, 9), area(3, 2), new Inflater())
    await expect(reading).rejects.toMatchObject({ code: 'ProtocolError' })
  })

  test('a bomb, after as much as the rectangle can have', async () => {
    const before = process.memoryUsage().arrayBuffers
    const bomb = Array<number>(20_000_000).fill(0)
    await expect(read([{ area: area(3, 2), tiles: bomb }])).rejects.toMatchObject({ code: 'ProtocolError' })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
  })
})

test('whatever the bytes, they are pixels or a ProtocolError', async () => {
  const tiles = fc.array(fc.nat(255), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(tiles, fc.integer({ min: 1, max: 9 }), async (tiles, size) => {
      const outcome = await read([{ area: area(size, size), tiles }]).catch((error) => error)
      expect(outcome instanceof Frame || outcome.code === 'ProtocolError').toBe(true)
    }),
  )
})
