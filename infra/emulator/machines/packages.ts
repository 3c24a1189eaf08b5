import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The programs of a desktop, each with its Debian package. */
export const desktopPackages: Readonly<Record<string, string>> = {
  Xtigervnc: 'tigervnc-standalone-server',
  openbox: 'openbox',
  xterm: 'xterm',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
}

/** The Debian packages of the desktop programs that are not installed. */
export function missingPackages(path?: string): string[] {
  const missing = Object.entries(desktopPackages).filter(([program]) => !findProgram(program, path))
  return [...new Set(missing.map(([, name]) => name))]
}

/** The file of a program in the folders of `path`; undefined if there is no executable one. */
export function findProgram(program: string, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

/** The command that installs packages on Debian and Ubuntu. */
export function installCommand(packages: readonly string[]): string {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
