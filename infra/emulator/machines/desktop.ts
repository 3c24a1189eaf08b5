import type { ChildProcess, StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Instance } from '../ecs/instance.ts'
import { begin, reasonOf } from './child.ts'
import { colourOf } from './colour.ts'
import { canHaveFile, noteDisplay, removeDisplay, SOCKETS } from './display.ts'
import { endMarked, isOfMachine } from './processes.ts'
import type { Program } from './program.ts'
import { colourRoot } from './root-window.ts'
import { removeFolder } from './run-folder.ts'
import { writeXAuthority } from './x-authority.ts'

export type DesktopOptions = {
  /** Of the VNC server. */
  port: number
  /** For its files; it is removed at the end. */
  folder: string
}

/** Its errors are read, and on file descriptor 3 it says which display it has. */
const SERVER_STDIO: StdioOptions = ['ignore', 'ignore', 'pipe', 'pipe']

/** A server that was told to end gets so long. */
const PATIENCE_MS = 2_000

/** A window manager ends with its server, too, and may be the first of which that is heard. */
const GRACE_MS = 500

/**
 * Starts a desktop: an X server that speaks VNC at the instance's address, a window manager, and a terminal with a shell.
 * What runs in it runs as who runs this, but with a home folder of its own and little of their environment. It can be
 * started again in the same folder, and finds its files there.
 */
export function startDesktop(instance: Instance, address: string, { port, folder }: DesktopOptions): Program {
  const home = join(folder, 'home')
  const temporary = join(folder, 'tmp')
  const authority = join(folder, 'authority')
  const cookie = randomBytes(16)
  cpSync(join(import.meta.dirname, 'home'), home, { recursive: true, force: false })
  mkdirSync(temporary, { recursive: true })
  writeXAuthority(authority, cookie)
  const environment = environmentOf(instance, address, { home, temporary, authority })

  const run = (program: string, args: string[], stdio: StdioOptions, more = {}) =>
    begin(program, args, { machine: folder, cwd: home, env: { ...environment, ...more }, stdio })

  const hasFile = canHaveFile()
  const server = run('Xtigervnc', serverArguments(instance, { address, port, authority, hasFile }), SERVER_STDIO)
  let reason: string | undefined
  const endBecause = (why: string) => {
    reason ??= why
    server.kill()
  }
  const show = async () => {
    const display = await displayOf(server)
    if (hasFile) noteDisplay(folder, display)
    // The terminal is for the window manager to start: a window that appears while that begins would stay without a frame.
    const manager = run('openbox', ['--sm-disable', '--startup', 'xterm'], 'ignore', { DISPLAY: `:${display}` })
    // As everywhere with X, the session ends with it: without it windows could neither be moved nor be opened anew.
    const hint = hasFile ? '' : ` (X programs may need ${SOCKETS}, which cannot be written)`
    reasonOf(manager).then((why) => setTimeout(endBecause, GRACE_MS, `its window manager ${why}${hint}`).unref())
    if (hasFile) await colourRoot(display, cookie, colourOf(instance.InstanceId))
  }
  // Without a note of its display nobody could clear up after it.
  show().catch(({ message }: Error) => endBecause(`its display could not be set up: ${message}`))

  const ended = reasonOf(server).then(async (why) => {
    reason ??= `its X server ${why}`
    await endMarked(isOfMachine(folder))
    removeDisplay(folder)
    return reason
  })
  return {
    ended,
    async end() {
      server.kill()
      const timer = setTimeout(() => server.kill('SIGKILL'), PATIENCE_MS)
      await ended
      clearTimeout(timer)
      removeFolder(folder)
    },
  }
}

function serverArguments(
  { InstanceName }: Instance,
  at: { address: string; port: number; authority: string; hasFile: boolean },
): string[] {
  return [
    ...['-displayfd', '3', '-auth', at.authority, '-nolisten', 'tcp', '-noreset'],
    // Where it cannot have a file it would end. There is a socket without one, too, called "local", by which X programs come.
    ...(at.hasFile ? [] : ['-nolisten', 'unix', '-listen', 'local']),
    ...['-interface', at.address, '-rfbport', String(at.port), '-desktop', InstanceName],
    ...['-SecurityTypes', 'None', '-AlwaysShared', '-AcceptSetDesktopSize'],
    ...['-geometry', '1280x800', '-depth', '24'],
    // Whoever connects and leaves without a word, as one who waits for the server, counts as an attacker: never.
    ...['-BlacklistThreshold', '1000000000'],
  ]
}

/** What it has of the environment of who runs this. */
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
    TMPDIR: files.temporary, // an xterm that is ended in the middle leaves its files there
    XAUTHORITY: files.authority,
    SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    MACHINE_NAME: instance.InstanceName,
    MACHINE_ID: instance.InstanceId,
    MACHINE_ADDRESS: address,
  }
}

/** The number that the server writes once it has found a free display. Waits for ever where it finds none. */
function displayOf(server: ChildProcess): Promise<number> {
  return new Promise((resolve) =>
    createInterface(server.stdio[3] as Readable).once('line', (line) => resolve(Number(line))),
  )
}
