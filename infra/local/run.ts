import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processExists } from '../emulator/vefaas/runtime/temporary-folder.ts'
import type { Environment } from './environment.ts'

/** What a deployment into the cloud of a running `npm start` has to know of it, to change nothing there unasked. */
export type LocalRun = {
  /** Variables of the shell in which it was started: settings of the functions, without credentials. */
  settings: Environment
  /** What its flag --auth says. */
  auth?: 'key' | 'gateway'
  /** Its functions use the real ECS. */
  isReal: boolean
  /** The keys that it has made, as security.keys holds them: `sha256:<hex>`. */
  key?: string
  bridgeKey?: string
  /** Where its gateway is, `http://127.0.0.1:<port>`. */
  gateway: string
}

/** Where it stands while `npm start` runs. */
export type RunFile = { path: string; remove(): void }

/**
 * Writes it where only the same user can read it, because settings may be secrets. The file goes with the process, however
 * that ends, but for a SIGKILL: what that leaves, the next one removes.
 */
export function writeRun(run: LocalRun): RunFile {
  removeLeftovers()
  const folder = mkdtempSync(join(tmpdir(), `ecs-manager-${process.pid}-`))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const path = join(folder, 'run.json')
  writeFileSync(path, JSON.stringify(run), { mode: 0o600 })
  return {
    path,
    remove() {
      process.off('exit', remove)
      remove()
    },
  }
}

/**
 * Reads it. Throws the system's error when it cannot be read, and SyntaxError or TypeError when it is none. Whoever listens at
 * the port has named the file: it must be this user's, and nothing of another kind may become a variable.
 */
export function readRun(path: string): LocalRun {
  const stat = statSync(path)
  const isOwn = process.getuid === undefined || stat.uid === process.getuid() // Windows has no such numbers
  if (!stat.isFile() || !isOwn || stat.size > MAX_BYTES) {
    throw new TypeError('it is not a file of this user')
  }
  const { settings, ...run }: LocalRun = JSON.parse(readFileSync(path, 'utf8'))
  const ours = Object.entries(settings).filter(([name]) => name.startsWith('ECS_MANAGER_'))
  return { ...run, settings: Object.fromEntries(ours) }
}

// Settings may hold a script of 16 KiB, and certificates.
const MAX_BYTES = 1_000_000

function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^ecs-manager-(\d+)-\w{6}$/.exec(name)?.[1])
    if (!pid || processExists(pid)) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // another user's: none of our business
    }
  }
}
