import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const project = join(import.meta.dirname, '../..')

/** What a deployment is made of. */
const PARTS = ['functions', 'shared', 'infra', 'config.toml', 'serverless.yml', 'package.json', 'tsconfig.json']

export type Run = { process: ChildProcess; output: () => string; ended: Promise<number | null> }

/** This project in a folder. */
export class Project {
  readonly directory: string
  /** The variables that every process in it needs. */
  readonly environment: { PATH: string; HOME: string; GOGC: string; TMPDIR: string }

  constructor(directory = project, temporary = tmpdir()) {
    const { PATH = '', HOME = '', GOGC = '' } = process.env // GOGC: see tests/build-once.ts
    this.directory = directory
    this.environment = { PATH, HOME, GOGC, TMPDIR: temporary }
  }

  /** Runs Node.js in it, with more variables. */
  node(args: string[], environment: Record<string, string> = {}): Run {
    const child = spawn(process.execPath, args, {
      cwd: this.directory,
      env: { ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk) => {
        output += chunk
      })
    }
    return { process: child, output: () => output, ended: new Promise((resolve) => child.on('close', resolve)) }
  }

  /** Runs the serverless command to its end. */
  async serverless(
    line: string,
    environment: Record<string, string> = {},
  ): Promise<{ code: number | null; text: string }> {
    const run = this.node(['node_modules/serverless/bin/serverless.js', ...line.split(' ')], environment)
    return { code: await run.ended, text: run.output() }
  }
}

/** A copy of this project, in which a test may change what it likes. */
export class ProjectCopy extends Project {
  constructor() {
    // The copy has its own temporary files, because tsx keeps hundreds of compiled sources among them for days, and lists them
    // all at each start.
    super(mkdtempSync(join(tmpdir(), 'project-copy-')), mkdtempSync(join(tmpdir(), 'project-copy-temporary-')))
    const filter = (path: string) => basename(path) !== 'node_modules' // that of infra/client holds a TypeScript of its own
    for (const part of PARTS) cpSync(join(project, part), join(this.directory, part), { recursive: true, filter })
    symlinkSync(join(project, 'node_modules'), join(this.directory, 'node_modules'))
  }

  /** Changes a file. Throws when it has nothing to change. */
  edit(file: string, before: string, after: string): void {
    const path = join(this.directory, file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(before)) throw new Error(`${file} has no ${before}`)
    writeFileSync(
      path,
      text.replace(before, () => after),
    )
  }

  remove(): void {
    for (const folder of [this.directory, this.environment.TMPDIR]) rmSync(folder, { recursive: true, force: true })
  }
}
