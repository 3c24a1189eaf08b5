import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { removeDisplay } from './display.ts'
import { endMarked, type IsWanted, isOfMachine, startOf, tellMarked } from './processes.ts'

/** The temporary files of the machines of one emulator. */
type RunFolder = {
  /** Makes a folder in it, if it is not there. */
  make(name: string): string
  /** Ends every process that still runs in its machines, and removes everything. */
  close(): Promise<void>
}

/** Name and mark of a run: of which process it is, in words that no later process can have. */
const FORM = /^emulated-machines-(\d+)-(\d+)-(\d+)-\w{6}$/

/**
 * Makes a temporary folder for what runs in the machines of this process. It goes with the process however that ends, but
 * for a SIGKILL: what that leaves is for removeLeftovers.
 */
export function openRunFolder(): RunFolder {
  const prefix = `emulated-machines-${processNamespace()}-${process.pid}-${startOf(process.pid)}-`
  const path = mkdtempSync(join(tmpdir(), prefix)) // for nobody but its owner
  const endAtOnce = () => {
    tellMarked(isOfRun(path))
    removeFolder(path)
  }
  process.once('exit', endAtOnce) // also of a process that ends before anybody could close this
  return {
    make(name) {
      const folder = join(path, name)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    async close() {
      await removeRun(path)
      process.off('exit', endAtOnce)
    },
  }
}

/**
 * Ends and removes what runs have left whose process is no more: their programs, displays and folders. Touches nothing of
 * another user, of a run that lives, or of one in a container that shares only files. Never rejects.
 */
export async function removeLeftovers(): Promise<void> {
  await endMarked((mark) => isOfDeadRun(dirname(mark))) // also of runs with another folder for temporary files
  const left = pathsIn(tmpdir()).filter((path) => isOfDeadRun(path) && isOwnFolder(path))
  await Promise.all(left.map(removeRun))
}

async function removeRun(path: string): Promise<void> {
  await endMarked(isOfRun(path))
  for (const machine of pathsIn(path)) removeDisplay(machine)
  removeFolder(path)
}

function isOfRun(path: string): IsWanted {
  const isOfMachines = isOfMachine(...pathsIn(path))
  return (mark) => dirname(mark) === path || isOfMachines(mark)
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // another start has just removed it
  }
}

/** Removes a folder as well as it can: what stays is found at the next start. */
export function removeFolder(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // something in it is mounted, or not ours
  }
}

function isOfDeadRun(path: string): boolean {
  const [, namespace, pid, start] = FORM.exec(basename(path)) ?? []
  return namespace !== undefined && namespace === processNamespace() && startOf(Number(pid)) !== start
}

/** Others, too, may write to the folder of temporary files. */
function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === process.getuid?.()
}

/** In another one process ids mean other processes. */
function processNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''
}
