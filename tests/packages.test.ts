import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { build } from '../infra/build/index.ts'
import { zip } from '../infra/build/zip.ts'

// mcp contains the SDK of the Model Context Protocol and the driver of desktops.
const maxBytesOf = (name: string) => (name === 'mcp' ? 130_000 : 100_000)

const project = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'packages-'))
afterAll(() => rmSync(scratch, { recursive: true }))

// Before the first build of this process: the bundler gets the environment that is there when it starts.
const CANARY = 'canary-of-the-deployer'
for (const name of ['VOLCENGINE_SECRET_KEY', 'ECS_MANAGER__VOLCENGINE__SECRET_KEY', 'NODE_ENV', 'ANY']) {
  process.env[name] = CANARY
}

async function packages(projectDirectory: string, output: string): Promise<Record<string, Uint8Array>> {
  const bundles = await build({ projectDirectory, outputDirectory: join(scratch, output) })
  return Object.fromEntries(bundles.map(({ name, files }) => [name, zip(files)]))
}

const first = await packages(project, 'first')
const names = Object.keys(first)
const zipOf = (name: string) => first[name] ?? new Uint8Array()
const hashes = (zips: Record<string, Uint8Array>) =>
  Object.entries(zips).map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`)

test('every function of serverless.yml has one', () => {
  const { functions } = parse(readFileSync(join(project, 'serverless.yml'), 'utf8'))
  const handlers = Object.values<{ handler: string }>(functions).map(({ handler }) => handler)
  expect(names.map((name) => `functions/${name}/index.handler`).sort()).toEqual(handlers.sort())
  expect(names.length).toBeGreaterThan(5)
})

describe.each(names)('the package of %s', (name) => {
  test('has at most 100,000 bytes, and that of mcp 130,000', () => {
    expect(zipOf(name).length).toBeLessThanOrEqual(maxBytesOf(name))
  })

  test('holds index.js and config.toml, and nothing else', () => {
    expect(Object.keys(unzipSync(zipOf(name)))).toEqual(['config.toml', 'index.js'])
  })

  test('holds nothing of who made it, and where', () => {
    const unzipped = Object.values(unzipSync(zipOf(name))).map((bytes) => Buffer.from(bytes).toString('latin1'))
    expect(unzipped.join('')).toContain('exports') // they can be searched
    for (const text of [...unzipped, Buffer.from(zipOf(name)).toString('latin1')]) {
      for (const foreign of [CANARY, project, scratch, `${homedir()}/`]) expect(text).not.toContain(foreign)
    }
  })
})

test('the same sources give the same bytes: again, at another place, and one function at a time', async () => {
  expect(hashes(await packages(project, 'second'))).toEqual(hashes(first))

  const copy = join(scratch, 'copy')
  for (const path of ['functions', 'shared', 'config.toml', 'package.json', 'tsconfig.json']) {
    cpSync(join(project, path), join(copy, path), { recursive: true })
  }
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'))
  expect(hashes(await packages(copy, 'third'))).toEqual(hashes(first))

  for (const name of names) {
    const outputDirectory = join(scratch, 'fourth')
    const [bundle] = await build({ functions: [{ name, folder: name }], outputDirectory, keepOthers: true })
    expect(hashes({ [name]: zip(bundle?.files ?? {}) })).toEqual(hashes({ [name]: zipOf(name) }))
  }
})

test('a checkout for Windows (core.autocrlf) gives the same zips', async () => {
  const repository = join(scratch, 'repository')
  for (const path of ['.gitattributes', 'functions', 'shared', 'config.toml', 'package.json', 'tsconfig.json']) {
    cpSync(join(project, path), join(repository, path), { recursive: true })
  }
  const checkout = join(scratch, 'checkout')
  const git = (cwd: string, ...args: string[]) => {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
    execFileSync('git', [...identity, ...args], { cwd, env, stdio: 'pipe' })
  }
  git(repository, 'init')
  git(repository, 'add', '--all')
  git(repository, 'commit', '--message', 'all')
  git(scratch, 'clone', '--config', 'core.autocrlf=true', repository, checkout)
  symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'))
  expect(hashes(await packages(checkout, 'fifth'))).toEqual(hashes(first))
})
