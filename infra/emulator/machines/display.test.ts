import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { heldByPermissions } from '../../../tests/support/permissions.ts'
import { canCreateSocket, hasSocket, readDisplay, recordDisplay, removeSocket } from './display.ts'

// No X server takes such a number by itself.
const number = 30_000 + (process.pid % 20_000)
const socket = `/tmp/.X11-unix/X${number}`
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'display-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

// Only if this computer can have such sockets.
describe.runIf(canCreateSocket())('the socket', () => {
  beforeEach(() => {
    if (mkdirSync('/tmp/.X11-unix', { recursive: true })) chmodSync('/tmp/.X11-unix', 0o1777) // as an X server does
    writeFileSync(socket, '')
  })
  afterEach(() => rmSync(socket, { force: true }))

  it('that a server has left behind is removed', () => {
    recordDisplay(folder, number)
    expect(hasSocket(readDisplay(folder))).toBe(true)
    removeSocket(folder)
    expect(existsSync(socket)).toBe(false)
    expect(hasSocket(readDisplay(folder))).toBe(false)
    removeSocket(folder) // once more
  })

  it('of another server with the same number is not removed', () => {
    recordDisplay(folder, number)
    rmSync(socket)
    writeFileSync(socket, '') // often the same inode
    expect(hasSocket(readDisplay(folder))).toBe(false)
    removeSocket(folder)
    expect(existsSync(socket)).toBe(true)
  })

  it('is not removed if no display is recorded, or was recorded without a socket', () => {
    removeSocket(folder)
    rmSync(socket)
    recordDisplay(folder, number)
    writeFileSync(socket, '')
    removeSocket(folder)
    expect(existsSync(socket)).toBe(true)
  })
})

it('an X server can create its socket if the folder is writable, or does not exist', () => {
  const shared = join(folder, 'shared')
  mkdirSync(shared)
  expect(canCreateSocket(shared)).toBe(true)
  expect(canCreateSocket(join(folder, 'none'))).toBe(true)

  chmodSync(shared, 0o555)
  const file = JSON.stringify(pathToFileURL(join(import.meta.dirname, 'display.ts')))
  const code = `import { canCreateSocket } from ${file}; console.log(canCreateSocket(${JSON.stringify(shared)}))`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', code]
  const [program, ...args] = heldByPermissions(...node)
  expect(execFileSync(program, args, { encoding: 'utf8' })).toBe('false\n')
})
