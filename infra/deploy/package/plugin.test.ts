import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, describe, expect, test } from 'vitest'
import type { FunctionObject, Options, Osls, Provider } from './osls.ts'
import PackagePlugin from './plugin.ts'

const serverless = join(dirname(createRequire(import.meta.url).resolve('serverless/package.json')), 'bin/serverless.js')
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

// A provider that deploys nothing. It prints the event at which it is called, and the packages that it would deploy.
const provider = `
const keys = (...names) => ({ properties: Object.fromEntries(names.map((name) => [name, {}])) })
module.exports = class Provider {
  static getProviderName() { return 'vefaas' }
  constructor(serverless, options, { writeText }) {
    this.provider = this
    serverless.setProvider('vefaas', this)
    const { configSchemaHandler, service } = serverless
    configSchemaHandler.defineProvider('vefaas', {
      provider: keys('environment', 'gateway', 'stages'),
      function: keys('handler', 'environment', 'package'),
    })
    configSchemaHandler.defineFunctionEvent('vefaas', 'apig', { type: 'object' })
    const events = ['package:finalize', 'deploy:deploy', 'deploy:function:deploy', 'invoke:local:invoke']
    const print = (event) => writeText(event + ' ' + Object.entries(service.functions).map(([key, one]) => key + ' ' + one.package?.artifact))
    this.hooks = Object.fromEntries(events.map((event) => [event, async () => print(event)]))
  }
}
`

const config = `
[instance]
image_id = "image-1"
zone = "cn-beijing-a"
[network]
subnet_id = "subnet-1"
security_group_ids = ["sg-1"]
`

const files = {
  'config.toml': config,
  'functions/first/index.ts': 'export const handler = () => "first"\n',
  'functions/second/index.ts': 'export const handler = () => "second"\n',
}

/** A folder with two functions, first and second, and these other files. */
function project(others: Record<string, string> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'package-plugin-test-'))
  folders.push(folder)
  for (const [path, content] of Object.entries({ ...files, ...others })) write(folder, path, content)
  return folder
}

/** The same with the files that the serverless command needs, and with this line under provider. */
function service(underProvider = '', others: Record<string, string> = {}): string {
  return project({
    'serverless.yml': `
service: any
configValidationMode: error
plugins: [./package.cjs, ./provider.cjs]
provider:
  name: vefaas
  ${underProvider}
functions:
  first: { handler: functions/first/index.handler, events: [{ apig: {} }] }
  second: { handler: functions/second/index.handler }
`,
    'package.cjs': `module.exports = require(${JSON.stringify(join(import.meta.dirname, 'index.cjs'))})\n`,
    'provider.cjs': provider,
    ...others,
  })
}

function write(folder: string, path: string, content: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), content)
}

const CANARY = 'canary-of-the-deployer'

/** Runs the serverless command in a folder. */
function run(cwd: string, ...args: string[]): Promise<{ code: number; output: string; log: string }> {
  const { PATH, GOGC } = process.env
  const env = { PATH, GOGC, HOME: join(cwd, 'home'), ANY_SECRET: CANARY, VOLCENGINE_SECRET_KEY: CANARY }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [serverless, ...args], { cwd, env }, (_error, output, log) =>
      resolve({ code: child.exitCode ?? -1, output, log }),
    )
  })
}

const zipOf = (folder: string, name: string) => join(folder, '.serverless', `${name}.zip`)
const unzipped = (file: string) => unzipSync(new Uint8Array(readFileSync(file)))

