import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lockLimitOf, MARK } from './marked-processes.ts'
import { openRunFolder, removeLeftovers } from './run-folder.ts'
import { FakePrograms, isProcessRunning, readPids } from './testing.ts'

let programs: FakePrograms
const children: ChildProcess[] = []

beforeEach(() => {
  programs = new FakePrograms()
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  programs.remove()
})

const runs = () => readdirSync(programs.folder).filter((name) => name.startsWith('emulated-machines-'))
const soon = <T>(get: () => T) => expect.poll(get, { interval: 5 })

/** A program in its own session, whose parent has exited. */
const orphan = 'setsid sleep 1000 & echo $! >> pids'

/** A program that ignores SIGTERM. */
const stubborn = '(trap "" TERM; while :; do sleep 1000; done) & echo $! >> pids'

/** A program that only has the mark of the limit: it is found only by the folders in the TMPDIR of this test. */
const cleared = 'env -i setsid sleep 1000 & echo $! >> pids'

function runIn(machine: string, ...lines: string[]): void {
  const env = { PATH: process.env.PATH, [MARK]: machine }
  const command = [`--locks=${lockLimitOf(machine)}:`, 'sh', '-c', lines.join('\n')]
  spawnSync('prlimit', command, { cwd: machine, env, stdio: 'ignore' })
}

/** Another process that has a run folder with a machine in it. */
async function owner(): Promise<{ child: ChildProcess; machine: string }> {
  const code = `
    const { openRunFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'run-folder.ts'))})
    console.log(openRunFolder().create('i-1-1'))
    process.stdin.on('data', () => process.exit())`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code])
  children.push(child)
  const machine = await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(`${text}`.trim())))
  return { child, machine }
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('close', resolve))

it('close() removes it and stops all programs in its machines, and nothing else', async () => {
  const folder = openRunFolder()
  const other = openRunFolder()
  const machines = [folder.create('i-1-1'), folder.create('i-2-1'), other.create('i-1-1')]
  const pids = machines.flatMap((machine, index) => {
    runIn(machine, orphan, cleared, index === 0 ? stubborn : '')
    return readPids(join(machine, 'pids'))
  })
  const alive = () => pids.map(isProcessRunning).filter(Boolean).length
  expect(alive()).toBe(7)
  await folder.close()
  expect(pids.map(isProcessRunning)).toEqual([...Array(5).fill(false), true, true])
  expect(runs()).toHaveLength(1)
  await other.close()
  expect(alive()).toBe(0)
  expect(runs()).toEqual([])
})

it('remove() removes the folder of one machine, if it exists', async () => {
  const folder = openRunFolder()
  const [one, two] = [folder.create('i-1'), folder.create('i-2')]
  writeFileSync(join(one, 'file'), '')
  folder.remove('i-1')
  folder.remove('i-3')
  expect([one, two].map((machine) => existsSync(machine))).toEqual([false, true])
  await folder.close()
})

it('is removed when its process exits without close()', async () => {
  const { child, machine } = await owner()
  runIn(machine, orphan, cleared)
  const pids = readPids(join(machine, 'pids'))
  child.stdin?.write('exit\n')
  await ended(child)
  expect(runs()).toEqual([])
  await soon(() => pids.map(isProcessRunning)).toEqual([false, false])
})

it('is removed by the next start, with all programs in it, once its process was killed and not before', async () => {
  const { child, machine } = await owner()
  runIn(machine, orphan, cleared)
  const pids = readPids(join(machine, 'pids'))
  await soon(() => readFileSync(`/proc/${pids[1]}/environ`, 'utf8')).toBe('') // env has done its work
  await removeLeftovers()
  expect(pids.map(isProcessRunning)).toEqual([true, true])

  child.kill('SIGKILL')
  await ended(child)
  process.env.TMPDIR = '/nowhere' // processes with the variable are found anyway
  await removeLeftovers()
  expect(pids.map(isProcessRunning)).toEqual([false, true])

  process.env.TMPDIR = programs.folder
  expect(runs()).toHaveLength(1)
  const own = openRunFolder()
  await Promise.all([removeLeftovers(), removeLeftovers()]) // two simultaneous starts
  expect(runs()).toEqual([expect.stringContaining(`-${process.pid}-`)])
  expect(pids.map(isProcessRunning)).toEqual([false, false])
  await own.close()
})

it('what only looks like a folder of a dead run is left alone', async () => {
  const own = openRunFolder()
  const [namespace] = /\d+/.exec(runs()[0] ?? '') ?? []
  await own.close()
  const dead = spawnSync('true').pid
  const target = join(programs.folder, 'target')
  mkdirSync(target)
  writeFileSync(join(target, 'file'), '')
  const names = {
    link: `emulated-machines-${namespace}-${dead}-1-abcdef`,
    file: `emulated-machines-${namespace}-${dead}-2-abcdef`,
    otherNamespace: `emulated-machines-1-${dead}-1-abcdef`,
    otherName: `emulated-machines-${namespace}-${dead}-1-abcdef.bak`,
    dead: `emulated-machines-${namespace}-${dead}-3-abcdef`,
  }
  symlinkSync(target, join(programs.folder, names.link))
  writeFileSync(join(programs.folder, names.file), '')
  for (const name of [names.otherNamespace, names.otherName, names.dead]) mkdirSync(join(programs.folder, name))
  await removeLeftovers()
  expect(runs().sort()).toEqual([names.link, names.file, names.otherNamespace, names.otherName].sort())
  expect(existsSync(join(target, 'file'))).toBe(true)
})
