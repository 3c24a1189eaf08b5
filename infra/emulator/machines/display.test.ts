import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isLeft, noteDisplay, notedDisplay, removeDisplay } from './display.ts'

// A number that no X server comes to by itself.
const number = 30_000 + (process.pid % 20_000)
const socket = `/tmp/.X11-unix/X${number}`
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'display-test-'))
  if (mkdirSync('/tmp/.X11-unix', { recursive: true })) chmodSync('/tmp/.X11-unix', 0o1777) // as an X server does
  writeFileSync(socket, '')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  rmSync(socket, { force: true })
})

it('a socket that a server has left is removed', () => {
  noteDisplay(folder, number)
  expect(isLeft(notedDisplay(folder))).toBe(true)
  removeDisplay(folder)
  expect(existsSync(socket)).toBe(false)
  expect(isLeft(notedDisplay(folder))).toBe(false)
  removeDisplay(folder) // once more
})

it('one that another server has made in its place is not', () => {
  noteDisplay(folder, number)
  rmSync(socket)
  writeFileSync(socket, '') // often the same inode
  expect(isLeft(notedDisplay(folder))).toBe(false)
  removeDisplay(folder)
  expect(existsSync(socket)).toBe(true)
})

it('nor one where no display is noted, or its socket was not there', () => {
  removeDisplay(folder)
  rmSync(socket)
  noteDisplay(folder, number)
  writeFileSync(socket, '')
  removeDisplay(folder)
  expect(existsSync(socket)).toBe(true)
})
