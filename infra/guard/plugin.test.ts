import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../emulator/cloud.ts'
import { createControl } from '../local/control.ts'
import { type RunFile, writeRun } from '../local/run.ts'
import type { Options, Provider } from './osls.ts'
import GuardPlugin from './plugin.ts'

// With the whole serverless command: tests/deployment.test.ts and tests/local-deployment.test.ts.

const project = process.cwd()
let cloud: CloudEmulator
let run: RunFile
const shown: string[] = []

beforeAll(async () => {
  run = writeRun({ settings: {}, isReal: true, gateway: 'http://127.0.0.1:2' })
  const control = createControl({ project, runFile: () => run.path, onCommand: (line) => shown.push(line) })
  cloud = await startCloud({ others: [control] })
})
beforeEach(() => {
  shown.length = 0
  process.env.ECS_MANAGER_LOCAL_CLOUD = cloud.url
})
afterAll(async () => {
  delete process.env.ECS_MANAGER_LOCAL_CLOUD
  run.remove()
  await cloud.close()
})

class ServerlessError extends Error {}

/** The plugin as osls makes it. */
function plugin(command: string, { serviceDir = project, options = {}, provider = {} }: Given = {}) {
  const said: string[] = []
  const log = { notice: (line: string) => said.push(line), warning: (line: string) => said.push(line) }
  const osls = {
    serviceDir,
    service: { service: 'ecs-manager', provider },
    processedInput: { commands: command.split(' ') },
    classes: { Error: ServerlessError },
  }
  const given: Options = { stage: 'local', ...options }
  const made = new GuardPlugin(osls, given, { log })
  return { said, options: given, begin: async () => made.hooks.initialize?.() }
}

type Given = { serviceDir?: string; options?: Options; provider?: Provider }

const elsewhere = import.meta.dirname

describe('in the local cloud of another project', () => {
  test.each(['deploy', 'deploy function', 'rollback function', 'remove', 'watch', 'invoke', 'invoke local'])(
    '%s is refused',
    async (command) => {
      const { begin } = plugin(command, { serviceDir: elsewhere })
      await expect(begin()).rejects.toThrow(`belongs to ${project}, not to this project. Nothing was changed`)
      expect(shown).toEqual([])
    },
  )

  test.each<[command: string, options: Options]>([
    ['info', {}],
    ['logs', {}],
    ['deploy', { plan: true }],
    ['remove', { 'other-project': true }],
  ])('%s with %j is not, and names it', async (command, options) => {
    const { begin, said } = plugin(command, { serviceDir: elsewhere, options })
    await begin()
    expect(said).toEqual([expect.stringContaining(`belongs to ${project}`)])
  })
})

describe('in its own', () => {
  test.each<[command: string, lines: string[]]>([
    ['deploy', ['serverless deploy, from this project']],
    ['watch', ['serverless watch, from this project']],
    ['invoke', []],
    ['info', []],
    ['package', []],
  ])('%s is let through', async (command, lines) => {
    const { begin, said } = plugin(command)
    await begin()
    expect(said).toEqual([])
    expect(shown).toEqual(lines)
  })

  test('with the real ECS, invoke local has the credentials of this shell', async () => {
    const { begin, options } = plugin('invoke local', { options: { env: 'MINE=1' } })
    await expect(begin()).rejects.toThrow('use the real ECS. There are no credentials: set VOLCENGINE_ACCESS_KEY')
    Object.assign(process.env, { VOLCENGINE_ACCESS_KEY: 'AKSHELL', VOLCENGINE_SECRET_KEY: 'fake-of-shell' })
    try {
      await begin()
      expect(options.env).toEqual([
        'VOLCENGINE_ACCESS_KEY=AKSHELL',
        'VOLCENGINE_SECRET_KEY=fake-of-shell',
        'VOLCENGINE_SESSION_TOKEN=',
        'MINE=1',
      ])
    } finally {
      delete process.env.VOLCENGINE_ACCESS_KEY
      delete process.env.VOLCENGINE_SECRET_KEY
    }
  })
})

test.each<[what: string, command: string, options: Options, provider: Provider]>([
  ['in another stage', 'deploy', { stage: 'prod' }, {}],
  ['in the default stage', 'deploy', { stage: undefined } as unknown as Options, {}],
  ['for packages', 'package', {}, {}],
])('no local cloud is needed %s', async (_what, command, options, provider) => {
  process.env.ECS_MANAGER_LOCAL_CLOUD = 'http://127.0.0.1:1'
  await plugin(command, { options, provider }).begin()
})

test.each(['deploy', 'info', 'invoke local'])('%s says where there is none', async (command) => {
  process.env.ECS_MANAGER_LOCAL_CLOUD = 'http://127.0.0.1:1'
  await expect(plugin(command).begin()).rejects.toThrow('There is no local cloud at http://127.0.0.1:1. npm start')
})
