import * as v from 'valibot'
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { vefaas } from '../../tests/support/events.ts'
import { vefaasEvent } from '../../tests/support/messages.ts'
import { configure, request } from '../../tests/support/service.ts'
import { action } from './action.ts'
import { event } from './event.ts'
import type { PlatformContext } from './invocation.ts'
import { timer } from './timer.ts'

let lines: string[] = []

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
beforeEach(async () => {
  lines = []
  // Nothing listens there: these functions call no cloud.
  await configure('http://127.0.0.1:9')
})

type Work = () => Promise<{ result: object; failures: [] }>

/** Each kind of function with such work, called by its event. */
const KINDS: [string, (run: Work, context: PlatformContext) => Promise<object>][] = [
  [
    'an action',
    (run, context) => {
      const handler = action({ name: 'DescribeSandboxes', input: v.object({}), run })
      return handler(vefaas(request('DescribeSandboxes')), context)
    },
  ],
  [
    'a function of events',
    (run, context) => event({ name: 'TeardownSandboxes', input: v.object({}), run })(vefaasEvent('timer', {}), context),
  ],
  ['a timer', (run, context) => timer({ name: 'T', input: v.object({}), run })(vefaasEvent('timer', {}), context)],
]

const CONTEXT: PlatformContext = { requestId: 'r-1' }
const waiting = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length

test.each(KINDS)('%s names the stages of the pipeline in the stack of a bug', async (_, call) => {
  const bug: Work = async () => {
    throw new TypeError('of the code')
  }
  await call(bug, CONTEXT).catch(() => {})
  expect(lines).toHaveLength(1)
  const { error } = JSON.parse(lines[0] ?? '')
  expect(error).toContain('TypeError: of the code')
  expect(error).toMatch(/checkRunAnswer .*pipeline\.ts/)
})

test.each(KINDS)('%s leaves no timer behind, whether its work ends or fails', async (_, call) => {
  for (const work of [
    async () => ({ result: {}, failures: [] as [] }),
    () => Promise.reject(new Error('of the code')),
  ]) {
    const before = waiting()
    let during = 0
    const run: Work = async () => {
      // The timer starts when the work has begun.
      await Promise.resolve()
      during = waiting()
      return work()
    }
    await call(run, CONTEXT).catch(() => {})
    expect([during, waiting()]).toEqual([before + 1, before])
  }
})

test.each(KINDS)('%s that fails shows its platform nothing but the message', async (_, call) => {
  const secretive = new Error('private words', { cause: new Error('private words') })
  const found = await call(() => Promise.reject(secretive), CONTEXT).catch((error: unknown) => error)
  expect(Object.getOwnPropertyNames(found)).not.toContain('originalError')
  expect(Object.getOwnPropertyNames(found)).not.toContain('cause')
  expect(JSON.stringify([found, `${found}`, (found as Error).stack ?? ''])).not.toContain('private')
})
