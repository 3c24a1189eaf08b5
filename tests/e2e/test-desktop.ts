import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createCipheriv } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { connectTcp } from '../../shared/desktop/connect-tcp.ts'
import { type Desktop, type OpenOptions, openDesktop } from '../../shared/desktop/index.ts'
import { freePort } from './support/websockify.ts'

/** TigerVNC is the X server and the VNC server in one. x11vnc shows the screen of another X server, here of Xvfb. */
export const SERVERS = ['TigerVNC', 'x11vnc'] as const
export type ServerName = (typeof SERVERS)[number]

const X_ARGUMENTS = ['-displayfd', '3', '-nolisten', 'tcp', '-noreset']

/** Without shared memory of System V, which a killed x11vnc leaves behind. */
const X11VNC_ARGUMENTS = ['-noshm', '-localhost', '-shared', '-forever', '-quiet']

const KILL_AFTER_MS = 2_000

/** A real X server with openbox, and a real VNC server. */
export interface TestDesktop {
  port: number
  /** The home folder of its programs. */
  home: string
  /** Process id of the VNC server: SIGSTOP freezes it. */
  serverPid: number
  /** Starts a program in it, which ends with it. */
  start(program: string, ...args: string[]): ChildProcess
  /** Runs a program to its end, and returns its output. */
  run(program: string, ...args: string[]): Promise<Buffer>
  open(options?: OpenOptions): Promise<Desktop>
  close(): Promise<void>
}

export async function startTestDesktop(name: ServerName, { password = '' } = {}): Promise<TestDesktop> {
  const home = mkdtempSync(join(tmpdir(), 'desktop-driver-'))
  const port = await freePort()
  const children: { child: ChildProcess; exited: Promise<unknown> }[] = []
  const opened: Desktop[] = []
  const environment: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', SHELL: '/bin/bash' }
  const start = (program: string, ...args: string[]) => {
    const child = spawn(program, args, { cwd: home, env: environment, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
    child.stderr?.resume()
    children.push({ child, exited: once(child, 'close') })
    return child
  }
  const passwordFile = join(home, 'password')
  if (password) writeFileSync(passwordFile, obfuscate(password))
  const vncArguments = [
    ...['-rfbport', `${port}`, '-interface', '127.0.0.1', '-AlwaysShared', '-BlacklistThreshold', '1000000000'],
    ...(password ? ['-SecurityTypes', 'VncAuth', '-PasswordFile', passwordFile] : ['-SecurityTypes', 'None']),
  ]
  const xServer =
    name === 'TigerVNC'
      ? start('Xtigervnc', ...X_ARGUMENTS, '-geometry', '1280x800', ...vncArguments)
      : start('Xvfb', ...X_ARGUMENTS, '-screen', '0', '1280x800x24')
  xServer.stdout?.resume()
  const [display] = await once(createInterface(xServer.stdio[3] as Readable), 'line')
  environment.DISPLAY = `:${display}`
  // A window that appears while the window manager starts may stay invisible.
  start('openbox', '--sm-disable', '--startup', `touch ${join(home, 'ready')}`).stdout?.resume()
  await expect.poll(() => existsSync(join(home, 'ready'))).toBe(true)
  let vncServer = xServer
  if (name === 'x11vnc') {
    const security = password ? ['-rfbauth', passwordFile] : ['-nopw']
    vncServer = start('x11vnc', ...X11VNC_ARGUMENTS, '-rfbport', `${port}`, ...security)
    vncServer.stdout?.resume()
  }
  return {
    port,
    home,
    serverPid: vncServer.pid ?? 0,
    start,
    async run(program, ...args) {
      const options = { cwd: home, env: environment, encoding: 'buffer', maxBuffer: 64_000_000 } as const
      return (await promisify(execFile)(program, args, options)).stdout
    },
    async open(options) {
      let desktop: Desktop | undefined
      const isOpen = async () => {
        desktop = await openDesktop(await connectTcp('127.0.0.1', port), options)
        return true
      }
      await expect.poll(() => isOpen().catch(({ code }) => code)).toBe(true)
      if (!desktop) throw new Error('the desktop is not open')
      opened.push(desktop)
      return desktop
    },
    async close() {
      for (const desktop of opened) await desktop.close()
      // Before the X server that it shows: it cleans up.
      if (vncServer !== xServer) await stop(vncServer)
      for (const { child } of children.toReversed()) {
        child.kill('SIGCONT')
        child.kill('SIGKILL')
      }
      for (const { exited } of children) await exited
      for (const file of [`/tmp/.X11-unix/X${display}`, `/tmp/.X${display}-lock`]) rmSync(file, { force: true })
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** SIGTERM alone is not enough: its handler in x11vnc waits for a lock that its own process may hold. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  child.kill('SIGCONT') // it may be frozen
  const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS)
  await exited
  clearTimeout(timer)
}

/** The content of a password file: encrypted with the fixed key of VNC servers, as Triple DES with three equal keys. */
function obfuscate(password: string): Buffer {
  const reverse = (byte: number) => Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2)
  const key = Buffer.from([23, 82, 107, 6, 35, 78, 88, 7].map(reverse))
  const block = Buffer.alloc(8)
  block.write(password)
  return createCipheriv('des-ede3-ecb', Buffer.concat([key, key, key]), null)
    .setAutoPadding(false)
    .update(block)
}
