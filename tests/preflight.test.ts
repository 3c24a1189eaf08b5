import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { heldByPermissions } from './support/permissions.ts'
import { ProjectCopy } from './support/project.ts'

const copy = new ProjectCopy()
const scratch = mkdtempSync(join(tmpdir(), 'preflight-test-'))
afterEach(() => {
  for (const folder of ['.', 'dist', '.serverless', 'temporary']) allow(folder, 0o755)
  for (const folder of ['dist', '.serverless']) rmSync(join(copy.directory, folder), { recursive: true })
})
afterAll(() => {
  copy.remove()
  rmSync(scratch, { recursive: true })
})

/** Runs a command in a folder to its end: its code, and what it said. */
function run(command: string[], environment: Record<string, string> = {}, cwd = copy.directory) {
  const [program, ...args] = heldByPermissions(...command)
  return new Promise<{ code: unknown; text: string }>((resolve) => {
    const env = { ...process.env, ...copy.environment, ...environment }
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, text: stdout + stderr })
    })
  })
}

const node = (...args: string[]) => [process.execPath, ...args]
const PREFLIGHT = node('infra/build/preflight.cjs')
const START = node('--import', 'tsx', 'infra/local/index.ts', '--port', '0', '--ecs-port', '0')
const BUILD = node('--import', 'tsx', 'infra/build/index.ts')
const PACKAGE = node('node_modules/serverless/bin/serverless.js', 'package', '--stage', 'local')

/** Makes a folder of the copy, where it is missing, and sets its permissions. */
function allow(folder: string, mode: number): string {
  const path = join(copy.directory, folder)
  mkdirSync(path, { recursive: true })
  chmodSync(path, mode)
  return path
}

describe('one line, and code 1', () => {
  const expectLine = async (running: ReturnType<typeof run>, line: RegExp) => {
    const { code, text } = await running
    expect(text).toMatch(line)
    expect(text.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(1)
  }

  test('of the local cloud where the project cannot be written', async () => {
    allow('.', 0o555)
    await expectLine(
      run(START),
      /^the functions cannot be built in the project: EACCES: permission denied, .*sudo chown -R .* copy/,
    )
  })

  test('of a build where dist cannot be written', async () => {
    const dist = allow('dist', 0o555)
    await expectLine(run(BUILD), new RegExp(`^${dist} cannot be written: EACCES: permission denied`))
  })

  test('where there is no room for temporary files', async () => {
    const TMPDIR = allow('temporary', 0o555)
    await expectLine(run(PREFLIGHT, { TMPDIR }), /^temporary files cannot be written to .*EACCES.* TMPDIR/)
    const limited = ['sh', '-c', 'ulimit -f 100; exec "$@"', 'sh', ...PREFLIGHT] // files of 51,200 bytes at most
    await expectLine(run(limited), /^temporary files cannot be written to .*EFBIG.* TMPDIR/)
  })

  test('without the packages for development', async () => {
    const npm = ['npm', '--silent', 'start']
    await expectLine(
      run(npm, {}, copyOf('bare')),
      /^the development packages are not installed: run npm ci in .*, without/,
    )
  })

  test('with an older Node.js', async () => {
    const engines = readFileSync(join(copy.directory, 'package.json'), 'utf8')
    copy.edit('package.json', '"node": ">=', '"node": ">=9')
    await expectLine(run(PREFLIGHT), /^this is Node\.js v\d+\.\d+\.\d+; 9\d+\.\d+ or later is required/)
    writeFileSync(join(copy.directory, 'package.json'), engines)
  })

  test.each(['start', 'run build', 'run emulator'])('of npm %s in a folder with a ? in its name', async (command) => {
    const npm = ['npm', '--silent', ...command.split(' ')]
    await expectLine(
      run(npm, {}, copyOf('a?b')),
      /^Node\.js cannot load modules from a path with \? or \\ in it: .*a\?b/,
    )
  })
})

/** What npm needs to run the scripts of package.json, in a folder of this name. */
function copyOf(name: string): string {
  const folder = join(scratch, name)
  for (const file of ['package.json', 'infra/build/preflight.cjs'])
    cpSync(join(copy.directory, file), join(folder, file))
  return folder
}

test('serverless package says which folder cannot be written, without a stack', async () => {
  const folder = allow('.serverless', 0o555)
  const { code, text } = await run(PACKAGE)
  expect(text).toContain(`${folder} cannot be written: EACCES: permission denied`)
  expect(text).not.toMatch(/^ +at /m)
  expect(code).toBe(1)
})

test('what cannot be written is no trouble when it is up to date', async () => {
  cpSync(join(import.meta.dirname, '../dist'), join(copy.directory, 'dist'), { recursive: true })
  allow('dist', 0o555)
  expect(await run(BUILD)).toMatchObject({ code: 0 })
})
