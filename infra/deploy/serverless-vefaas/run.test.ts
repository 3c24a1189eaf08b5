import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import type { EventConfig } from './config.ts'
import { inParallel } from './parallel.ts'
import { Ids, PlanError, type Stage, type Step } from './plan/step.ts'
import { runPlan, StepError } from './run.ts'
import {
  codeThatAnswers,
  deployService,
  firstDifference,
  removeService,
  serviceWith,
  stateOf,
  testClient,
} from './testing.ts'

const cloud = await startCloud({ vefaas: { loadsCode: false, timerSpeed: 0, releaseSeconds: 0.05 } })
const client = testClient(cloud.url)

beforeEach(() => {
  cloud.vefaas.reset()
  cloud.apig.reset()
})
afterAll(() => cloud.close())

describe('a run', () => {
  const step = (name: string, work?: Step['run']): Step => ({
    ...{ verb: work ? 'create' : 'leave', resource: 'thing', name, details: [] },
    ...(work && { run: work }),
  })
  const runAll = async (...stages: Stage[]) => {
    const told: string[] = []
    const progress = {
      waiting: ({ name }: Step, what: string) => told.push(`${name}: ${what}`),
      done: ({ name }: Step, milliseconds: number) => told.push(`${name} in ${milliseconds < 1_000 ? 'time' : 'vain'}`),
    }
    const result = await runPlan(client, { stages, ids: new Ids() }, progress, 1).catch((error: unknown) => error)
    return { told, result }
  }

  test('runs one stage after the other, skips steps that leave, and reports progress', async () => {
    const { told, result } = await runAll(
      [step('a', async ({ waiting }) => waiting('the moon')), step('left')],
      [step('b', async () => {})],
    )
    expect([told, result]).toEqual([['a: the moon', 'a in time', 'b in time'], 2])
  })

  test('waits for running steps after a failure, and starts no others', async () => {
    let ended = false
    const slow = step('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      ended = true
    })
    const failing = step('failing', () => Promise.reject(new Error('no')))
    const { result } = await runAll([slow, failing], [step('never', () => Promise.reject(new Error('never')))])
    expect(result).toBeInstanceOf(StepError)
    expect(result).toMatchObject({ message: 'create thing failing', cause: { message: 'no' } })
    expect(ended).toBe(true)
  })
})

test('inParallel runs four items at a time, and returns the results in order', async () => {
  let most = 0
  let now = 0
  const items = Array.from({ length: 10 }, (_, at) => at)
  const results = await inParallel(items, async (item) => {
    now++
    most = Math.max(most, now)
    await new Promise((resolve) => setTimeout(resolve, 10 - item))
    now--
    return item * 2
  })
  expect([most, results]).toEqual([4, items.map((item) => item * 2)])
  expect(await inParallel([], () => Promise.reject(new Error('never')))).toEqual([])
})

describe('two deployments at the same time', () => {
  const events: EventConfig[] = [
    { apig: { path: '/' } },
    { timer: { crontab: '0 * * * *', name: 'hourly' } },
    { kafka: { instanceId: 'k-1', topic: 'sold', name: 'sold', username: 'u', password: 'p' } },
  ]
  const service = serviceWith({ hello: { events }, other: { events: [{ apig: { path: '/other' } }] } })
  const guarded = serviceWith(
    { hello: { events } },
    { gateway: { keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' }, app: { key: 'a-key-for-tests-2' } } } } },
  )
  const newer = (key: string) => codeThatAnswers(`${key}, newer`)

  test.each([
    ['into an empty cloud', undefined, service],
    ['with new code', service, service],
    ['with key-auth, into an empty cloud', undefined, guarded],
    ['with key-auth, over a deployment without', service, guarded],
    ['of which nothing is new', guarded, guarded],
  ])('%s leave nothing twice, and nothing to do for the next one', async (_what, before, after) => {
    const artifactOf = before === after ? newer : undefined
    await deployService(client, after, artifactOf)
    const wanted = normal(stateOf(cloud))
    for (const delays of [[0], [0, 20]]) {
      cloud.vefaas.reset()
      cloud.apig.reset()
      if (before) await deployService(client, before)
      const outcomes = await Promise.allSettled(
        delays.concat(0).map(async (delay) => {
          await new Promise((resolve) => setTimeout(resolve, delay))
          return deployService(client, after, artifactOf)
        }),
      )
      const failures = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
      for (const one of failures) {
        // It fails in a step, or, if the other one was quicker, in its plan.
        const message = one instanceof PlanError ? one.message : one.cause.message
        expect(message).toMatch(/has been given the same key: deploy again$|^consumer \S+ has the key of /)
      }
      expect(failures.length).toBeLessThan(delays.length + 1)
      const lines = await deployService(client, after, artifactOf)
      if (failures.length === 0) expect(lines).toEqual([])
      expect(await deployService(client, after, artifactOf)).toEqual([])
      expect(firstDifference(normal(stateOf(cloud)), wanted)).toBe('')
    }
    await removeService(client, after)
    expect([cloud.vefaas.functions(), cloud.apig.gateways()]).toEqual([[], []])
  })

  test('with different code each deploy the code of one of them, and the next one decides', async () => {
    const outcomes = await Promise.allSettled([deployService(client, service), deployService(client, service, newer)])
    // The one whose code does not serve may report that.
    for (const one of outcomes.filter(({ status }) => status === 'rejected')) {
      expect((one as PromiseRejectedResult).reason.cause.message).toMatch(
        /somebody has changed the function at the same time/,
      )
    }
    const answer = async (path: string) => (await fetch(cloud.apig.gatewayUrl + path)).text()
    expect(['hello', 'hello, newer']).toContain(await answer('/'))
    await deployService(client, service, newer)
    expect([await answer('/'), await answer('/other')]).toEqual(['hello, newer', 'other, newer'])
    expect(await deployService(client, service, newer)).toEqual([])
  })
})

/** Removes traces of the history, and duplicate consumers, which have no effect without a key. */
function normal(state: unknown): unknown {
  const { consumers, ...rest } = JSON.parse(
    JSON.stringify(state, (key, value) => (/^(Release|Revisions|Domains|plugins)$/.test(key) ? undefined : value)),
  )
  return { ...rest, consumers: [...new Set((consumers as object[]).map((one) => JSON.stringify(one)))] }
}
