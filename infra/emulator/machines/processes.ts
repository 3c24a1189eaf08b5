import { readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A variable in the environment of every process that runs in an emulated machine, and of all that these start: the machine's
 * folder. It finds them, whatever has become of their parents, sessions and terminals.
 */
export const MARK = 'EMULATED_MACHINE'

/** How long processes have to end by themselves. */
const PATIENCE_MS = 500

/** After so long they have had a SIGKILL again and again: what is still there cannot be ended by us. */
const LONGEST_MS = 5_000

/** Ends all processes of this user with such a mark, and resolves when there is none any more. Never rejects. */
export async function endMarked(isWanted: (mark: string) => boolean): Promise<void> {
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
export function tellMarked(isWanted: (mark: string) => boolean): void {
  for (const pid of marked(isWanted)) kill(pid, 'SIGTERM')
}

/** The processes of this user with such a mark, but for this one. */
export function marked(isWanted: (mark: string) => boolean): number[] {
  const user = process.getuid?.()
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && isWanted(markOf(pid, user) ?? ''))
}

function markOf(pid: number, user: number | undefined): string | undefined {
  try {
    if (statSync(`/proc/${pid}`).uid !== user) return undefined
    const environment = readFileSync(`/proc/${pid}/environ`)
    const at = environment.indexOf(`${MARK}=`)
    return at < 0 ? undefined : markIn(environment.toString())
  } catch {
    return undefined // it has ended just now, or does not let others look at it
  }
}

function markIn(environment: string): string | undefined {
  const variable = environment.split('\0').find((one) => one.startsWith(`${MARK}=`))
  return variable?.slice(MARK.length + 1)
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
