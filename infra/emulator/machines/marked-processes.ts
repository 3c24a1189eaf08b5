import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Every process in an emulated machine, and every process that these start, has two marks. The marks find it even if its
 * parent, session or terminal has changed, unless it removes both or runs as another user (sudo):
 *
 * - This environment variable, whose value is the folder of the machine. A later emulator can read from it which run the
 *   process belongs to.
 * - A number derived from the folder (see lockLimitOf), which survives when the environment is cleared. It is the soft
 *   limit of file locks, which Linux has not enforced since 2.4.25 (getrlimit(2)).
 */
export const MARK = 'EMULATED_MACHINE'

/** The limit of file locks of the processes in the machine with this folder: decimal, below 2^31. */
export function lockLimitOf(folder: string): string {
  return String(createHash('sha256').update(folder).digest().readUInt32BE() >>> 1)
}

/** A filter for the marks of the machines with these folders. */
export function isOfMachine(...folders: string[]): MarkFilter {
  const marks = new Set(folders.flatMap((folder) => [folder, lockLimitOf(folder)]))
  return (mark) => marks.has(mark)
}

/** Whether a mark, of either kind, matches. */
export type MarkFilter = (mark: string) => boolean

/** Time between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 500

/** After this time, during which SIGKILL was repeated, the processes that are left cannot be stopped. */
const GIVE_UP_AFTER_MS = 5_000

/** Stops all processes of this user whose mark matches. Resolves when none is left. Never rejects. */
export async function stopMarkedProcesses(filter: MarkFilter): Promise<void> {
  const startedAt = performance.now()
  const signalled = new Set<number>()
  for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, 100)) {
    const pids = findMarkedProcesses(filter)
    const passedMs = performance.now() - startedAt
    if (pids.length === 0 || passedMs > GIVE_UP_AFTER_MS) return
    for (const pid of pids) {
      if (passedMs > KILL_AFTER_MS) kill(pid, 'SIGKILL')
      else if (!signalled.has(pid)) kill(pid, 'SIGTERM')
      signalled.add(pid)
    }
    await sleep(pauseMs)
  }
}

/** Sends SIGTERM to all of them and does not wait, for a process that is about to exit. */
export function signalMarkedProcesses(filter: MarkFilter): void {
  for (const pid of findMarkedProcesses(filter)) kill(pid, 'SIGTERM')
}

/** The ids of the processes of this user whose mark matches, except this process. Empty if /proc cannot be read. */
export function findMarkedProcesses(filter: MarkFilter): number[] {
  const user = process.getuid?.()
  const matches = (pid: number) => filter(variableOf(pid)) || (filter(limitOf(pid)) && startTimeOf(pid) !== undefined)
  return allPids().filter((pid) => pid !== process.pid && userOf(pid) === user && matches(pid))
}

function allPids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Boolean)
  } catch {
    return [] // too many files are open
  }
}

function userOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid
  } catch {
    return undefined
  }
}

function variableOf(pid: number): string {
  const environment = contentOf(`/proc/${pid}/environ`)
  const variable = environment.split('\0').find((one) => one.startsWith(`${MARK}=`))
  return variable?.slice(MARK.length + 1) ?? ''
}

function limitOf(pid: number): string {
  return /^Max file locks +(\d+)/m.exec(contentOf(`/proc/${pid}/limits`))?.[1] ?? ''
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has just exited, or may not be inspected
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has just exited
  }
}

/**
 * The start time of a process, in ticks since the computer started: it tells a process from a later one with the same id.
 * Undefined if the process has exited.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may contain anything. After it come the state and, as field 22 of the line, the start.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZX'.includes(state) ? undefined : fields[18]
  } catch {
    return undefined
  }
}
