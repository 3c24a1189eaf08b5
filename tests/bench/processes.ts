import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import type { Answer, Question, Work } from './programs/serve.ts'

export const project = join(import.meta.dirname, '../..')

/** For compiled programs and profiles; taken away when the benchmark ends. */
export const scratch = mkdtempSync(join(tmpdir(), 'bench-'))
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** The ways to start a program of programs/. */
interface StartOptions {
  args?: unknown
  env?: Record<string, string>
  /** As plain JavaScript without tsx, where start-up or memory is measured. */
  lean?: boolean
  /** The most that Node.js may use for objects, in MB; its own choice when left out. */
  heapMb?: number
}

export interface Program<W extends Work> {
  pid: number
  ask<K extends keyof W & string>(name: K, ...argument: Parameters<W[K]>): Promise<Awaited<ReturnType<W[K]>>>
  stop(): void
}

const running = new Set<ChildProcess>()
process.once('exit', stopAll)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Starts a program in a process of its own; its first answer comes when it is ready. */
export function start<W extends Work>(
  name: string,
  { args = {}, env = {}, lean = false, heapMb }: StartOptions = {},
): Program<W> {
  const child = fork(lean ? compile(name) : sourceOf(name), [JSON.stringify(args)], {
    cwd: project,
    env: { PATH: process.env.PATH, ...env },
    execArgv: [
      ...(lean ? [] : ['--import', 'tsx']),
      ...(heapMb ? [`--max-old-space-size=${heapMb}`] : []),
      ...(env.BENCH_PROFILES ? ['--require', compile('profiler')] : []),
    ],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  child.stdout?.resume() // what functions log goes into a pipe, as on the platform, and is not looked at
  running.add(child)

  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  let ended: string | undefined
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.on('exit', (code, signal) => {
    running.delete(child)
    ended = `the program ${name} ended (${signal ?? code})`
    for (const [id, settle] of waiting) settle({ id, error: ended })
  })

  return {
    pid: child.pid ?? 0,
    ask: (question, ...[argument]) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        waiting.set(id, ({ error, result }) => {
          if (error === undefined) resolve(result as never)
          else reject(new Error(`${name}, ${question}: ${error}`))
        })
        if (ended === undefined) child.send({ id, name: question, argument } satisfies Question)
        else reject(new Error(ended))
      }),
    stop: () => child.kill('SIGKILL'),
  }
}

export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

const sourceOf = (name: string) => join(import.meta.dirname, 'programs', `${name}.ts`)

const compiled = new Map<string, string>()

/** The path of a program as one file of plain JavaScript. */
export function compile(name: string): string {
  const outfile = compiled.get(name) ?? join(scratch, `${name}.cjs`)
  if (!compiled.has(name)) {
    buildSync({
      entryPoints: [sourceOf(name)],
      outfile,
      bundle: true,
      minify: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
    })
    compiled.set(name, outfile)
  }
  return outfile
}

/** CPU milliseconds that a process has used, all its threads; undefined where there is no /proc. */
export function cpuOf(pid: number): number | undefined {
  try {
    // The fields after the name, which may itself hold spaces and brackets (man 5 proc): 12 and 13 are user and system.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return undefined
  }
}

/** CPU milliseconds that the whole machine has used. */
export function cpuOfMachine(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

/** The processes that a process has started with the given variable, `NAME=value`, in their environment. */
export function childrenOf(pid: number, variable: string): number[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number)
    return pids.filter(
      (child) => child > 0 && readFileSync(`/proc/${child}/environ`, 'utf8').split('\0').includes(variable),
    )
  } catch {
    return []
  }
}
