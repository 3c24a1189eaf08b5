import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startOf } from './processes.ts'

/** Notes in a machine's folder which display its X server has, and which process that is. */
export function noteDisplay(folder: string, display: number, pid: number): void {
  writeFileSync(join(folder, 'display'), `${display} ${pid}`)
}

/**
 * Removes the lock and the socket of the X server that is noted in a machine's folder, if it has ended without doing so.
 * When its display is another server's by now, they are that server's.
 */
export function removeDisplay(folder: string): void {
  try {
    const [display, pid] = readFileSync(join(folder, 'display'), 'utf8').split(' ').map(Number)
    const lock = `/tmp/.X${display}-lock`
    const owner = Number(readFileSync(lock, 'utf8'))
    if (owner !== pid || startOf(owner) !== undefined) return
    rmSync(`/tmp/.X11-unix/X${display}`, { force: true })
    rmSync(lock, { force: true })
  } catch {
    // no display was noted, or its server has removed the lock
  }
}
