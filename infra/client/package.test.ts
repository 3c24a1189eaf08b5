import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Local } from '../local/cloud.ts'
import { startLocalForTests } from '../local/testing.ts'
import { type FakeDesktop, startFakeDesktop } from './testing.ts'

// Packs the client, and uses the package in a folder outside this repository, which has none of its sources.

const { version, dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'))
const project = join(import.meta.dirname, '../..')
const typescript = dirname(createRequire(join(project, 'package.json')).resolve('typescript/package.json'))
const tsx = createRequire(import.meta.url).resolve('tsx')

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'client-package-')))
const tarball = join(folder, `ecs-manager-client-${version}.tgz`)
const user = join(folder, 'user')
const modules = join(user, 'node_modules')
const installed = join(modules, 'ecs-manager-client')

let local: Local
let fake: FakeDesktop | undefined

beforeAll(async () => {
  const source = join(folder, 'source')
  for (const file of ['package.json', 'README.md', 'LICENSE', 'bin.js']) {
    cpSync(join(import.meta.dirname, file), join(source, file))
  }
  await run(import.meta.dirname, process.execPath, 'build.js', join(source, 'dist'))
  await run(source, 'npm', 'pack', '--ignore-scripts', '--pack-destination', folder)
  await install()
  local = await startLocalForTests({ ecs: { bootSeconds: 1 } })
}, 60_000)
afterAll(async () => {
  fake?.close()
  await local?.close()
  rmSync(folder, { recursive: true })
})

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const { PATH = '', HOME = '' } = process.env
  const env = { PATH, HOME, ...(local && { ECS_MANAGER_URL: local.url }) }
  const { stdout, stderr } = await promisify(execFile)(program, args, { cwd, env }).catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}`)
  })
  return stdout + stderr
}

/**
 * Unpacks the tarball and links the packages that it depends on. `npm install` would need the network: it looks for
 * lists of versions, which `npm ci` does not leave in the cache.
 */
async function install(): Promise<void> {
  mkdirSync(installed, { recursive: true })
  await run(installed, 'tar', '-xzf', tarball, '--strip-components=1')
  for (const name of Object.keys(dependencies)) symlinkSync(join(project, 'node_modules', name), join(modules, name))
  writeFileSync(join(user, 'package.json'), '{"type":"module"}')
}

function write(name: string, content: string): string {
  const file = join(user, name)
  writeFileSync(file, content)
  return file
}

/** The only program in README.md. */
function programInReadme(): string {
  const programs = [...readFileSync(join(project, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)]
  expect(programs).toHaveLength(1)
  return programs[0]?.[1] ?? ''
}

test('the package has the built client with its types and documents, and nothing else', async () => {
  const files = (await run(folder, 'tar', '-tzf', tarball)).trimEnd().split('\n')
  const others = files.filter((file) => !file.startsWith('package/dist/types/') && !/dist\/chunk-\w+\.js$/.test(file))
  expect(others.sort()).toEqual([
    'package/LICENSE',
    'package/README.md',
    'package/bin.js',
    'package/dist/command.js',
    'package/dist/desktop-in-browser.js',
    'package/dist/desktop.js',
    'package/dist/index.js',
    'package/package.json',
  ])
  expect(files.filter((file) => /test|\.d\.ts\.map/.test(file))).toEqual([])
})

test('a JavaScript program runs with it, and nothing else is loaded than Node and the package', async () => {
  const program = write(
    'list.js',
    `import { createClient } from 'ecs-manager-client'
const { sandboxes } = createClient()
const sandbox = await sandboxes.create({ lifetime: '10m' })
for await (const { id } of sandboxes.list()) if (id !== sandbox.id) throw new Error(id)
console.log(await sandbox.delete())`,
  )
  // Without its dependencies: the core has none.
  for (const name of Object.keys(dependencies)) rmSync(join(modules, name))
  try {
    expect(await run(user, process.execPath, program)).toBe('true\n')
  } finally {
    for (const name of Object.keys(dependencies)) symlinkSync(join(project, 'node_modules', name), join(modules, name))
  }
})

test('a browser can load it', async () => {
  const { outputFiles, warnings } = await build({
    stdin: { contents: "export { createClient } from 'ecs-manager-client'", resolveDir: user },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  })
  expect(warnings).toEqual([])
  const code = outputFiles[0]?.text ?? ''
  expect(code).not.toMatch(/node:|require\(/)
  const page = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  const client = page.createClient({ url: local.url })
  const sandbox = await client.sandboxes.create()
  await sandbox.ready({ desktop: false })
  await expect(sandbox.desktop()).rejects.toMatchObject({
    code: 'Unsupported',
    message: expect.stringContaining('noVNC'),
  })
  await sandbox.delete()
})

test('its command runs', async () => {
  const command = (...args: string[]) => run(user, process.execPath, join(installed, 'bin.js'), ...args)
  expect(await command('--version')).toBe(`${version}\n`)
  const { SandboxId } = JSON.parse(await command('sandbox', 'create', '--wait', '--no-desktop'))
  expect(JSON.parse(await command('sandbox', 'list'))).toMatchObject([{ SandboxId, Status: 'RUNNING' }])
  await command('sandbox', 'delete', SandboxId)
  await expect(command('sandbox', 'delete', '--all')).rejects.toMatchObject({
    message: expect.stringContaining('--yes'),
  })
})

describe('the program in README.md', () => {
  test('has no error of types', async () => {
    write('example.mts', programInReadme())
    const config = {
      compilerOptions: { strict: true, noEmit: true, module: 'nodenext', target: 'esnext', types: ['node'] },
    }
    write('tsconfig.json', JSON.stringify({ ...config, files: ['example.mts'] }))
    mkdirSync(join(modules, '@types'), { recursive: true })
    symlinkSync(join(project, 'node_modules/@types/node'), join(modules, '@types/node'))
    expect(await run(user, process.execPath, join(typescript, 'bin/tsc'), '-p', user)).toBe('')
  })

  test('creates a sandbox, waits, looks, clicks, types, and deletes the sandbox', async () => {
    const program = write('example.mts', programInReadme())
    const output = run(user, process.execPath, '--import', tsx, program)
    const running = () => local.cloud.ecs.instances().find(({ Status }) => Status === 'RUNNING')
    await expect.poll(running).toBeDefined()
    const address = running()?.NetworkInterfaces[0]?.PrimaryIpAddress ?? ''
    fake = await startFakeDesktop(address, local.config.terminal.vnc_port)
    expect(await output).toMatch(/^The machine is CREATING\.\n/)
    expect(readFileSync(join(user, 'desktop.png')).subarray(1, 4).toString()).toBe('PNG')
    expect(fake.events.filter((event) => event.startsWith('pointer'))).not.toEqual([])
    expect(fake.events.filter((event) => event.startsWith('key'))).not.toEqual([])
    expect(local.cloud.ecs.instances().filter(({ Status }) => Status !== 'DELETING')).toEqual([])
  })
})
