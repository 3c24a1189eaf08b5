import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { noteDisplay, removeDisplay } from './display.ts'

// A number that no X server comes to by itself.
const display = 30_000 + (process.pid % 20_000)
const lock = `/tmp/.X${display}-lock`
const dead = spawnSync('true').pid
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'display-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  rmSync(lock, { force: true })
})

it.each<[what: string, noted: number, owner: number, remains: boolean]>([
  ['a server that is no more', dead, dead, false],
  ['a server that lives', process.pid, process.pid, true],
  ['another server by now', dead, process.pid, true],
  ['another one, that is no more either', process.pid, dead, true],
])('the lock of %s', (_, noted, owner, remains) => {
  noteDisplay(folder, display, noted)
  writeFileSync(lock, `${String(owner).padStart(10)}\n`) // as X servers write it
  removeDisplay(folder)
  expect(existsSync(lock)).toBe(remains)
  if (remains) expect(Number(readFileSync(lock, 'utf8'))).toBe(owner)
})

it('nothing happens where no display is noted, or no lock is there', () => {
  removeDisplay(folder)
  removeDisplay(join(folder, 'nowhere'))
  noteDisplay(folder, display, dead)
  removeDisplay(folder)
})
