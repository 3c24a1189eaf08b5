import { accessSync, constants, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where X servers have their sockets, and their clients look for them. */
export const SOCKETS = '/tmp/.X11-unix'

/** The display of an X server, as it is noted in the folder of its machine. */
export type Display = {
  number: number
  /** Tells the server's socket from that of any server which has the same number later. */
  socket: string
}

/** Notes which display a machine's X server has, now that it is there. */
export function noteDisplay(folder: string, number: number): void {
  const display: Display = { number, socket: identityOf(number) ?? '' }
  writeFileSync(join(folder, 'display'), JSON.stringify(display))
}

/** What was noted. Throws when there is nothing. */
export function notedDisplay(folder: string): Display {
  return JSON.parse(readFileSync(join(folder, 'display'), 'utf8'))
}

/**
 * Removes the socket of a machine's X server, which has ended: by a SIGKILL, perhaps, and then it is still there. A server
 * that was told to find a free display makes no lock.
 */
export function removeDisplay(folder: string): void {
  try {
    const display = notedDisplay(folder)
    if (isLeft(display)) rmSync(fileOf(display.number))
  } catch {
    // no display was noted
  }
}

/** Whether the socket is there. One that another server has made in its place is that server's. */
export function isLeft({ number, socket }: Display): boolean {
  return identityOf(number) === socket
}

function identityOf(number: number): string | undefined {
  const stats = lstatSync(fileOf(number), { bigint: true, throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.mtimeNs}`
}

/**
 * Whether an X server of this user can have its socket among the files. It cannot where the folder is mounted read-only, as
 * WSL2 does for a server of its own, or is another user's. Where there is no folder, the server creates it.
 */
export function canHaveFile(folder = SOCKETS): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return !existsSync(folder)
  }
}

const fileOf = (number: number) => `${SOCKETS}/X${number}`