describe('the serverless command', () => {
  test('package creates a zip for each function as its artifact', async () => {
    const folder = service()
    const [first, second] = [zipOf(folder, 'first'), zipOf(folder, 'second')]
    const { code, output, log } = await run(folder, 'package')
    expect({ code, output }).toEqual({ code: 0, output: `package:finalize first ${first},second ${second}\n` })
    expect(log).toMatch(/Packaged 2 functions into \.serverless in \d+\.\d s, 2 changed/)
    expect(log).toContain('first: security.auth = "key" without any security.keys: nobody can call')
    expect(readdirSync(dirname(first)).sort()).toEqual(['first.zip', 'second.zip'])
    for (const name of ['first', 'second']) {
      const files = unzipped(zipOf(folder, name))
      expect(Object.keys(files)).toEqual(['config.toml', 'index.js'])
      const texts = Object.values(files).map((bytes) => String(Buffer.from(bytes)))
      expect(texts).toEqual([config, expect.stringContaining(`"${name}"`)])
      for (const text of [...texts, readFileSync(zipOf(folder, name), 'latin1')]) {
        expect(text).not.toContain(CANARY)
        expect(text).not.toContain(folder)
      }
    }
  })

  test('deploy packages before it deploys', async () => {
    const folder = service()
    const { code, output } = await run(folder, 'deploy')
    const packages = `first ${zipOf(folder, 'first')},second ${zipOf(folder, 'second')}`
    expect({ code, output }).toEqual({ code: 0, output: `package:finalize ${packages}\ndeploy:deploy ${packages}\n` })
  })

  test('deploy --package uses the existing zips', async () => {
    const folder = service()
    await plugin(folder, { options: { package: 'earlier' } }).package()
    const earlier = readFileSync(join(folder, 'earlier/first.zip'))
    const { code, output } = await run(folder, 'deploy', '--package', 'earlier')
    const packages = `first ${join(folder, 'earlier/first.zip')},second ${join(folder, 'earlier/second.zip')}`
    expect({ code, output }).toEqual({ code: 0, output: `deploy:deploy ${packages}\n` })
    expect(readFileSync(join(folder, 'earlier/first.zip'))).toEqual(earlier)
  })

  test('deploy function packages only that function', async () => {
    const folder = service('', { 'functions/second/index.ts': 'export const handler = (' })
    const { code, output } = await run(folder, 'deploy', 'function', '--function', 'first')
    const packages = `first ${zipOf(folder, 'first')},second undefined`
    expect({ code, output }).toEqual({ code: 0, output: `deploy:function:deploy ${packages}\n` })
    expect(readdirSync(join(folder, '.serverless'))).toEqual(['first.zip'])
  })

  test('invoke local packages the function, whatever is wrong with its configuration', async () => {
    const folder = service('', { 'config.toml': '' })
    const { code, output } = await run(folder, 'invoke', 'local', '--function', 'second')
    const packages = `first undefined,second ${zipOf(folder, 'second')}`
    expect({ code, output }).toEqual({ code: 0, output: `invoke:local:invoke ${packages}\n` })
  })

  test('reports problems of the configuration before anything is created or deployed', async () => {
    const folder = service('environment: { ECS_MANAGER__LOG__LEVEL: loud, ECS_MANAGER__SECURITY__AUTH: gateway }', {
      'config.toml': config.replace('image-1', ''),
    })
    const { code, output } = await run(folder, 'deploy')
    expect({ code, output }).toEqual({
      code: 1,
      output: `Error:
The functions cannot work with their configuration in stage dev. Nothing was changed.
  instance.image_id must be the id of an image (image-...) (config.toml)
  log.level must be info or warn or error (environment variable ECS_MANAGER__LOG__LEVEL)
Correct config.toml (fill in the values marked NEEDED), or set ECS_MANAGER__<SECTION>__<KEY> in serverless.yml under environment.
`,
    })
    expect(readdirSync(folder)).not.toContain('.serverless')
  })
})

