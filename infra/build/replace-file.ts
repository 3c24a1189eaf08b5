import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file atomically, and only if its content changes. Returns whether it changed. */
export function replaceFile(path: string, contents: string | Uint8Array): boolean {
  if (existsSync(path) && readFileSync(path).equals(Buffer.from(contents))) return false
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, contents)
  renameSync(temporary, path)
  return true
}
