import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import type { Options } from '../osls.ts'
import { logs } from './logs.ts'
import { contextFor, createProject, type TestService } from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
afterAll(() => cloud.close())
beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})

const code = {
  hello: `exports.handler = async ({ queryStringParameters: { say } }) => { console.log('one ' + say); console.error('two ' + say); return {} }`,
}
const events = [{ apig: { path: '/' } }]

const contextWith = (options: Options = {}, functions: TestService['functions'] = { hello: { events } }) =>
  contextFor(cloud.url, { functions, code }, { function: 'hello', ...options })

const say = (text: string) => fetch(`${cloud.apig.gatewayUrl}/?say=${text}`)

describe('shows', () => {
  test('what the instance of a function has written', async () => {
    const context = contextWith()
    await context.deploy()
    await say('hi')
    await logs(context)
    expect(context.out()).toBe('one hi\ntwo hi')
    expect(context.log()).toBe('')
  })

  test('only the last lines', async () => {
    const context = contextWith({ limit: '1' })
    await context.deploy()
    await say('hi')
    await say('there')
    await logs(context)
    expect(context.out()).toBe('two there')
  })

  test('the instance of each line if there are several instances', async () => {
    const context = contextWith({}, { hello: { events, minInstances: 2, exclusive: true } })
    await context.deploy()
    await Promise.all([say('hi'), say('there')])
    await logs(context)
    const lines = context.out().split('\n')
    expect(lines.map((line) => line.replace(/^\w+ {2}/, '')).sort()).toEqual([
      'one hi',
      'one there',
      'two hi',
      'two there',
    ])
    expect(new Set(lines.map((line) => line.split('  ')[0])).size).toBe(2)
  })

  test('that the log is empty', async () => {
    const context = contextWith({}, { hello: { events, minInstances: 1 } })
    await context.deploy()
    await logs(context)
    expect(context.out()).toBe('')
    expect(context.log()).toBe('The instances of shop-test-hello have written nothing.')
  })
})

describe('without a running instance, shows where logs are kept:', () => {
  test.each([
    [
      'nowhere',
      {},
      'Call it and repeat this command, or keep logs: provider.log in serverless.yml delivers them to a TLS topic.',
    ],
    [
      'in TLS',
      { log: { project: 'p-1', topic: 't-1' } },
      'Its logs are in topic t-1 of the TLS project p-1 (provider.log).',
    ],
  ])('%s', async (_what, settings, expected) => {
    const context = contextWith({}, { hello: { events, ...settings } })
    await context.deploy()
    const { call } = context.client
    context.client.call = async (service, action, body) =>
      action === 'ListFunctionInstances' ? ({ Items: null } as never) : call(service, action, body)
    await logs(context)
    expect(context.log()).toBe(
      `No instance of shop-test-hello is running, and the log of an instance is deleted with it.\n${expected}`,
    )
  })
})

test.each<[string, Options, string]>([
  ['an unknown function', { function: 'hallo' }, 'serverless.yml has no function hallo; its functions are hello'],
  [
    'a function that is not deployed',
    { stage: 'test' },
    'Function shop-test-hello is not deployed in cn-beijing: run serverless deploy --stage test',
  ],
  ['an invalid limit', { limit: '-1' }, '--limit -1 must be a number of lines, at least 1'],
])('refuses %s', async (_what, options, message) => {
  await expect(logs(contextWith(options))).rejects.toThrow(message)
})

describe('--tail', () => {
  /** Follows the log until `until` returns true, and returns the output. */
  async function followed(context: ReturnType<typeof contextWith>, work: () => Promise<unknown>, until: () => boolean) {
    const interruption = new AbortController()
    const following = logs(context, interruption.signal, 10)
    await work()
    while (!until()) await sleep(5)
    interruption.abort()
    await following
    return context.out()
  }

  test('shows new lines until it is interrupted', async () => {
    const context = contextWith({ tail: true })
    await context.deploy()
    await say('a')
    const work = async () => {
      while (context.out() === '') await sleep(5)
      await say('b')
      await say('b')
    }
    const out = await followed(context, work, () => context.out().split('\n').length >= 6)
    expect(out).toBe('one a\ntwo a\none b\ntwo b\none b\ntwo b')
  })

  test('starts with the last lines if there is a limit', async () => {
    const context = contextWith({ tail: true, limit: '1' })
    await context.deploy()
    await say('a')
    const work = async () => {
      while (context.out() === '') await sleep(5)
      await say('b')
    }
    expect(await followed(context, work, () => context.out().endsWith('two b'))).toBe('two a\none b\ntwo b')
  })

  test('waits for an instance, and follows one that a release starts', async () => {
    const context = contextWith({ tail: true })
    await context.deploy()
    const { call } = context.client
    let isThere = false
    context.client.call = async (service, action, body) =>
      action === 'ListFunctionInstances' && !isThere ? ({} as never) : call(service, action, body)
    const work = async () => {
      while (context.log() === '') await sleep(5)
      isThere = true
      await say('a')
      while (context.out() === '') await sleep(5)
      await contextWith({}, { hello: { events, environment: { NEW: 'yes' } } }).deploy()
      await say('b')
    }
    const out = await followed(context, work, () => context.out().endsWith('two b'))
    expect(out).toMatch(/^one a\ntwo a\n\w+ {2}one b\n\w+ {2}two b$/)
    expect(context.log()).toBe('No instance of shop-test-hello is running: waiting for one. Stop with Ctrl-C.')
  })
})

test('is a command of serverless, which Ctrl-C stops with exit code 0', async () => {
  const project = createProject(
    `
service: shop
plugins: [./plugin.cjs]
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing, stage: test, endpoint: '${cloud.url}' }
functions: { hello: { handler: index.handler, package: { artifact: hello.zip }, events: [{ apig: { path: / } }] } }
`,
    { 'hello.zip': code.hello },
  )
  try {
    await contextWith().deploy()
    await say('hi')
    expect(await project.serverless(['logs', '-f', 'hello', '-l', '1'])).toEqual({ code: 0, out: 'two hi\n', log: '' })

    const tail = project.start(['logs', '-f', 'hello', '--tail'])
    while (tail.out() === '') await sleep(10)
    expect(await tail.stop('SIGINT')).toEqual({ code: 0, out: 'one hi\ntwo hi\n', log: '' })
  } finally {
    project.remove()
  }
})
