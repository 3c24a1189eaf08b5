import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../../emulator/cloud.ts'
import { artifactFrom } from '../testing.ts'
import { contextFor, createProject } from './testing.ts'
import { type Packager, watch } from './watch.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
afterAll(() => cloud.close())
beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})

const text = (said: string) => `exports.handler = async () => ({ body: '${said}' })`
const says = async () => (await fetch(cloud.apig.gatewayUrl)).text()
const shown = (lines: string) => lines.replace(/\d\d:\d\d:\d\d/g, '<time>').replace(/\d\.\d s/g, '<s>')

describe('with a packager', () => {
  /** Watches a service with a packager that the test controls. */
  async function watched() {
    const code = { one: text('one'), two: text('two') }
    const functions = { one: { events: [{ apig: { path: '/' } }] }, two: {} }
    const context = contextFor(cloud.url, { functions, code })
    await context.deploy()
    const packager: Packager & {
      isClosed: boolean
      change: Parameters<Packager['watchPackages']>[0]
      fail: (error: Error) => void
    } = {
      isClosed: false,
      change: async () => {},
      fail: () => {},
      watchPackages: async (onChange, onProblem) => {
        packager.change = onChange
        packager.fail = onProblem
        return {
          close: () => {
            packager.isClosed = true
          },
        }
      },
    }
    const interruption = new AbortController()
    const ended = watch(context, packager, interruption.signal)
    await sleep(0)
    const end = () => {
      interruption.abort()
      return ended
    }
    return { context, code, packager, end }
  }

  test('deploys only functions with a changed package, until it is interrupted', async () => {
    const { context, code, packager, end } = await watched()
    code.one = text('changed')
    await packager.change(['one', 'two'])
    expect(await says()).toBe('changed')
    await packager.change(['one'])
    await end()
    expect(packager.isClosed).toBe(true)
    expect(shown(context.log())).toBe(
      'Watching the functions; restart after a change of serverless.yml. Stop with Ctrl-C.\n<time>  deployed     one  code, release, <s>',
    )
  })

  test('shows an error and continues', async () => {
    const { context, code, packager, end } = await watched()
    packager.fail(new Error('one.ts: ; expected'))
    cloud.vefaas.faults.add({ Kind: 'NotActivated', Times: 1 })
    code.one = text('lost')
    await packager.change(['one'])
    code.one = text('changed')
    await packager.change(['one'])
    expect(await says()).toBe('changed')
    await end()
    expect(shown(context.log()).split('\n')).toEqual([
      expect.stringMatching(/^Watching/),
      'Warning: one.ts: ; expected',
      expect.stringMatching(/^Warning: .*refused$/),
      '  code        ServiceNotActivated (HTTP 401)',
      expect.any(String),
      expect.any(String),
      expect.stringMatching(/^ {2}what to do/),
      '<time>  deployed     one  code, release, <s>',
    ])
  })
})

test('is a command of serverless, which deploys first, and then each package that changes', async () => {
  const project = createProject(
    `
service: shop
plugins: [./plugin.cjs]
provider: { name: vefaas, runtime: node20/v1, region: cn-beijing, stage: test, endpoint: '${cloud.url}' }
functions: { one: { handler: index.handler, package: { artifact: one.zip }, events: [{ apig: { path: / } }] } }
`,
    { 'one.zip': text('first') },
  )
  try {
    const watching = project.start(['watch'])
    while (!watching.log().includes('Stop with Ctrl-C')) await sleep(10)
    expect(await says()).toBe('first')

    project.write('one.zip', artifactFrom(text('second')).bytes)
    while ((await says()) !== 'second') await sleep(10)

    project.write('one.zip', 'no zip')
    while (!watching.log().includes('Warning: Could not update function shop-test-one')) await sleep(10)
    expect(await says()).toBe('second')

    project.write('one.zip', artifactFrom(text('third')).bytes)
    while ((await says()) !== 'third') await sleep(10)
    while (watching.log().split('deployed     one').length < 3) await sleep(10)
    const { code, log } = await watching.stop('SIGINT')
    expect(code).toBe(0)
    expect(shown(log).match(/<time> {2}deployed {5}one {2}code, release, <s>/g)).toHaveLength(2)
  } finally {
    project.remove()
  }
})
