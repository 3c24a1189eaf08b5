import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { desktopPackages, findProgram, installCommand } from '../../infra/emulator/machines/packages.ts'

/** Programs that the tests of the driver of desktops run, each with its Debian package. */
const driverPackages: Readonly<Record<string, string>> = {
  x11vnc: 'x11vnc',
  Xvfb: 'xvfb',
  xev: 'x11-utils',
  xwininfo: 'x11-utils',
  xwd: 'x11-apps',
  xrandr: 'x11-xserver-utils',
  xsetroot: 'x11-xserver-utils',
  xclip: 'xclip',
}

const programPackages = { ...desktopPackages, ...driverPackages }

/** The Debian packages that the tests of this folder need: those of desktops, and more. */
export const packages: readonly string[] = [
  ...new Set([...Object.values(programPackages), 'chromium', 'novnc', 'websockify', 'python3-requests']),
]

/**
 * Before any test of this folder: without its programs none of them would show anything. Throws with what is missing.
 */
export default function setup(): void {
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length > 0)
    throw new Error(`npm run test:e2e needs Debian packages. Install them with:\n${installCommand(missing)}`)
}

function isInstalled(name: string): boolean {
  if (name === 'novnc') return existsSync('/usr/share/novnc/vnc.html')
  // What websockify asks ValidateVncToken with; its package does not bring it along.
  if (name === 'python3-requests') return runs('/usr/bin/python3', '-c', 'import requests')
  const own = Object.keys(programPackages).filter((program) => programPackages[program] === name)
  return (own.length > 0 ? own : [name]).every((program) => findProgram(program))
}

function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
