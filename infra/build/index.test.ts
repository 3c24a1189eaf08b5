import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { build, createBuilder, type FunctionEntry } from './index.ts'

const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

/** A project with these files and a config.toml. */
function project(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'build-test-'))
  directories.push(directory)
  for (const [path, content] of Object.entries({ 'config.toml': 'a = 1\n', ...files })) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

function change(directory: string, path: string, content: string): void {
  writeFileSync(join(directory, path), content)
}

const two = {
  'functions/first/index.ts':
    "import { shared } from '../../shared/shared.ts'\nexport const handler = () => shared('first')\n",
  'functions/second/index.ts':
    "import { shared } from '../../shared/shared.ts'\nexport const handler = () => shared('second')\n",
  'shared/shared.ts': 'export const shared = (name: string) => ({ body: name + import.meta.dirname })\n',
}

describe('a build', () => {
  test('creates index.js and config.toml for each function, and a source map elsewhere', async () => {
    const projectDirectory = project(two)
    const bundles = await build({ projectDirectory })
    expect(readdirSync(join(projectDirectory, 'dist')).sort()).toEqual([
      'first',
      'package.json',
      'second',
      'source-maps',
    ])
    expect(bundles).toMatchObject([{ name: 'first' }, { name: 'second' }])
    for (const { directory, bytes } of bundles) {
      expect(readdirSync(directory).sort()).toEqual(['config.toml', 'index.js'])
      expect(statSync(join(directory, 'index.js')).size).toBe(bytes)
      expect(readFileSync(join(directory, 'config.toml'), 'utf8')).toBe('a = 1\n')
    }
  })

  test('creates CommonJS that Node.js can load', async () => {
    const projectDirectory = project(two)
    await build({ projectDirectory })
    const program = 'process.stdout.write(require("./dist/second/index.js").handler().body)'
    const body = execFileSync(process.execPath, ['--eval', program], { cwd: projectDirectory, encoding: 'utf8' })
    expect(body).toMatch(/^second\/.*\/dist\/second$/)
  })

  test('creates source maps that point to the sources', async () => {
    const projectDirectory = project(two)
    await build({ projectDirectory })
    const file = join(projectDirectory, 'dist/source-maps/first/index.js.map')
    const { sourceRoot, sources } = JSON.parse(readFileSync(file, 'utf8'))
    const paths = sources.map((source: string) => resolve(dirname(file), sourceRoot, source))
    expect(paths).toContain(join(projectDirectory, 'shared/shared.ts'))
  })

  test('creates the same bytes for the same sources in any folder', async () => {
    const [one, other] = [project(two), project(two)]
    await build({ projectDirectory: one })
    await build({ projectDirectory: other })
    for (const file of ['first/index.js', 'second/index.js', 'source-maps/first/index.js.map']) {
      expect(readFileSync(join(one, 'dist', file))).toEqual(readFileSync(join(other, 'dist', file)))
    }
  })

  test('does not touch unchanged bundles, and removes those of other functions', async () => {
    const projectDirectory = project(two)
    await build({ projectDirectory })
    const file = join(projectDirectory, 'dist/first/index.js')
    const before = statSync(file).mtimeMs
    await build({ projectDirectory, functions: [{ name: 'first', folder: 'first' }] })
    expect(statSync(file).mtimeMs).toBe(before)
    expect(existsSync(join(projectDirectory, 'dist/second'))).toBe(false)
  })

  test('of one function keeps the others with keepOthers', async () => {
    const projectDirectory = project(two)
    await build({ projectDirectory })
    change(projectDirectory, 'shared/shared.ts', 'export const shared = (name: string) => ({ body: "new " + name })\n')
    const before = readFileSync(join(projectDirectory, 'dist/second/index.js'))
    const only = { projectDirectory, functions: [{ name: 'first', folder: 'first' }], keepOthers: true }
    expect((await build(only)).map(({ name }) => name)).toEqual(['first'])
    expect(readFileSync(join(projectDirectory, 'dist/first/index.js'), 'utf8')).toContain('new ')
    expect(readFileSync(join(projectDirectory, 'dist/second/index.js'))).toEqual(before)
  })

  test('creates one bundle for functions with the same folder', async () => {
    const projectDirectory = project(two)
    const functions = [
      { name: 'one', folder: 'first' },
      { name: 'other', folder: 'first' },
    ]
    const [one, other, ...rest] = await build({ projectDirectory, functions })
    expect([one?.name, other?.name, rest]).toEqual(['one', 'other', []])
    expect(one?.files).toEqual(other?.files)
    expect(one?.bytes).toBeGreaterThan(0)
  })

  test('returns the files that it has written', async () => {
    const bundles = await build({ projectDirectory: project(two) })
    expect(bundles).toHaveLength(2)
    for (const { directory, files } of bundles) {
      for (const [name, content] of Object.entries(files)) {
        expect(Buffer.from(content)).toEqual(readFileSync(join(directory, name)))
      }
    }
  })
})

