import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type CloudEmulator, startCloud } from '../../emulator/cloud.ts'
import { createLocalApi } from '../../local/local-api.ts'
import { type RunFile, writeRun } from '../../local/run-file.ts'
import type { Options, Provider } from './osls.ts'
import GuardPlugin from './plugin.ts'

// tests/deployment.test.ts and tests/local-deployment.test.ts test it with the whole serverless command.

const project = process.cwd()
let cloud: CloudEmulator
let run: RunFile
const shown: string[] = []

beforeAll(async () => {
  run = writeRun({ settings: {}, isReal: true, gateway: 'http://127.0.0.1:2' })
  const localApi = createLocalApi({ project, runFile: () => run.path, onCommand: (line) => shown.push(line) })
  cloud = await startCloud({ others: [localApi] })
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

/** The plugin as osls creates it. */
function plugin(command: string, { serviceDir = project, options = {}, provider = {} }: Given = {}) {
  const lines: string[] = []
  const log = { notice: (line: string) => lines.push(line), warning: (line: string) => lines.push(line) }
  const osls = {
    serviceDir,
    service: { service: 'ecs-manager', provider },
    processedInput: { commands: command.split(' ') },
    classes: { Error: ServerlessError },
  }
  const given: Options = { stage: 'local', ...options }
  const made = new GuardPlugin(osls, given, { log })
  return {
    lines,
    options: given,
    initialize: async () => made.hooks.initialize?.(),
    beforeRemoval: async () => made.hooks['before:remove:remove']?.(),
  }
}

type Given = { serviceDir?: string; options?: Options; provider?: Provider }

const elsewhere = import.meta.dirname

describe('in the local cloud of another project', () => {
  test.each(['deploy', 'deploy function', 'rollback function', 'remove', 'watch', 'invoke', 'invoke local'])(
    '%s is refused',
    async (command) => {
      const { initialize } = plugin(command, { serviceDir: elsewhere })
      await expect(initialize()).rejects.toThrow(`belongs to ${project}, not to this project. Nothing was changed`)
      expect(shown).toEqual([])
    },
  )

  test.each<[command: string, options: Options]>([
    ['info', {}],
    ['logs', {}],
    ['deploy', { plan: true }],
    ['remove', { 'other-project': true }],
  ])('%s with %j is allowed, and logs the project', async (command, options) => {
    const { initialize, lines } = plugin(command, { serviceDir: elsewhere, options })
    await initialize()
    expect(lines).toEqual([expect.stringContaining(`belongs to ${project}`)])
  })
})

describe('in the local cloud of this project', () => {
  test.each<[command: string, announced: string[]]>([
    ['deploy', ['serverless deploy, from this project']],
    ['watch', ['serverless watch, from this project']],
    ['invoke', []],
    ['info', []],
    ['package', []],
  ])('%s is allowed', async (command, announced) => {
    const { initialize, lines } = plugin(command)
    await initialize()
    expect(lines).toEqual([])
    expect(shown).toEqual(announced)
  })

  test('with the real ECS, invoke local uses the credentials of this shell', async () => {
    const { initialize, options } = plugin('invoke local', { options: { env: 'MINE=1' } })
    await expect(initialize()).rejects.toThrow('use the real ECS. There are no credentials: set VOLCENGINE_ACCESS_KEY')
    Object.assign(process.env, { VOLCENGINE_ACCESS_KEY: 'AKSHELL', VOLCENGINE_SECRET_KEY: 'fake-of-shell' })
    try {
      await initialize()
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

describe('remove --leave-sandboxes', () => {
  const removal = () => {
    const environment = { ECS_MANAGER__VOLCENGINE__ENDPOINT: cloud.url }
    return plugin('remove', { options: { stage: 'prod', 'leave-sandboxes': true }, provider: { environment } })
  }
  beforeEach(() => cloud.ecs.reset())

  test('does not warn if there are none', async () => {
    const { beforeRemoval, lines } = removal()
    await beforeRemoval()
    expect(lines).toEqual([])
  })

  test('warns that sandboxes keep running', async () => {
    cloud.ecs.seed(2, { tags: { 'managed-by': 'ecs-manager' } })
    const { beforeRemoval, lines } = removal()
    await beforeRemoval()
    expect(lines).toEqual([
      expect.stringMatching(
        /^2 sandboxes exist \(i-\w+, i-\w+; tag managed-by = ecs-manager\)\. Sandboxes keep running, and nothing deletes them after their end\.$/,
      ),
    ])
  })

  test('warns if they cannot be counted', async () => {
    cloud.ecs.faults.add({ Kind: 'CutBefore' })
    const { beforeRemoval, lines } = removal()
    await beforeRemoval()
    expect(lines).toEqual([
      expect.stringMatching(
        /^Cannot check whether sandboxes exist: no answer from .*\. If there are any, they keep running, and nothing deletes them after their end\.$/,
      ),
    ])
  })
})

test.each<[what: string, command: string, options: Options, provider: Provider]>([
  ['in another stage', 'deploy', { stage: 'prod' }, {}],
  ['in the default stage', 'deploy', { stage: undefined } as unknown as Options, {}],
  ['for packages', 'package', {}, {}],
])('no local cloud is needed %s', async (_what, command, options, provider) => {
  process.env.ECS_MANAGER_LOCAL_CLOUD = 'http://127.0.0.1:1'
  await plugin(command, { options, provider }).initialize()
})

test.each(['deploy', 'info', 'invoke local'])('%s fails without a local cloud', async (command) => {
  process.env.ECS_MANAGER_LOCAL_CLOUD = 'http://127.0.0.1:1'
  await expect(plugin(command).initialize()).rejects.toThrow(
    'There is no local cloud at http://127.0.0.1:1. Start one with npm start',
  )
})

describe('before remove', () => {
  const tags = { 'managed-by': 'ecs-manager' }
  const remove = () =>
    plugin('remove', {
      options: { stage: 'prod' },
      provider: { environment: { ECS_MANAGER__VOLCENGINE__ENDPOINT: cloud.url } },
    }).beforeRemoval()
  beforeEach(() => cloud.ecs.reset())

  test.each<[count: number, text: RegExp]>([
    [1, /^A sandbox exists \(i-\w+; tag managed-by = ecs-manager\)/],
    [6, /^6 sandboxes exist \((i-\w+, ){4}i-\w+ and others; tag managed-by = ecs-manager\)/],
    [101, /^At least 100 sandboxes exist \(/],
  ])('%i sandboxes are counted, and nothing is removed', async (count, text) => {
    cloud.ecs.seed(count, { tags })
    await expect(remove()).rejects.toThrow(text)
    await expect(remove()).rejects.toThrow(
      /Nothing was removed.*\n.*: serverless remove --stage prod --leave-sandboxes$/,
    )
  })

  test('nothing is removed without an answer', async () => {
    cloud.ecs.faults.add({ Kind: 'CutBefore', Action: 'DescribeInstances' })
    await expect(remove()).rejects.toThrow(/: no answer from 127\.0\.0\.1.*Nothing was removed/)
  })
})
