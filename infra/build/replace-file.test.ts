import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceFile } from './replace-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replace-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('creates a file with its folders, and leaves nothing else there', () => {
  const file = join(folder, 'a/b/file')
  expect(replaceFile(file, 'one')).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('one')
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['file'])
})

test('creates a new file for new content, so that a reader of the old one can finish', () => {
  const file = join(folder, 'file')
  replaceFile(file, 'one')
  const { ino } = statSync(file)
  expect(replaceFile(file, new TextEncoder().encode('two'))).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('two')
  expect(statSync(file).ino).not.toBe(ino)
})

test('keeps the file if its content is the same', () => {
  const file = join(folder, 'file')
  replaceFile(file, 'one')
  const { ino } = statSync(file)
  expect(replaceFile(file, new TextEncoder().encode('one'))).toBe(false)
  expect(statSync(file).ino).toBe(ino)
})
