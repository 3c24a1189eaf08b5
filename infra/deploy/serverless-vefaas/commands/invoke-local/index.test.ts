import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { strToU8, zipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Options } from '../../osls.ts'
import { artifactFrom } from '../../testing.ts'
import { contextFor, createProject } from '../testing.ts'
import { invokeLocal } from './index.ts'

// Another run of these tests may be at work in the usual one.
const temporary = mkdtempSync(join(tmpdir(), 'invoke-local-test-'))
beforeAll(() => {
  process.env.TMPDIR = temporary
  writeFileSync(join(temporary, 'package.json'), '{"type":"module"}') // functions still load as CommonJS
})
afterAll(() => rmSync(temporary, { recursive: true }))
afterEach(() => {
  process.exitCode = undefined
  vi.unstubAllEnvs()
})

const never = new AbortController().signal

/** The cloud is never called: nothing listens at port 1. */
const contextWith = (code: string, options: Options = {}, settings: object = {}) =>
  contextFor(
    'http://127.0.0.1:1',
    { functions: { 'run-here': { timeout: 5, ...settings } }, code: { 'run-here': code } },
    { function: 'run-here', ...options },
  )

async function returned(code: string, options?: Options, settings?: object): Promise<unknown> {
  const context = contextWith(code, options, settings)
  await invokeLocal(context, never, 'ignore')
  return JSON.parse(context.out())
}

/** The remaining folders of these functions. */
const folders = () => readdirSync(temporary).filter((name) => name.startsWith('run-here-'))

describe('runs a packed function', () => {
  test('with the event and the context, after its initializer', async () => {
    const code = `
      let before
      exports.initializer = async (context) => { before = context }
      exports.handler = async (event, context) => ({ event, context, isSame: before.requestId === context.requestId })`
    expect(await returned(code, { data: '{"a":[1]}', context: '{"more":true}' })).toEqual({
      event: { a: [1] },
      context: { requestId: expect.stringMatching(/^[\da-f-]{36}$/), more: true },
      isSame: true,
    })
  })

  test('in its own folder with its other files, which is deleted afterwards', async () => {
    const files = {
      'index.js': strToU8(
        "exports.handler = async () => ({ cwd: process.cwd(), text: require('node:fs').readFileSync('a/b.txt', 'utf8') })",
      ),
      'a/b.txt': strToU8('beside it'),
    }
    const context = contextWith('')
    context.artifactOf = () => ({ ...artifactFrom(''), bytes: Buffer.from(zipSync(files)) })
    await invokeLocal(context, never, 'ignore')
    const { cwd, text } = JSON.parse(context.out())
    expect({ text, cwd }).toEqual({ text: 'beside it', cwd: expect.stringContaining('run-here-') })
    expect(folders()).toEqual([])
  })

  test('with only its own variables and the credentials of the emulated cloud', async () => {
    vi.stubEnv('VOLCENGINE_ACCESS_KEY', 'real')
    vi.stubEnv('VOLCENGINE_SECRET_KEY', 'real')
    vi.stubEnv('OTHER', 'secret')
    const code = 'exports.handler = async () => process.env'
    const env = await returned(code, { env: ['GIVEN=a=b', 'OWN=over'] }, { environment: { OWN: 'own', TOO: '1' } })
    const { PATH, TZ, LANG, ...rest } = env as Record<string, string>
    expect(PATH).toBe(process.env.PATH)
    expect(rest).toEqual({
      VOLCENGINE_ACCESS_KEY: 'AKLOCAL',
      VOLCENGINE_SECRET_KEY: 'local-secret',
      OWN: 'over',
      TOO: '1',
      GIVEN: 'a=b',
    })
  })

  test('with the credentials of the caller for the real cloud', async () => {
    vi.stubEnv('VOLCENGINE_ACCESS_KEY', 'mine')
    vi.stubEnv('VOLCENGINE_SECRET_KEY', 'my secret')
    vi.stubEnv('VOLCENGINE_SESSION_TOKEN', 'my token')
    const context = contextWith('exports.handler = async () => process.env')
    context.endpoint = 'https://open.volcengineapi.com'
    await invokeLocal(context, never, 'ignore')
    expect(JSON.parse(context.out())).toMatchObject({
      VOLCENGINE_ACCESS_KEY: 'mine',
      VOLCENGINE_SECRET_KEY: 'my secret',
      VOLCENGINE_SESSION_TOKEN: 'my token',
    })
  })
})

test('runs without credentials', async () => {
  vi.stubEnv('VOLCENGINE_ACCESS_KEY', undefined)
  const context = contextWith('exports.handler = async () => process.env')
  context.endpoint = 'https://open.volcengineapi.com'
  await invokeLocal(context, never, 'ignore')
  expect(context.out()).not.toContain('VOLCENGINE')
})

describe('shows the result:', () => {
  test.each<[string, string, unknown, number | undefined]>([
    [
      'with a body of JSON',
      '{ statusCode: 200, headers: {}, body: \'{"a":1}\' }',
      { statusCode: 200, headers: {}, body: { a: 1 } },
      undefined,
    ],
    ['with a body of text', "{ statusCode: 200, body: 'a' }", { statusCode: 200, body: 'a' }, undefined],
    ['with a body of bytes', "{ body: Buffer.from('[1]') }", { body: [1] }, undefined],
    ['nothing', 'undefined', null, undefined],
    ['a list', '[1, 2]', [1, 2], undefined],
    ['a text', "'a'", 'a', undefined],
    ['a failure', "{ statusCode: 400, body: '' }", { statusCode: 400, body: '' }, 1],
  ])('%s', async (_what, value, expected, exitCode) => {
    expect(await returned(`exports.handler = async () => (${value})`)).toEqual(expected)
    expect(process.exitCode).toBe(exitCode)
  })
})

