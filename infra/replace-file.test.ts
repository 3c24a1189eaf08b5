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

test('a file is made, with its folders, and nothing is left beside it', () => {
  const file = join(folder, 'a/b/file')
  expect(replaceFile(file, 'one')).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('one')
  expect(readdirSync(join(folder, 'a/b'))).toEqual(['file'])
})

test('another content is another file, so that who reads the old one reads it to its end', () => {
  const file = join(folder, 'file')
  replaceFile(file, 'one')
  const { ino } = statSync(file)
  expect(replaceFile(file, new TextEncoder().encode('two'))).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('two')
  expect(statSync(file).ino).not.toBe(ino)
})

test('the same content stays the same file', () => {
  const file = join(folder, 'file')
  replaceFile(file, 'one')
  const { ino } = statSync(file)
  expect(replaceFile(file, new TextEncoder().encode('one'))).toBe(false)
  expect(statSync(file).ino).toBe(ino)
})
