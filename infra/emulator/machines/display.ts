import { accessSync, constants, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder in which X servers create their sockets. */
export const SOCKETS = '/tmp/.X11-unix'

/** The display of an X server, as recorded in the folder of its machine. */
export type Display = {
  number: number
  /** Identity of the server's socket file. A later server with the same number has another one. */
  socket: string
}

/** Records the display of a machine's X server, which must be up. */
export function recordDisplay(folder: string, number: number): void {
  const display: Display = { number, socket: identityOf(number) ?? '' }
  writeFileSync(join(folder, 'display'), JSON.stringify(display))
}

/** Reads the record. Throws if there is none. */
export function readDisplay(folder: string): Display {
  return JSON.parse(readFileSync(join(folder, 'display'), 'utf8'))
}

/**
 * Removes the socket of a machine's X server that has exited: after a SIGKILL it still exists. There is no lock file,
 * because a server that looks for a free display itself creates none.
 */
export function removeSocket(folder: string): void {
  try {
    const display = readDisplay(folder)
    if (hasSocket(display)) rmSync(fileOf(display.number))
  } catch {
    // no display was recorded
  }
}

/** Whether the socket of this display exists. A socket of another server with the same number does not count. */
export function hasSocket({ number, socket }: Display): boolean {
  return identityOf(number) === socket
}

function identityOf(number: number): string | undefined {
  const stats = lstatSync(fileOf(number), { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.mtimeNs}`
}

/**
 * Whether an X server of this user can create its socket file. It cannot if the folder is mounted read-only, as WSL2 does
 * for its own server, or belongs to another user. If the folder does not exist, the server creates it.
 */
export function canCreateSocket(folder = SOCKETS): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return !existsSync(folder)
  }
}

const fileOf = (number: number) => `${SOCKETS}/X${number}`
