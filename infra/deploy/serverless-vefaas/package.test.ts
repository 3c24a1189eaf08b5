import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'

// Packs the plugin and uses the package in a folder outside this repository, which has neither its sources nor tsx.

const { version, dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
const repositoryModules = join(import.meta.dirname, '../../../node_modules')
const osls = createRequire(import.meta.url).resolve('serverless/bin/serverless.js')

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'package-test-')))
const tarball = join(folder, `serverless-vefaas-${version}.tgz`)
const project = join(folder, 'hello')
const modules = join(project, 'node_modules')
const installed = join(modules, 'serverless-vefaas')

const cloud = await startCloud()
beforeAll(async () => {
  await run(import.meta.dirname, 'npm', 'pack', '--pack-destination', folder)
  await install()
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await cloud.close()
})

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, env: { PATH, HOME } })
  return stdout + stderr
}

/**
 * Unpacks the tarball and links the packages that it depends on. `npm install` would need the network: it looks for
 * lists of versions, which `npm ci` does not leave in the cache.
 */
async function install(): Promise<void> {
  mkdirSync(installed, { recursive: true })
  await run(installed, 'tar', '-xzf', tarball, '--strip-components=1')
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(repositoryModules, name), join(modules, name))
  }
}

const serverless = (...args: string[]) => run(project, process.execPath, osls, ...args)

test('contains the built plugin, the example and its documents, and nothing else', async () => {
  const files = (await run(folder, 'tar', '-tzf', tarball)).trimEnd().split('\n')
  expect(files.sort()).toEqual([
    'package/LICENSE',
    'package/README.md',
    'package/dist/plugin.cjs',
    'package/dist/program.cjs',
    'package/example/index.js',
    'package/example/serverless.yml',
    'package/index.cjs',
    'package/package.json',
  ])
})

test('is loaded from the folder of a service', () => {
  const { resolve } = createRequire(join(project, 'serverless.yml'))
  expect(resolve('serverless-vefaas')).toBe(join(installed, 'index.cjs'))
})

describe('its example', () => {
  /** Changes serverless.yml. */
  const edit = (before: string, after: string) => {
    const file = join(project, 'serverless.yml')
    const text = readFileSync(file, 'utf8')
    expect(text).toContain(before)
    writeFileSync(file, text.replace(before, after))
  }

  beforeAll(() => {
    cpSync(join(installed, 'example'), project, { recursive: true })
    edit('region: cn-beijing', `region: cn-beijing, endpoint: '${cloud.url}'`)
  })

  test('is deployed, called and removed', async () => {
    const output = await serverless('deploy')
    expect(output).not.toMatch(/warning/i)
    const [, address = ''] = /^address +(\S+)$/m.exec(output) ?? []
    const response = await fetch(address)
    expect([response.status, await response.text()]).toEqual([200, 'Hello!\n'])

    await serverless('remove')
    expect(cloud.vefaas.functions()).toEqual([])
  })

  test('runs on this computer, once its zip has a name', async () => {
    await serverless('package')
    edit("package: { patterns: ['!**', index.js] }", 'package: { artifact: .serverless/hello.zip }')
    expect(await serverless('invoke', 'local', '-f', 'hello')).toContain('"body": "Hello!\\n"')
  })
})
