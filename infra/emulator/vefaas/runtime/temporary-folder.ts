import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transformSync } from 'esbuild'

/** The folder for the temporary files of one emulator. */
export type TemporaryFolder = {
  /** The JavaScript file that every instance runs. */
  program: string
  /** Creates a new subfolder and returns its path. */
  createSubfolder(name: string): string
  /** Removes everything. */
  close(): void
}

/**
 * Creates a temporary folder. It is removed when the process exits, except after a SIGKILL. Therefore this function
 * also removes the folders of killed emulators: their names contain the process id, and folders of running processes
 * stay.
 */
export function createTemporaryFolder(): TemporaryFolder {
  removeLeftovers()
  const path = mkdtempSync(join(tmpdir(), `vefaas-${process.pid}-`))
  const program = join(path, 'bootstrap.cjs')
  const remove = () => rmSync(path, { recursive: true, force: true })
  process.once('exit', remove) // for a process that exits without close()
  // TMPDIR may be in a folder with ES modules. As on veFaaS, code without a package.json of its own is CommonJS.
  writeFileSync(join(path, 'package.json'), '{"type":"commonjs"}\n')
  writeFileSync(program, compile(join(import.meta.dirname, 'bootstrap.ts')))
  let count = 0
  return {
    program,
    createSubfolder(name) {
      count += 1
      const folder = join(path, `${count}-${name}`)
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
      // it belongs to another user
    }
  }
}

/** Whether the process exists. It may belong to another user. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH' // EPERM: it belongs to another user
  }
}

function compile(file: string): string {
  return transformSync(readFileSync(file, 'utf8'), { loader: 'ts', format: 'cjs', target: 'node20' }).code
}
