import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folder in which tsx keeps the sources that it has compiled, among the temporary files. */
export const COMPILED = `tsx-${process.geteuid?.()}`

/** A new folder for the temporary files of a process, with what tsx has compiled, so that the process starts fast. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'temporary-'))
  mkdirSync(join(tmpdir(), COMPILED), { recursive: true })
  symlinkSync(join(tmpdir(), COMPILED), join(folder, COMPILED))
  return folder
}
