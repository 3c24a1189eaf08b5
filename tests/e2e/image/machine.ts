import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ByteStream } from '../../../shared/desktop/index.ts'
import { packageSources } from './package-sources.ts'

export const HOSTNAME = 'sandbox-1'
const VNC_PORT = 5905

/** Inside of the machine's network, as root: connects a program's input and output to a port. */
const RELAY = `
const socket = require('node:net').connect(${VNC_PORT}, '127.0.0.1', () => process.stdin.pipe(socket).pipe(process.stdout))
socket.on('error', () => process.exit(1)).on('close', () => process.exit())`

/** The name of the folder of a machine continues with the process id of its test. */
const PREFIX = join(tmpdir(), 'image-test-')

const image = join(import.meta.dirname, '../../../infra/image')

const execute = promisify(execFile)

/**
 * A folder with Debian 12 in which setup.sh has run, and the machine that boots from it: a container with systemd, and
 * with a network that has only the loopback interface. Needs root.
 */
export class Machine {
  readonly #folder = mkdtempSync(`${PREFIX}${process.pid}-`)
  /** In a folder that only root may enter, because programs of the machine have rights that users here may not have. */
  readonly #root = join(this.#folder, 'root')
  readonly #name = `image-test-${process.pid}`
  readonly #removal = new AbortController()
  readonly #relays = new Set<ChildProcess>()
  #container: ChildProcess | undefined
  /** The process id of the machine's process 1. */
  #leader = ''

  /** Installs Debian, which downloads 60 MB, and what setup.sh adds, 300 MB, from the package sources of this computer. */
  async install(): Promise<void> {
    removeLeftovers()
    const { mirror, list, settings } = packageSources()
    // Nobody needs the folder after a power failure, so dpkg does not have to sync each file.
    this.#write('etc/dpkg/dpkg.cfg.d/test', 'force-unsafe-io\n')
    this.#write('etc/apt/apt.conf.d/90test', settings)
    const options = ['--variant=minbase', '--include=systemd,systemd-sysv']
    // In its own namespaces: when it is killed, no mount and no process of it stays.
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
    await this.#execute('unshare', ...namespaces, 'debootstrap', ...options, 'bookworm', this.#root, mirror)
    this.#write('etc/apt/sources.list', list)
    const proxies = Object.entries(process.env).filter(([name]) => /^(https?|no)_proxy$/i.test(name))
    const environment = proxies.map(([name, value]) => `--setenv=${name}=${value}`)
    await this.#execute(...this.#nspawn(...environment, `--bind-ro=${image}:/mnt`, '/mnt/setup.sh'))
    this.#write('etc/hostname', `${HOSTNAME}\n`)
    this.#write('etc/hosts', `127.0.0.1 localhost ${HOSTNAME}\n`)
  }

  /** Starts the machine. Resolves when its desktop is active. */
  async boot(): Promise<void> {
    const [program, ...args] = this.#nspawn('--boot', '--private-network', '--console=pipe')
    const container = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#container = container
    let output = ''
    for (const stream of [container.stdout, container.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    while (!(await this.#isActive())) {
      if (container.exitCode !== null) throw new Error(`The machine does not boot:\n${output}`)
      await sleep(200)
    }
  }

  async #isActive(): Promise<boolean> {
    const { pid } = this.#container ?? {}
    this.#leader = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    if (this.#leader === '') return false
    return this.run('systemctl is-active sandbox-desktop').then(
      () => true,
      () => false,
    )
  }

  /** Runs a line of bash in the machine. Returns what it writes; rejects if it fails. */
  async run(line: string, user = 'root'): Promise<string> {
    const environment = ['env', '-i', '--chdir=/', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']
    const command = ['runuser', '-u', user, '--', 'bash', '-c', line]
    return this.#execute('nsenter', '--all', '--target', this.#leader, '--root', ...environment, ...command)
  }

  /** Connects to the VNC server. */
  connect(): ByteStream {
    const relay = spawn('nsenter', ['--target', this.#leader, '--net', process.execPath, '-e', RELAY])
    this.#relays.add(relay)
    relay.on('close', () => this.#relays.delete(relay))
    relay.stdin.on('error', () => {}) // its output ends too
    relay.stderr.resume()
    return {
      write: (bytes) => relay.stdin.write(bytes),
      destroy: () => relay.kill(),
      [Symbol.asyncIterator]: () => relay.stdout[Symbol.asyncIterator](),
    }
  }

  async remove(): Promise<void> {
    this.#removal.abort()
    for (const relay of this.#relays) relay.kill()
    const container = this.#container
    if (container && container.exitCode === null && container.signalCode === null) {
      const exited = once(container, 'exit')
      container.kill() // shuts the machine down
      const timer = setTimeout(() => container.kill(), 10_000) // the second signal cuts its power
      await exited
      clearTimeout(timer)
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  /** The command line that runs something in the folder. The machine ends with this process. */
  #nspawn(...args: string[]): [string, ...string[]] {
    const program = ['setpriv', '--pdeathsig', 'TERM', 'systemd-nspawn'] as const
    // Without systemd as process 1 here, nothing can register the machine.
    return [...program, '--quiet', '--register=no', '--keep-unit', `--machine=${this.#name}`, '-D', this.#root, ...args]
  }

  #write(file: string, content: string): void {
    const path = join(this.#root, file)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, content)
  }

  async #execute(program: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await execute(program, args, { maxBuffer: 2 ** 26, signal: this.#removal.signal })
      return stdout.trim()
    } catch (error) {
      const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string }
      throw new Error(`${message.slice(0, 500)}\n${stdout.slice(-3_000)}${stderr.slice(-3_000)}`)
    }
  }
}

/** Removes the folders of tests that were killed. Their machines ended with them. */
function removeLeftovers(): void {
  const paths = readdirSync(tmpdir()).map((name) => join(tmpdir(), name))
  for (const path of paths.filter((found) => found.startsWith(PREFIX))) {
    const [pid = ''] = path.slice(PREFIX.length).split('-')
    if (!existsSync(`/proc/${pid}`)) rmSync(path, { recursive: true, force: true })
  }
}
