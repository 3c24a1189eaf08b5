import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldByPermissions } from '../../../tests/support/permissions.ts'
import { canHaveFile, isLeft, noteDisplay, notedDisplay, removeDisplay } from './display.ts'

// A number that no X server comes to by itself.
const number = 30_000 + (process.pid % 20_000)
const socket = `/tmp/.X11-unix/X${number}`
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'display-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

// Where this computer has such sockets at all.
describe.runIf(canHaveFile())('a socket', () => {
  beforeEach(() => {
    if (mkdirSync('/tmp/.X11-unix', { recursive: true })) chmodSync('/tmp/.X11-unix', 0o1777) // as an X server does
    writeFileSync(socket, '')
  })
  afterEach(() => rmSync(socket, { force: true }))

  it('that a server has left is removed', () => {
    noteDisplay(folder, number)
    expect(isLeft(notedDisplay(folder))).toBe(true)
    removeDisplay(folder)
    expect(existsSync(socket)).toBe(false)
    expect(isLeft(notedDisplay(folder))).toBe(false)
    removeDisplay(folder) // once more
  })

  it('that another server has made in its place is not', () => {
    noteDisplay(folder, number)
    rmSync(socket)
    writeFileSync(socket, '') // often the same inode
    expect(isLeft(notedDisplay(folder))).toBe(false)
    removeDisplay(folder)
    expect(existsSync(socket)).toBe(true)
  })

  it('where no display is noted, or its socket was not there, is not', () => {
    removeDisplay(folder)
    rmSync(socket)
    noteDisplay(folder, number)
    writeFileSync(socket, '')
    removeDisplay(folder)
    expect(existsSync(socket)).toBe(true)
  })
})

it('an X server can have its socket where its user may write, or where there is no folder', () => {
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  expect(canHaveFile(shared)).toBe(true)
  expect(canHaveFile(join(folder, 'none'))).toBe(true)

  chmodSync(shared, 0o555)
  const file = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'display.ts')))
  const code = `import { canHaveFile } from ${file}; console.log(canHaveFile(${JSON.stringify(shared)}))`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', code]
  const [program, ...args] = heldByPermissions(...node)
  expect(execFileSync(program, args, { encoding: 'utf8' })).toBe('false\n')
})