describe('fails', () => {
  test.each<[string, string, string, Options?]>([
    [
      'when it throws',
      "exports.handler = async () => { throw new TypeError('no') }",
      'Function run-here failed: TypeError: no',
    ],
    ['when it throws a text', "exports.handler = async () => { throw 'no' }", 'Function run-here failed: no'],
    [
      'when its initializer throws',
      "exports.initializer = async () => { throw new Error('no') }; exports.handler = async () => ({})",
      'Function run-here failed: Error: no',
    ],
    [
      'when it cannot be loaded',
      'require("./nothing")',
      "Function run-here failed: Error: Cannot find module './nothing'",
    ],
    [
      'without a handler',
      'exports.main = 1',
      'Function run-here failed: TypeError: index.js does not export a function named handler',
    ],
    [
      'when its process ends',
      'exports.handler = async () => process.exit(3)',
      'Function run-here failed. Its process ended with code 3 before it returned a result',
    ],
    ['with a context that is not an object', '', '--context must be a JSON object', { context: '5' }],
    ['with docker', '', '--docker is not supported: the runtime has no image', { docker: true }],
  ])('%s', async (_what, code, message, options) => {
    await expect(invokeLocal(contextWith(code, options), never, 'ignore')).rejects.toThrow(message)
    expect(folders()).toEqual([])
  })

  test.each([
    ['the handler', 'exports.handler = () => { for (;;); }', 'The handler exceeded its timeout of 1 s'],
    [
      'the initializer',
      'exports.initializer = () => new Promise(() => setInterval(() => {}, 1e6)); exports.handler = () => {}',
      'The initializer exceeded its timeout of 1 s',
    ],
  ])('when %s takes too long', async (_what, code, message) => {
    const context = contextWith(code, {}, { timeout: 1, initializerTimeout: 1 })
    await expect(invokeLocal(context, never, 'ignore')).rejects.toThrow(`Function run-here failed. ${message}`)
    expect(folders()).toEqual([])
  })

  test('without a package', async () => {
    const context = contextWith('')
    context.artifactOf = () => {
      throw new Error('function run-here has no package: serverless package makes it')
    }
    await expect(invokeLocal(context, never, 'ignore')).rejects.toThrow('has no package')
    expect(folders()).toEqual([])
  })

  test('with a package that has a path outside the folder', async () => {
    const context = contextWith('')
    const bytes = Buffer.from(zipSync({ '../../evil.js': strToU8('') }))
    context.artifactOf = () => ({ ...artifactFrom(''), bytes })
    await expect(invokeLocal(context, never, 'ignore')).rejects.toThrow(
      'index.zip contains a path that leaves the folder: ../../evil.js',
    )
  })
})

test('deletes its folder when it is interrupted', async () => {
  const interruption = new AbortController()
  const context = contextWith('exports.handler = () => { for (;;); }', {}, { timeout: 60 })
  const running = invokeLocal(context, interruption.signal)
  while (folders().length === 0) await sleep(5)
  interruption.abort()
  await running
  expect({ out: context.out(), exitCode: process.exitCode, folders: folders() }).toEqual({
    out: '',
    exitCode: 130,
    folders: [],
  })
})

describe('is a command of serverless', () => {
  const project = createProject(
    `
service: shop
plugins: [./plugin.cjs]
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing, endpoint: 'http://127.0.0.1:1' }
functions:
  sell:
    handler: index.handler
    package: { artifact: sell.zip }
    events: [{ apig: { action: Sell, version: '2020-04-01' } }]
`,
    {
      'sell.zip': `exports.handler = async ({ body, queryStringParameters: { Action } }) => {
        console.log('selling', __dirname)
        if (body === '{}') await new Promise(() => setInterval(() => {}, 1e6))
        return { statusCode: 409, body: JSON.stringify({ Action, ...JSON.parse(body), given: process.env.GIVEN }) }
      }`,
    },
  )
  afterAll(() => project.remove())

  test('with its log on stderr', async () => {
    const data = ['--data', '{"Name":"a"}', '--env', 'GIVEN=yes']
    const { code, out, log } = await project.serverless(['invoke', 'local', '-f', 'sell', ...data])
    expect(JSON.parse(out)).toEqual({ statusCode: 409, body: { Action: 'Sell', Name: 'a', given: 'yes' } })
    expect({ code, log }).toEqual({ code: 1, log: expect.stringMatching(/^selling \S+\n$/) })
  })

  test('which a signal stops, and which deletes its folder then', async () => {
    const running = project.start(['invoke', 'local', '-f', 'sell'])
    while (running.log() === '') await sleep(10)
    const folder = /^selling (\S+)$/m.exec(running.log())?.[1] ?? ''
    expect(existsSync(folder)).toBe(true)
    expect(await running.stop('SIGTERM')).toMatchObject({ code: 130, out: '' })
    expect(existsSync(folder)).toBe(false)
  })
})
