import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The Debian packages that the tests of this folder need, and how each is seen to be there. */
export const packages: Readonly<Record<string, () => boolean>> = {
  chromium: () => isProgram('chromium'),
  novnc: () => existsSync('/usr/share/novnc/vnc.html'),
  openbox: () => isProgram('openbox'),
  // What websockify asks ValidateVncToken with; its package does not bring it along.
  'python3-requests': () => runs('/usr/bin/python3', '-c', 'import requests'),
  'tigervnc-standalone-server': () => isProgram('Xtigervnc'),
  websockify: () => isProgram('websockify'),
  xauth: () => isProgram('xauth'),
  xterm: () => isProgram('xterm'),
}

/** The line that installs packages on Debian and Ubuntu. */
export const installLine = (names: readonly string[]) =>
  `sudo apt-get install -y --no-install-recommends ${names.join(' ')}`

/** Before any test of this folder: without its programs none of them would show anything. Throws with what is missing. */
export default function setup(): void {
  const missing = Object.keys(packages).filter((name) => !packages[name]?.())
  if (missing.length > 0)
    throw new Error(`npm run test:e2e needs Debian packages. Install them with:\n${installLine(missing)}`)
}

function isProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
