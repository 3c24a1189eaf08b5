import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Display, hasSocket, readDisplay } from '../../../infra/emulator/machines/display.ts'
import { isProcessRunning, readPids } from '../../../infra/emulator/machines/testing.ts'
import { callerOf, runningSandbox } from '../support/api.ts'
import { left, machineIn, serverIn } from '../support/left.ts'
import { type Viewer, viewSoon } from '../support/rfb.ts'

const project = join(import.meta.dirname, '../../..')

type Run = { child: ChildProcess; url: string; ended: Promise<unknown> }

let folder: string
const runs: Run[] = []
const viewers: Viewer[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ends-test-'))
})

afterEach(async () => {
  for (const viewer of viewers.splice(0)) viewer.close()
  for (const { child, ended } of runs.splice(0)) {
    child.kill('SIGINT')
    await ended
  }
  rmSync(folder, { recursive: true })
})

/** What `npm start` runs, without npm, when it is ready. */
async function start(...args: string[]): Promise<Run> {
  const command = [
    '--import',
    'tsx',
    'infra/local/index.ts',
    '--port',
    '0',
    '--ecs-port',
    '0',
    '--boot-seconds',
    '0',
    ...args,
  ]
  const child = spawn(process.execPath, command, {
    cwd: project,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const run = { child, url: '', ended }
  runs.push(run)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk
  })
  await expect.poll(() => output).toMatch(/^ready http:.*\n/m)
  run.url = /^ready (.*)$/m.exec(output)?.[1] ?? ''
  return run
}

type Desktop = { viewer: Viewer; address: string; machine: string; display: Display }

/** The desktop of a new sandbox. */
async function desktop(url: string): Promise<Desktop> {
  const { SandboxId, PrimaryIp: address } = await runningSandbox(callerOf(url))
  const viewer = await viewSoon(address)
  viewers.push(viewer)
  await expect.poll(async () => new Set(await viewer.pixels()).size).toBeGreaterThan(50)
  const machine = machineIn(folder, SandboxId)
  return { viewer, address, machine, display: readDisplay(machine) }
}

/**
 * Starts in a desktop, by its terminal, what does not end with it: a process that ignores the end of its terminal, and one
 * whose environment is empty, too.
 */
async function leaveRunning({ viewer, machine }: Desktop): Promise<{ kept: number; cleared: number }> {
  const home = join(machine, 'home')
  const takesKeys = () => {
    viewer.type('touch typed\n') // again and again: keys are lost before the terminal has the focus
    return existsSync(join(home, 'typed'))
  }
  await expect.poll(takesKeys, { interval: 200 }).toBe(true)
  viewer.type("nohup setsid sh -c 'echo $$ > kept; exec sleep 1000' &\n")
  viewer.type("env -i setsid sh -c 'echo $$ > cleared; exec sleep 1000' &\n")
  const [kept, cleared] = await Promise.all([soonIn(join(home, 'kept')), soonIn(join(home, 'cleared'))])
  return { kept, cleared }
}

/** The process whose id is in a file, once it is there. */
async function soonIn(file: string): Promise<number> {
  await expect.poll(() => readPids(file)).toHaveLength(1)
  return readPids(file)[0] ?? 0
}

const nothing = { processes: 0, folders: 0 }

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves nothing', async (signal) => {
  const run = await start('--desktops')
  const opened = await desktop(run.url)
  const { kept, cleared } = await leaveRunning(opened)
  run.child.kill(signal)
  await run.ended
  expect(left(folder)).toEqual(nothing)
  expect([kept, cleared].filter(isProcessRunning)).toEqual([])
  expect(hasSocket(opened.display)).toBe(false)
})

test('kill -9 leaves no X server, and the next start, also one without desktops, ends and removes the rest', async () => {
  const run = await start('--desktops')
  const opened = await desktop(run.url)
  const { kept, cleared } = await leaveRunning(opened)
  run.child.kill('SIGKILL')
  await expect.poll(() => opened.viewer.isClosed()).toBe(true)
  await expect.poll(() => hasSocket(opened.display)).toBe(false)
  expect([kept, cleared].filter(isProcessRunning)).toEqual([kept, cleared]) // else this proves nothing
  expect(left(folder)).toEqual({ processes: 1, folders: 1 }) // only one of them bears the mark that is counted

  await start()
  expect(left(folder)).toEqual(nothing)
  expect([kept, cleared].filter(isProcessRunning)).toEqual([])
})

test('kill -9 of its X server with it leaves a socket, which the next start removes, too', async () => {
  const run = await start('--desktops')
  const opened = await desktop(run.url)
  const { kept, cleared } = await leaveRunning(opened)
  run.child.kill('SIGSTOP') // so that it cannot clear up
  process.kill(serverIn(opened.machine), 'SIGKILL')
  run.child.kill('SIGKILL')
  await run.ended
  expect(hasSocket(opened.display)).toBe(true)

  await start('--desktops')
  expect(hasSocket(opened.display)).toBe(false)
  expect(left(folder)).toEqual({ processes: 0, folders: 1 }) // its own folder
  expect([kept, cleared].filter(isProcessRunning)).toEqual([])
})

test('two side by side have addresses of their own, and neither ends what the other has', async () => {
  const [one, two] = await Promise.all([start('--desktops'), start('--desktops')])
  const [first, second] = await Promise.all([desktop(one.url), desktop(two.url)])
  expect(first.address).not.toBe(second.address)
  one.child.kill('SIGKILL')
  await one.ended
  const third = await desktop((await start('--desktops')).url)
  expect(third.address).not.toBe(second.address)
  expect([first, second, third].map(({ viewer }) => viewer.isClosed())).toEqual([true, false, false])
  expect((await second.viewer.pixels()).length).toBeGreaterThan(0)
})
