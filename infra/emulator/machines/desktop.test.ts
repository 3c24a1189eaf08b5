import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createEcs } from '../ecs/index.ts'
import { startDesktop } from './desktop.ts'
import type { InstanceProgram } from './instance-program.ts'
import { FakePrograms, isProcessRunning, readPids } from './testing.ts'

// tests/e2e has the real programs. These stand in for them, and write down their arguments and environment.
let programs: FakePrograms
let folder: string
let desktop: InstanceProgram | undefined

beforeEach(() => {
  programs = new FakePrograms()
  folder = join(programs.folder, 'i-1-1')
  mkdirSync(folder)
  const keep = 'echo $$ >> "$HOME/pids"; echo "$@" > "$HOME/arguments-of-$0"; env > "$HOME/environment"'
  programs.add('Xtigervnc', keep.replace('$0', 'Xtigervnc'), 'echo 59000 >&3', 'exec sleep 1000')
  programs.add(
    'openbox',
    keep.replace('$0', 'openbox'),
    'echo $$ > "$HOME/manager"',
    'setsid sleep 1000 & echo $! >> "$HOME/pids"',
    'env -i setsid sleep 1000 & echo $! >> "$HOME/pids"',
    'exec sleep 1000',
  )
})
afterEach(async () => {
  await desktop?.stop()
  desktop = undefined
  programs.remove()
})

const ecs = createEcs({ addressBlock: '127.98.0.0/16' })
ecs.seed(1, { instanceName: 'sandbox-agent-1' })
const [instance] = ecs.instances()
if (!instance) throw new Error('there is no instance')

const start = () => startDesktop(instance, '127.98.0.4', { port: 5905, folder })
const soon = <T>(get: () => T) => expect.poll(get, { interval: 5 })
const pids = () => readPids(join(folder, 'home/pids'))
const argumentsOf = (program: string) => readFileSync(join(folder, 'home', `arguments-of-${program}`), 'utf8')

it('starts a server at the address and port, a window manager on its display, and a terminal', async () => {
  desktop = start()
  await soon(() => pids().length).toBe(4)
  expect(argumentsOf('Xtigervnc')).toContain('-interface 127.98.0.4 -rfbport 5905 -desktop sandbox-agent-1 ')
  expect(argumentsOf('Xtigervnc')).toContain(`-auth ${folder}/authority `)
  expect(argumentsOf('openbox').trim()).toBe('--sm-disable --startup xterm')
  expect(readFileSync(join(folder, 'home/.bashrc'), 'utf8')).toContain('MACHINE_NAME')
})

it('inherits only the variables that a program needs', async () => {
  vi.stubEnv('VOLCENGINE_SECRET_KEY', 'real')
  vi.stubEnv('HISTFILE', '/some/file')
  vi.stubEnv('TZ', 'Asia/Shanghai')
  desktop = start()
  await soon(() => pids().length).toBe(4)
  vi.unstubAllEnvs()
  const names = readFileSync(join(folder, 'home/environment'), 'utf8').match(/^\w+(?==)/gm) ?? []
  const allowed = ['DISPLAY', 'EMULATED_MACHINE', 'HOME', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'MACHINE_ADDRESS']
  const ofShells = [
    'OLDPWD',
    'PATH',
    'PWD',
    'SHELL',
    'SHLVL',
    'TMPDIR',
    'TZ',
    'XAUTHORITY',
    '_',
    'MACHINE_ID',
    'MACHINE_NAME',
  ]
  expect(names.filter((name) => ![...allowed, ...ofShells].includes(name))).toEqual([])
  expect(names).toContain('TZ')
  expect(readFileSync(join(folder, 'home/environment'), 'utf8')).toContain(`TMPDIR=${folder}/tmp\n`)
})

it('has a cookie that only its owner may read, and a new one each time', async () => {
  const cookie = () => readFileSync(join(folder, 'authority')).subarray(-16).toString('hex')
  desktop = start()
  expect(statSync(join(folder, 'authority')).mode & 0o777).toBe(0o600)
  const first = cookie()
  await desktop.stop()
  desktop = start()
  expect(cookie()).not.toBe(first)
})

it('stops with everything that was started in it, and keeps only its home folder', async () => {
  desktop = start()
  await soon(() => pids().length).toBe(4)
  const running = pids()
  expect(running.map(isProcessRunning)).toEqual([true, true, true, true])
  await desktop.stop()
  expect(running.map(isProcessRunning)).toEqual([false, false, false, false])
  expect(readdirSync(folder)).toEqual(['home'])
})

it('finds its home folder again after a stop, as it was left', async () => {
  desktop = start()
  await soon(() => pids().length).toBe(4)
  writeFileSync(join(folder, 'home/report.txt'), 'half done')
  rmSync(join(folder, 'home/.bashrc'))
  writeFileSync(join(folder, 'tmp/scratch'), '')
  await desktop.stop()
  desktop = start()
  await soon(() => pids().length).toBe(8)
  expect(readFileSync(join(folder, 'home/report.txt'), 'utf8')).toBe('half done')
  expect(existsSync(join(folder, 'home/.bashrc'))).toBe(false)
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

it('exits when its server does, with the reason, and starts again with its files', async () => {
  desktop = start()
  await soon(() => pids().length).toBe(4)
  const running = pids()
  writeFileSync(join(folder, 'home/.bashrc'), '# mine')
  process.kill(running[0] ?? 0, 'SIGKILL')
  expect(await desktop.exited).toBe('its X server was killed by SIGKILL')
  expect(running.map(isProcessRunning)).toEqual([false, false, false, false])

  programs.add('Xtigervnc', 'echo one >&2; echo two >&2; echo >&2; echo three >&2; echo four >&2; exit 3')
  desktop = start()
  expect(await desktop.exited).toBe('its X server exited with code 3: two three four')
  expect(readFileSync(join(folder, 'home/.bashrc'), 'utf8')).toBe('# mine')
})

it('exits when its window manager does, with the reason', async () => {
  desktop = start()
  await soon(() => pids().length).toBe(4)
  const running = pids()
  process.kill(Number(readFileSync(join(folder, 'home/manager'), 'utf8')), 'SIGKILL')
  expect(await desktop.exited).toBe('its window manager was killed by SIGKILL')
  expect(running.map(isProcessRunning)).toEqual([false, false, false, false])
})

it.each(['before', 'after'])('stops %s its server has a display', async (when) => {
  programs.add('Xtigervnc', 'echo $$ >> "$HOME/pids"', when === 'after' ? 'echo 59000 >&3' : '', 'exec sleep 1000')
  desktop = start()
  await soon(() => pids().length > 0).toBe(true)
  const running = pids()
  await desktop.stop()
  expect(running.map(isProcessRunning).includes(true)).toBe(false)
})
