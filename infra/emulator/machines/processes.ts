import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Every process in an emulated machine, and all that these start, bear two marks. By these they are found, whatever has
 * become of their parents, sessions and terminals, unless they take both off, or run as another user (sudo):
 *
 * - This variable in their environment: the machine's folder. It tells a later start, too, whose they are.
 * - A number made of the folder (see limitOf), which stays with them when they clear their environment: it is their
 *   soft limit of file locks, which Linux has not enforced since 2.4.25 (getrlimit(2)).
 */
export const MARK = 'EMULATED_MACHINE'

/** The limit of file locks of the processes in the machine with this folder: decimal, below 2^31. */
export function limitOf(folder: string): string {
  return String(createHash('sha256').update(folder).digest().readUInt32BE() >>> 1)
}

/** Whether a mark is one of those of a machine with one of these folders. */
export function isOfMachine(...folders: string[]): IsWanted {
  const marks = new Set(folders.flatMap((folder) => [folder, limitOf(folder)]))
  return (mark) => marks.has(mark)
}

/** Says of a mark, which may be of either sort, whether its processes are wanted. */
export type IsWanted = (mark: string) => boolean

/** How long processes have to end by themselves. */
const PATIENCE_MS = 500

/** After so long they have had a SIGKILL again and again: what is still there cannot be ended by us. */
const LONGEST_MS = 5_000

/** Ends all processes of this user with such a mark, and resolves when there is none any more. Never rejects. */
export async function endMarked(isWanted: IsWanted): Promise<void> {
  const begunAt = performance.now()
  const told = new Set<number>()
  for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, 100)) {
    const pids = marked(isWanted)
    const passedMs = performance.now() - begunAt
    if (pids.length === 0 || passedMs > LONGEST_MS) return
    for (const pid of pids) {
      if (passedMs > PATIENCE_MS) kill(pid, 'SIGKILL')
      else if (!told.has(pid)) kill(pid, 'SIGTERM')
      told.add(pid)
    }
    await sleep(pauseMs)
  }
}

/** Tells them all to end, and does not wait: for a process that ends itself. */
export function tellMarked(isWanted: IsWanted): void {
  for (const pid of marked(isWanted)) kill(pid, 'SIGTERM')
}

/** The processes of this user with such a mark, but for this one. None where /proc cannot be read. */
export function marked(isWanted: IsWanted): number[] {
  const user = process.getuid?.()
  const isMarked = (pid: number) => isWanted(variableOf(pid)) || (isWanted(numberOf(pid)) && startOf(pid) !== undefined)
  return pidsNow().filter((pid) => pid !== process.pid && userOf(pid) === user && isMarked(pid))
}

function pidsNow(): number[] {
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

function numberOf(pid: number): string {
  return /^Max file locks +(\d+)/m.exec(contentOf(`/proc/${pid}/limits`))?.[1] ?? ''
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has ended just now, or does not let others look at it
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended just now
  }
}

/** When a process started, in ticks since the computer did: no other with its id has that. Undefined: it has ended. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // After the name, which may hold anything: the state, then, as the 22nd field of all, the start.
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return 'ZX'.includes(state) ? undefined : fields[18]
  } catch {
    return undefined
  }
}