describe('a builder', () => {
  test('builds what has changed since the last build, and goes on after a failure', async () => {
    const projectDirectory = project(two)
    const builder = await createBuilder({ projectDirectory })
    const codes = async () => (await builder.build()).map(({ files }) => Buffer.from(files['index.js']).toString())

    const [first, second] = await codes()
    change(projectDirectory, 'functions/second/index.ts', 'export const handler = ')
    await expect(codes()).rejects.toThrow('functions/second/index.ts:1:24: ')
    change(projectDirectory, 'functions/second/index.ts', 'export const handler = () => "changed"')
    const changed = await codes()
    expect(changed[0]).toBe(first)
    expect(changed[1]).not.toBe(second)
    expect(changed[1]).toContain('changed')
    await builder.close()
  })

  test('knows the sources of its bundles', async () => {
    const projectDirectory = project(two)
    const builder = await createBuilder({ projectDirectory })
    expect(builder.sources).toEqual([])
    await builder.build()
    const files = ['config.toml', 'functions/first/index.ts', 'functions/second/index.ts', 'shared/shared.ts']
    expect([...builder.sources].sort()).toEqual(files.map((file) => join(projectDirectory, file)))
    await builder.close()
  })
})

describe('reports', () => {
  const problemOf = (files: Record<string, string>, functions?: FunctionEntry[]) =>
    build({ projectDirectory: project(files), ...(functions && { functions }) }).then(
      () => undefined,
      ({ name, message }) => `${name}: ${message}`,
    )

  test('a function without its file', async () => {
    const files = { 'functions/first/other.ts': '', 'functions/second/other.ts': '' }
    const functions = ['first', 'second'].map((name) => ({ name, folder: name }))
    expect(await problemOf(files, functions)).toBe(
      'BuildError: function first: there is no functions/first/index.ts\nfunction second: there is no functions/second/index.ts',
    )
  })

  test('a file that is not TypeScript', async () => {
    expect(await problemOf({ 'functions/first/index.ts': 'export const handler =\n  (' })).toMatch(
      /^BuildError: functions\/first\/index\.ts:2:4: /,
    )
  })

  test('a missing module', async () => {
    expect(await problemOf({ 'functions/first/index.ts': "import './nothing.ts'" })).toBe(
      'BuildError: functions/first/index.ts:1:8: Could not resolve "./nothing.ts"',
    )
  })

  test('a missing configuration', async () => {
    const projectDirectory = project(two)
    rmSync(join(projectDirectory, 'config.toml'))
    await expect(build({ projectDirectory })).rejects.toMatchObject({
      name: 'BuildError',
      message: expect.stringContaining(join(projectDirectory, 'config.toml')),
    })
  })
})

describe('the bundles of this project', () => {
  const root = join(import.meta.dirname, '../..')

  test.each(readdirSync(join(root, 'functions'), { withFileTypes: true }).filter((entry) => entry.isDirectory()))(
    '$name exports the functions that the platform calls',
    ({ name: folder }) => {
      const program = `const exported = require(${JSON.stringify(join(root, 'dist', folder, 'index.js'))})
      process.stdout.write(typeof exported.handler + ' ' + typeof exported.initializer)`
      const kinds = execFileSync(process.execPath, ['--eval', program], { cwd: tmpdir(), env: {}, encoding: 'utf8' })
      expect(kinds).toBe('function function')
    },
  )
})
