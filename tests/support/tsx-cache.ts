import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The folder in which tsx keeps compiled sources, among the temporary files. */
export const TSX_CACHE = `tsx-${process.geteuid?.()}`

/** Creates a folder for the temporary files of a process. The process starts fast, because the cache of tsx is in it. */
export function temporaryFolderWithTsxCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'temporary-'))
  mkdirSync(join(tmpdir(), TSX_CACHE), { recursive: true })
  symlinkSync(join(tmpdir(), TSX_CACHE), join(folder, TSX_CACHE))
  return folder
}
