import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ApiError } from '../gateway/errors.ts'
import { maxZipBytes, readZip, unpack } from './function-code.ts'
import { zipOf } from './testing.ts'

/** The end-of-central-directory record of a zip without files. */
const endOfZip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex')

it('accepts up to 15 MiB of code', () => {
  const zip = (bytes: number) => Buffer.concat([Buffer.alloc(bytes - 22), endOfZip]).toString('base64')
  expect(readZip(zip(maxZipBytes))).toHaveProperty('zip')
  expect(() => readZip(zip(maxZipBytes + 1))).toThrow(`the code has ${maxZipBytes + 1} bytes`)
})

it('refuses a zip that declares an unpacked size over 1 GiB', () => {
  const zip = Buffer.from(zipOf('x'), 'base64')
  const entry = zip.indexOf(Buffer.from('504b0102', 'hex')) // central directory entry; the unpacked size is at offset 24
  zip.writeUInt32LE(0x7fffffff, entry + 24)
  expect(() => readZip(zip.toString('base64'))).toThrow('unpacks to more than')
})

it.each([['../x'], ['a/../../x'], ['/x'], ['C:/x'], ['..\\x'], ['a\0b']])('refuses a zip with a file %j', (name) => {
  expect(() => readZip(zipOf({ [name]: '' }))).toThrow('is outside of the folder')
})

it('unpacks folders, and names that only look like path traversal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'code-test-'))
  try {
    const files = { 'index.js': 'one', 'a/b/c.txt': 'two', 'a/..d': 'three' }
    const code = readZip(zipOf({ ...files, 'empty/': '' }))
    if ('zip' in code) unpack(code.zip, join(folder, 'code'))
    const found = Object.keys(files).map((name) => [name, readFileSync(join(folder, 'code', name), 'utf8')])
    expect(Object.fromEntries(found)).toEqual(files)
    expect(readdirSync(folder)).toEqual(['code'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('accepts or refuses any input, and never fails otherwise', () => {
  const whole = Buffer.from(zipOf({ 'index.js': 'x'.repeat(1_000), 'a/b.txt': 'y' }), 'base64')
  const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(changes, fc.nat(whole.length), (bytes, cut) => {
      const zip = Buffer.from(whole.subarray(cut % 3 === 0 ? cut : 0))
      for (const [at, value] of bytes) if (at < zip.length) zip[at] = value
      try {
        readZip(zip.toString('base64'))
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError)
      }
    }),
    { numRuns: 500 },
  )
})
