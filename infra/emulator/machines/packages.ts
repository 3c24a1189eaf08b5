import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The programs that a desktop is made of, and the Debian package of each. */
export const desktopPackages: Readonly<Record<string, string>> = {
  Xtigervnc: 'tigervnc-standalone-server',
  openbox: 'openbox',
  xterm: 'xterm',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
}

/** The Debian packages that desktops need and that are not installed. */
export function missingPackages(path?: string): string[] {
  const missing = Object.entries(desktopPackages).filter(([program]) => !fileOf(program, path))
  return [...new Set(missing.map(([, name]) => name))]
}

/** The file of a program, in the folders of `path`; undefined when there is none that may be run. */
export function fileOf(program: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isProgram)
}

/** The line that installs packages on Debian and Ubuntu. */
export function installLine(packages: readonly string[]): string {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
