import type { ChildProcess, StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Instance } from '../ecs/instance.ts'
import { exitReason, startProcess } from './child-process.ts'
import { colourOf } from './colour.ts'
import { canCreateSocket, recordDisplay, removeSocket, SOCKETS } from './display.ts'
import type { InstanceProgram } from './instance-program.ts'
import { isOfMachine, stopMarkedProcesses } from './marked-processes.ts'
import { setRootColour } from './root-window.ts'
import { removeAllExcept } from './run-folder.ts'
import { VNC_ARGUMENTS } from './vnc-arguments.ts'
import { writeXAuthority } from './x-authority.ts'

export type DesktopOptions = {
  /** Of the VNC server. */
  port: number
  /** For its files. The home folder in it is on the disk of the instance; stop() removes all others. */
  folder: string
}

/** The server's errors are read, and it writes the number of its display to file descriptor 3. */
const SERVER_STDIO: StdioOptions = ['ignore', 'ignore', 'pipe', 'pipe']

/** Time between SIGTERM and SIGKILL for the server. */
const KILL_AFTER_MS = 2_000

/** The window manager exits when its server does, and its exit may be seen first: then the server's reason is the true one. */
const WAIT_FOR_SERVER_REASON_MS = 500

/**
 * Starts a desktop: an X server that speaks VNC at the address of the instance, a window manager, and a terminal with a
 * shell. They run as the current user, with a home folder of their own and only a few variables of the environment. A
 * desktop that starts again in the same folder, after a crash or after stop(), finds its home folder there.
 */
export function startDesktop(instance: Instance, address: string, { port, folder }: DesktopOptions): InstanceProgram {
  const home = join(folder, 'home')
  const temporary = join(folder, 'tmp')
  const authority = join(folder, 'authority')
  const cookie = randomBytes(16)
  if (!existsSync(home)) cpSync(join(import.meta.dirname, 'home'), home, { recursive: true })
  mkdirSync(temporary, { recursive: true })
  writeXAuthority(authority, cookie)
  const environment = environmentOf(instance, address, { home, temporary, authority })

  const start = (program: string, args: string[], stdio: StdioOptions, more = {}) =>
    startProcess(program, args, { machine: folder, cwd: home, env: { ...environment, ...more }, stdio })

  const hasSocket = canCreateSocket()
  const server = start('Xtigervnc', serverArguments(instance, { address, port, authority, hasSocket }), SERVER_STDIO)
  let reason: string | undefined
  const stopBecause = (why: string) => {
    reason ??= why
    server.kill()
  }
  const setUpDisplay = async () => {
    const display = await displayOf(server)
    if (hasSocket) recordDisplay(folder, display)
    // The window manager starts the terminal: a window that appears while the window manager starts would get no frame.
    const manager = start('openbox', ['--sm-disable', '--startup', 'xterm'], 'ignore', { DISPLAY: `:${display}` })
    // As usual with X, the session ends with the window manager: without it, no window could be moved or opened.
    const hint = hasSocket ? '' : ` (X programs may need ${SOCKETS}, which is not writable)`
    exitReason(manager).then((why) => {
      setTimeout(stopBecause, WAIT_FOR_SERVER_REASON_MS, `its window manager ${why}${hint}`).unref()
    })
    if (hasSocket) await setRootColour(display, cookie, colourOf(instance.InstanceId))
  }
  // Without a record of the display, its socket could not be removed later.
  setUpDisplay().catch(({ message }: Error) => stopBecause(`its display could not be set up: ${message}`))

  const exited = exitReason(server).then(async (why) => {
    reason ??= `its X server ${why}`
    await stopMarkedProcesses(isOfMachine(folder))
    removeSocket(folder)
    return reason
  })
  return {
    exited,
    async stop() {
      server.kill()
      const timer = setTimeout(() => server.kill('SIGKILL'), KILL_AFTER_MS)
      await exited
      clearTimeout(timer)
      removeAllExcept(home, folder)
    },
  }
}

function serverArguments(
  { InstanceName }: Instance,
  at: { address: string; port: number; authority: string; hasSocket: boolean },
): string[] {
  return [
    ...['-displayfd', '3', '-auth', at.authority],
    // If the server cannot create its socket file, it exits. X programs can also use its abstract socket, "local".
    ...(at.hasSocket ? [] : ['-nolisten', 'unix', '-listen', 'local']),
    ...['-interface', at.address, '-rfbport', String(at.port), '-desktop', InstanceName],
    ...['-SecurityTypes', 'None', ...VNC_ARGUMENTS],
  ]
}

/** The variables that a desktop inherits. */
const INHERITED = ['PATH', 'TZ', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE']

function environmentOf(
  instance: Instance,
  address: string,
  files: { home: string; temporary: string; authority: string },
) {
  const inherited = INHERITED.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return {
    LANG: 'C.UTF-8',
    ...Object.fromEntries(inherited),
    HOME: files.home,
    TMPDIR: files.temporary, // an xterm that is killed leaves its temporary files
    XAUTHORITY: files.authority,
    SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    MACHINE_NAME: instance.InstanceName,
    MACHINE_ID: instance.InstanceId,
    MACHINE_ADDRESS: address,
  }
}

/** The number of the free display that the server has found. Never resolves if it finds none. */
function displayOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve) =>
    createInterface(server.stdio[3] as Readable).once('line', (line) => resolve(Number(line))),
  )
}
