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

/** Programs that the test of a machine image runs. */
const imagePackages: Readonly<Record<string, string>> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  shellcheck: 'shellcheck',
}

const programPackages = { ...desktopPackages, ...driverPackages, ...imagePackages }

/** Packages that have no program, each with a file of it. */
const packageFiles: Readonly<Record<string, string>> = {
  novnc: '/usr/share/novnc/vnc.html',
  'debian-archive-keyring': '/usr/share/keyrings/debian-archive-keyring.gpg',
}

/** The Debian packages that the tests of this folder need: those of desktops, and more. */
export const packages: readonly string[] = [
  ...new Set([
    ...Object.values(programPackages),
    ...Object.keys(packageFiles),
    ...['chromium', 'websockify', 'python3-requests'],
  ]),
]

/** With the folders of programs for root, which not every user has. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`

/**
 * Before any test of this folder: without its programs none of them would show anything. Throws with what is missing.
 */
export default function setup(): void {
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length > 0)
    throw new Error(`npm run test:e2e needs Debian packages. Install them with:\n${installCommand(missing)}`)
}

function isInstalled(name: string): boolean {
  const file = packageFiles[name]
  if (file) return existsSync(file)
  // What websockify asks ValidateVncToken with; its package does not bring it along.
  if (name === 'python3-requests') return runs('/usr/bin/python3', '-c', 'import requests')
  const own = Object.keys(programPackages).filter((program) => programPackages[program] === name)
  return (own.length > 0 ? own : [name]).every((program) => findProgram(program, PATH))
}

function runs(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