/** The plugin as osls creates it for `serverless package`; `handlers` are those of its functions. */
function plugin(serviceDir: string, { provider = {}, options = {}, handlers = {} }: Given = {}) {
  const functions: Record<string, FunctionObject> = {
    first: { handler: 'functions/first/index.handler', events: [{ apig: {} }] },
    second: { handler: 'functions/second/index.handler' },
  }
  for (const [name, handler] of Object.entries(handlers)) functions[name] = { ...functions[name], handler }
  const getFunction = (key: string) => functions[key] as FunctionObject
  const serverless: Osls = {
    serviceDir,
    service: { provider, package: {}, functions, getFunction },
    classes: { Error: ServerlessError },
    processedInput: { commands: ['package'] },
  }
  const notices: string[] = []
  const log = { notice: (line: string) => notices.push(line), info: () => {}, warning: () => {} }
  const made = new PackagePlugin(serverless, options, { log })
  return {
    functions,
    notices,
    watchPackages: made.watchPackages.bind(made),
    call: async (event: string) => made.hooks[event]?.(),
    package: async () => made.hooks['before:package:createDeploymentArtifacts']?.(),
  }
}

type Given = { provider?: Provider; options?: Options; handlers?: Record<string, string> }

class ServerlessError extends Error {
  override name = 'ServerlessError'
  readonly code: string
  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

describe('the plugin', () => {
  test('does not touch a function with its own package', async () => {
    const folder = project({ 'functions/second/index.ts': 'export const handler = (' })
    const { functions, package: packaged } = plugin(folder)
    Object.assign(functions.second ?? {}, { package: { artifact: 'own.zip' } })
    await packaged()
    expect(functions.first?.package).toEqual({ artifact: zipOf(folder, 'first') })
    expect(functions.second?.package).toEqual({ artifact: 'own.zip' })
    expect(readdirSync(join(folder, '.serverless'))).toEqual(['first.zip'])
  })

  test('keeps the bundles of other functions that exist', async () => {
    const folder = project({ 'dist/gone/index.js': 'any' })
    await plugin(folder).package()
    const all = ['first', 'package.json', 'second', 'source-maps']
    expect(readdirSync(join(folder, 'dist')).sort()).toEqual(all)
    await plugin(folder, { options: { function: 'first' } }).call('before:deploy:function:packageFunction')
    expect(readdirSync(join(folder, 'dist')).sort()).toEqual(all)
  })

  test('packages functions again after a change, and does not touch the others', async () => {
    const folder = project()
    const { package: packaged, notices } = plugin(folder)
    await packaged()
    const before = statSync(zipOf(folder, 'first')).ino
    write(folder, 'functions/second/index.ts', 'export const handler = () => "changed"\n')
    await packaged()
    expect(String(Buffer.from(unzipped(zipOf(folder, 'second'))['index.js'] ?? []))).toContain('changed')
    expect(statSync(zipOf(folder, 'first')).ino).toBe(before)
    expect(notices).toEqual([
      expect.stringMatching(/^Packaged 2 functions into \.serverless in .* s, 2 changed$/),
      expect.stringMatching(/ 1 changed$/),
    ])
  })

  test('writes to another folder if one is given', async () => {
    const folder = project()
    await plugin(folder, { options: { package: 'out' } }).package()
    expect(readdirSync(join(folder, 'out'))).toEqual(['first.zip', 'second.zip'])
    expect(readdirSync(folder)).not.toContain('.serverless')
  })

  test('reports packages with another config.toml than the one that it checks', async () => {
    const folder = project()
    const { call, package: packaged } = plugin(folder, { options: { package: 'earlier' } })
    await packaged()
    write(folder, 'config.toml', `${readFileSync(join(folder, 'config.toml'), 'utf8')}\n# changed\n`)
    await expect(call('before:deploy:deploy')).rejects.toMatchObject({
      name: 'ServerlessError',
      message: expect.stringMatching(/another config\.toml .*first\.zip\n.*second\.zip$/s),
    })
  })

  test('reports missing packages', async () => {
    const folder = project({ 'earlier/first.zip': 'any' })
    const { call } = plugin(folder, { options: { package: 'earlier' } })
    await expect(call('before:deploy:deploy')).rejects.toMatchObject({
      name: 'ServerlessError',
      message: `Packages are missing; serverless package --package earlier creates them:\n  ${join(folder, 'earlier/second.zip')}`,
    })
  })

  const gateway = { environment: { ECS_MANAGER__SECURITY__AUTH: 'gateway' } }
  test.each<[what: string, others: Record<string, string>, given: Given, message: string]>([
    [
      'a gateway that anybody can call',
      {},
      { provider: gateway },
      `The functions cannot work with their configuration in stage dev. Nothing was packaged.
  first: security.auth = "gateway" leaves the check of callers to the gateway, and a public gateway without keys checks nobody: set provider.gateway.keyAuth.consumers or provider.gateway.network: private in serverless.yml, or security.auth = "key"
`,
    ],
    [
      'a handler elsewhere',
      {},
      { handlers: { second: 'second.handler' } },
      'serverless.yml cannot be used:\n  functions.second.handler must be functions/<folder>/index.handler',
    ],
    [
      'code that cannot be bundled',
      { 'functions/second/index.ts': "import './nothing.ts'" },
      {},
      'The functions cannot be bundled:\n  functions/second/index.ts:1:8: Could not resolve "./nothing.ts"',
    ],
    [
      'missing code',
      {},
      { handlers: { second: 'functions/third/index.handler' } },
      'The functions cannot be bundled:\n  function second: there is no functions/third/index.ts',
    ],
  ])('refuses %s', async (_what, others, given, message) => {
    const folder = project(others)
    await expect(plugin(folder, given).package()).rejects.toMatchObject({
      name: 'ServerlessError',
      message: expect.stringContaining(message),
    })
    expect(readdirSync(folder)).not.toContain('.serverless')
  })

  test('uses the settings of the stage', async () => {
    const provider = { ...gateway, stages: { local: { gateway: { network: 'private' } } } }
    await plugin(project(), { provider, options: { stage: 'local' } }).package()
    await plugin(project(), { provider: { ...provider, stage: 'local' } }).package()
    await expect(plugin(project(), { provider, options: { stage: 'dev' } }).package()).rejects.toThrow('public gateway')
    await expect(plugin(project(), { provider }).package()).rejects.toThrow('public gateway')
  })

  test('names the stage local, if there is one, which needs no values', async () => {
    const folder = project({ 'config.toml': config.replace('image-1', '') })
    const provider = { stages: { local: { environment: { ECS_MANAGER__INSTANCE__IMAGE_ID: 'image-1' } } } }
    await expect(plugin(folder, { provider }).package()).rejects.toThrow(
      /in stage dev\. Nothing was packaged\.\n {2}instance\.image_id must be[\s\S]*\nFor the emulated cloud, which needs none of these values, add --stage local\.$/,
    )
    await plugin(folder, { provider, options: { stage: 'local' } }).package()
    await expect(plugin(folder).package()).rejects.not.toThrow('For the emulated cloud')
  })

  test('packages what changes while it watches, and reports problems', async () => {
    const folder = project()
    const { watchPackages, package: packaged } = plugin(folder)
    await packaged()
    const seen: string[] = []
    const next = async (expected: number) => expect.poll(() => seen.length).toBe(expected)
    const watch = await watchPackages(
      async (names) => {
        seen.push(names.join())
      },
      ({ message }) => seen.push(message),
    )
    expect(seen).toEqual([])

    write(folder, 'functions/second/index.ts', 'export const handler = () => "changed"\n')
    await next(1)
    expect(String(Buffer.from(unzipped(zipOf(folder, 'second'))['index.js'] ?? []))).toContain('changed')
    write(folder, 'config.toml', config.replace('image-1', ''))
    await next(2)
    expect(String(Buffer.from(unzipped(zipOf(folder, 'second'))['config.toml'] ?? []))).toBe(config)
    write(folder, 'config.toml', config.replace('image-1', 'image-2'))
    await next(3)
    await watch.close()
    expect(seen).toEqual(['second', expect.stringContaining('instance.image_id must be'), 'first,second'])
  })
})
