import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The programs that a desktop is made of, and the Debian package of each. */
const packages: Readonly<Record<string, string>> = {
  Xtigervnc: 'tigervnc-standalone-server',
  openbox: 'openbox',
  xterm: 'xterm',
  setpriv: 'util-linux',
}

/** The Debian packages that desktops need and that are not installed. */
export function missingPackages(path = process.env.PATH ?? ''): string[] {
  const folders = path.split(delimiter)
  const isThere = (program: string) => folders.some((folder) => isProgram(join(folder, program)))
  return Object.entries(packages).flatMap(([program, name]) => (isThere(program) ? [] : [name]))
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
