import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from './byte-reader.ts'

async function* chunksOf(chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

test('returns the same bytes wherever the stream is cut, in blocks of any length', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 20 })
  const lengths = fc.array(fc.nat(12), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(chunks, lengths, async (chunks, lengths) => {
      const bytes = Buffer.concat(chunks)
      const reader = new ByteReader(chunksOf(chunks))
      let offset = 0
      for (const [index, length] of lengths.entries()) {
        const isSkipped = index % 3 === 2
        const next = (isSkipped ? reader.skip(length) : reader.read(length)).catch((error) => error.code)
        if (offset + length > bytes.length) {
          expect(await next).toBe('Closed')
          return
        }
        const expected = bytes.subarray(offset, offset + length)
        expect(await next).toEqual(isSkipped ? undefined : new Uint8Array(expected))
        offset += length
      }
    }),
  )
})

test('reads numbers as big-endian', async () => {
  const reader = new ByteReader(
    chunksOf([new Uint8Array([1, 2]), new Uint8Array([3, 0xff, 0xfe]), new Uint8Array([4, 5])]),
  )
  expect(await reader.uint8()).toBe(1)
  expect(await reader.uint16()).toBe(0x0203)
  expect(await reader.uint32()).toBe(0xfffe0405)
})

test('reports an error of the stream as the end of the connection', async () => {
  const cause = new Error('reset')
  // biome-ignore lint/correctness/useYield: it fails before
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    throw cause
  }
  await expect(new ByteReader(broken()).uint8()).rejects.toMatchObject({ code: 'Closed', cause })
})
