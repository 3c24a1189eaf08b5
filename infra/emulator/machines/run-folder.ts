import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { removeSocket } from './display.ts'
import {
  isOfMachine,
  type MarkFilter,
  signalMarkedProcesses,
  startTimeOf,
  stopMarkedProcesses,
} from './marked-processes.ts'

/** The temporary files of all machines of one emulator, called a run: a folder for each machine. */
type RunFolder = {
  /** Creates the folder of a machine, if it does not exist. */
  create(name: string): string
  /** Removes the folder of a machine, if it exists. Nothing may run in the machine. */
  remove(name: string): void
  /** Stops every process that still runs in the machines, and removes all files. */
  close(): Promise<void>
}

/** The name holds the process of the run: its namespace, id and start time, which no later process has in common. */
const NAME = /^emulated-machines-(\d+)-(\d+)-(\d+)-\w{6}$/

/**
 * Creates a temporary folder for the machines of this process. It is removed when the process ends, except by a SIGKILL:
 * then removeLeftovers of a later process does it.
 */
export function openRunFolder(): RunFolder {
  const prefix = `emulated-machines-${processNamespace()}-${process.pid}-${startTimeOf(process.pid)}-`
  const path = mkdtempSync(join(tmpdir(), prefix)) // only its owner may read it
  const onExit = () => {
    signalMarkedProcesses(isOfRun(path))
    remove(path)
  }
  process.once('exit', onExit) // for a process that exits without a call of close()
  return {
    create(name) {
      const folder = join(path, name)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      return folder
    },
    remove(name) {
      remove(join(path, name))
    },
    async close() {
      await removeRun(path)
      process.off('exit', onExit)
    },
  }
}

/**
 * Stops and removes the programs, displays and folders that dead runs have left. Leaves alone those of another user, of a
 * live run, and of a run in another container with the same file system. Never rejects.
 */
export async function removeLeftovers(): Promise<void> {
  await stopMarkedProcesses((mark) => isOfDeadRun(dirname(mark))) // also of runs with another TMPDIR
  const left = pathsIn(tmpdir()).filter((path) => isOfDeadRun(path) && isOwnFolder(path))
  await Promise.all(left.map(removeRun))
}

async function removeRun(path: string): Promise<void> {
  await stopMarkedProcesses(isOfRun(path))
  for (const machine of pathsIn(path)) removeSocket(machine)
  remove(path)
}

function isOfRun(path: string): MarkFilter {
  const isOfMachines = isOfMachine(...pathsIn(path))
  return (mark) => dirname(mark) === path || isOfMachines(mark)
}

function pathsIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return [] // another process has just removed it
  }
}

/** Removes everything in a folder except this path. */
export function removeAllExcept(kept: string, folder: string): void {
  for (const path of pathsIn(folder)) {
    if (path !== kept) remove(path)
  }
}

/** Removes a folder or a file. What cannot be removed is left for the next start. */
function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // it contains a mount, or files of another user
  }
}

function isOfDeadRun(path: string): boolean {
  const [, namespace, pid, startTime] = NAME.exec(basename(path)) ?? []
  return namespace !== undefined && namespace === processNamespace() && startTimeOf(Number(pid)) !== startTime
}

/** Other users can write to the folder of temporary files too. */
function isOwnFolder(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() === true && stats.uid === process.getuid?.()
}

/** Process ids are only comparable in the same namespace. */
function processNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? ''
}
