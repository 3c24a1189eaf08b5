import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processExists } from '../emulator/vefaas/runtime/temporary-folder.ts'
import type { Variables } from './environment.ts'

/**
 * The settings of a running `npm start`. A deployment into its cloud uses them too, so that it changes nothing by accident.
 */
export type LocalRun = {
  /**
   * Settings of the functions: whether emulated machines have desktops, and the variables of the shell in which it was started,
   * without credentials.
   */
  settings: Variables
  /** The value of its flag --auth. */
  auth?: 'key' | 'gateway'
  /** Its functions use the real ECS. */
  isReal: boolean
  /** The keys that were created for it, in the format of security.keys: `sha256:<hex>`. */
  key?: string
  bridgeKey?: string
  /** Address of its gateway, `http://127.0.0.1:<port>`. */
  gateway: string
}

/** The file of a LocalRun. It exists while `npm start` runs. */
export type RunFile = { path: string; remove(): void }

/**
 * Writes the file of a run. Only the same user can read it, because settings may be secrets. The file is removed when the
 * process ends, except by a SIGKILL: then the next run removes it.
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
 * Reads the file of a run. Its path comes from an unknown program at the port, so the file must belong to this user, and only
 * settings of this service are used.
 * @throws the system's error if it cannot be read, SyntaxError or TypeError if it is not such a file
 */
export function readRun(path: string): LocalRun {
  const stat = statSync(path)
  const isOwn = process.getuid === undefined || stat.uid === process.getuid() // Windows has no user ids
  if (!stat.isFile() || !isOwn || stat.size > MAX_BYTES) {
    throw new TypeError('not a file of this user')
  }
  const { settings, ...run }: LocalRun = JSON.parse(readFileSync(path, 'utf8'))
  const ours = Object.entries(settings).filter(([name]) => name.startsWith('ECS_MANAGER_'))
  return { ...run, settings: Object.fromEntries(ours) }
}

// Settings may contain a script of 16 KiB, and certificates.
const MAX_BYTES = 1_000_000

function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^ecs-manager-(\d+)-\w{6}$/.exec(name)?.[1])
    if (!pid || processExists(pid)) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // it belongs to another user
    }
  }
}
