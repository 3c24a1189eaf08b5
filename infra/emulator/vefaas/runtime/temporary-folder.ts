import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'

/** The temporary files of one emulator. */
export type TemporaryFolder = {
  /** The program of every instance, a JavaScript file. */
  program: string
  /** Makes a new folder in it. */
  make(name: string): string
  /** Removes everything. */
  close(): void
}

/**
 * Makes a temporary folder, which goes with its process however that ends, but for a SIGKILL. What an emulator that was
 * killed has left is removed here: names carry the process id, and only folders of processes that are no more are touched.
 */
export function createTemporaryFolder(): TemporaryFolder {
  removeLeftovers()
  const path = mkdtempSync(join(tmpdir(), `vefaas-${process.pid}-`))
  const program = join(path, 'bootstrap.cjs')
  const remove = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', remove) // also of a process that ends before anybody could close this
  writeFileSync(program, compiled(join(import.meta.dirname, 'bootstrap.ts')))
  let made = 0
  return {
    program,
    make(name) {
      made += 1
      const folder = join(path, `${made}-${name}`)
      mkdirSync(folder, { mode: 0o700 })
      return folder
    },
    close() {
      process.off('exit', remove)
      remove()
    },
  }
}

function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^vefaas-(\d+)-\w{6}$/.exec(name)?.[1])
    if (!pid || processExists(pid)) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true })
    } catch {
      // another user's: none of our business
    }
  }
}

/** Whether there is such a process, whoever it belongs to. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // EPERM: alive, of another user
  }
}

function compiled(file: string): string {
  return transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs', target: 'node20' }).code
}
