import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { zip } from './zip.ts'

// A dependency of osls without types. It shares no code with fflate.
const yauzl = createRequire(createRequire(import.meta.url).resolve('serverless'))('yauzl')

type Unzipped = { name: string; mode: string; system: number; date: string; content: string }

/** The entries of a zip in their order. Throws if a length or a checksum is wrong. */
async function unzip(bytes: Uint8Array): Promise<Unzipped[]> {
  const archive = await yauzl.fromBufferPromise(Buffer.from(bytes))
  const entries: Unzipped[] = []
  for await (const entry of archive.eachEntry()) {
    const content = await buffer(await archive.openReadStreamPromise(entry))
    if (crc32(content) !== entry.crc32) throw new Error(`${entry.fileName}: wrong checksum`)
    entries.push({
      name: entry.fileName,
      mode: (entry.externalFileAttributes >>> 16).toString(8),
      system: entry.versionMadeBy >> 8,
      date: new Date(entry.getLastModDate({ timezone: 'UTC' })).toISOString(),
      content: content.toString('base64'),
    })
  }
  return entries
}

const files = {
  'index.js': Buffer.from('exports.handler = () => {}\n'.repeat(100)),
  'config.toml': Buffer.from('a = 1\n'),
}

test('has the files by name, as regular files that everybody can read', async () => {
  const same = { mode: '100644', system: 3, date: '1980-01-01T12:00:00.000Z' } // 3 is Unix
  expect(await unzip(zip(files))).toEqual([
    { name: 'config.toml', content: files['config.toml'].toString('base64'), ...same },
    { name: 'index.js', content: files['index.js'].toString('base64'), ...same },
  ])
})

test('is compressed', () => {
  expect(zip(files).length).toBeLessThan(files['index.js'].length / 5)
})

test('can be read by unzip, if it is installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'zip-test-'))
  writeFileSync(join(folder, 'any.zip'), zip(files))
  const { error, status, stderr } = spawnSync('unzip', ['-tqq', join(folder, 'any.zip')], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
  expect({ status, stderr }).toEqual(isMissing ? { status: null, stderr: null } : { status: 0, stderr: '' })
})

const name = fc.stringMatching(/^[a-z][a-z.-]{0,10}$/)
const anyFiles = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), { noNullPrototype: true })

test('unzips to the same files, and does not depend on their order', async () => {
  await fc.assert(
    fc.asyncProperty(anyFiles, async (files) => {
      const reversed = Object.fromEntries(Object.entries(files).reverse())
      expect(zip(reversed)).toEqual(zip(files))
      const unzipped = (await unzip(zip(files))).map(({ name, content }) => [name, content])
      const names = Object.keys(files).sort()
      expect(unzipped).toEqual(names.map((name) => [name, Buffer.from(files[name] ?? []).toString('base64')]))
    }),
  )
})

test('has the same bytes in every time zone and at any time', () => {
  const hash = createHash('sha256').update(zip(files)).digest('hex')
  const program = `
    Date.now = () => Math.random() * 4e12
    const { zip } = await import(${JSON.stringify(join(import.meta.dirname, 'zip.ts'))})
    const files = { 'index.js': Buffer.from(${JSON.stringify(String(files['index.js']))}), 'config.toml': Buffer.from('a = 1\\n') }
    const { createHash } = await import('node:crypto')
    process.stdout.write(createHash('sha256').update(zip(files)).digest('hex') + new Date(0).getTimezoneOffset())`
  const zones = { 'Asia/Shanghai': -480, 'America/New_York': 300, UTC: 0 }
  for (const [TZ, offset] of Object.entries(zones)) {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
    const env = { PATH: process.env.PATH, TZ }
    expect(execFileSync(process.execPath, args, { env, encoding: 'utf8' })).toBe(`${hash}${offset}`)
  }
})
