import { createServer, request as forward, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { startCloud } from '../../emulator/cloud.ts'
import type { Artifact } from './artifact.ts'
import { CloudError } from './cloud/cloud-error.ts'
import { StepError } from './run.ts'
import type { ServiceSpec } from './service.ts'
import {
  codeThatAnswers,
  deployService,
  firstDifference,
  removeService,
  serviceWith,
  stateOf,
  testClient,
} from './testing.ts'

/**
 * The fates of one call to the cloud. `lost`: the work is done, but the response is lost. `killed`: the same, and the
 * deployment is killed too.
 */
const FATES = ['refused', 'throttled', 'failed', 'cut', 'lost', 'killed'] as const
type Fate = (typeof FATES)[number]

/** With INTERRUPTIONS=all, tries every fate on every call, which takes minutes. Otherwise tries a sample. */
const ALL = process.env.INTERRUPTIONS === 'all'

const cloud = await startCloud({ vefaas: { loadsCode: false } })
const proxy = await startProxy(cloud.url)

beforeEach(reset)
afterAll(async () => {
  await proxy.close()
  await cloud.close()
})

const before = serviceWith(
  {
    hello: { events: [{ apig: { action: 'Hello', version: '2020-04-01' } }], environment: { A: '1' } },
    old: { events: [{ apig: { path: '/old' } }, { timer: { crontab: '0 * * * *', name: 'hourly' } }] },
  },
  { gateway: { keyAuth: { consumers: { web: { key: 'a-key-for-tests-1' }, gone: { key: 'a-key-for-tests-2' } } } } },
)
const after = serviceWith(
  {
    hello: {
      events: [
        { apig: { action: 'Hello', version: '2026-01-01' } },
        { timer: { crontab: '*/5 * * * *', name: 'often' } },
      ],
      environment: { B: '2' },
      memorySize: 2048,
      maxInstances: 5,
    },
    fresh: {
      events: [
        { apig: { path: '/fresh' } },
        { kafka: { instanceId: 'k-1', topic: 't', username: 'u', password: 'p' } },
      ],
    },
  },
  { gateway: { keyAuth: { consumers: { web: { key: 'a-key-for-tests-3' }, more: { key: 'a-key-for-tests-4' } } } } },
)

type Case = { name: string; from?: ServiceSpec; to: ServiceSpec; act: typeof deployService }
const cases: Case[] = [
  { name: 'a first deployment', to: before, act: deployService },
  { name: 'an update', from: before, to: after, act: deployService },
  { name: 'a removal', from: before, to: before, act: removeService },
]

describe.each(cases)('$name that is interrupted', ({ from, to, act }) => {
  test('at any call, in any way, is completed by the next one', {
    timeout: 600_000,
  }, async () => {
    await arrange(from)
    const calls = proxy.record()
    await act(testClient(proxy.url), to, versionTwo)
    const wanted = stateOf(cloud)
    const made = calls()
    expect(made.length).toBeGreaterThan(10)

    const wrong: string[] = []
    for (const fate of FATES) {
      for (const [at, action] of made.entries()) {
        if (!ALL && !isInSample(fate, action, at)) continue
        reset()
        await arrange(from)
        proxy.applyFate(at, fate)
        const broke = await outcomeOf(act(testClient(proxy.url), to, versionTwo))
        proxy.clear()
        const again = await outcomeOf(act(testClient(proxy.url), to, versionTwo))
        const where = `${fate} at call ${at}, ${action} (${broke}, then ${again})`
        if (again !== 'done') wrong.push(where)
        else if (JSON.stringify(stateOf(cloud)) !== JSON.stringify(wanted)) {
          wrong.push(`${where}: ${firstDifference(stateOf(cloud), wanted)}`)
        }
        if (fate === 'throttled' && broke !== 'done') wrong.push(`${where}: a throttled call must be retried`)
      }
    }
    expect(wrong).toEqual([])
  })
})

const versionTwo = (key: string): Artifact => codeThatAnswers(`${key}, second version`)

/** The order of the sample. The two fates that leave the outcome open are the most frequent. */
const SAMPLE_ORDER: readonly Fate[] = [
  'lost',
  'killed',
  'refused',
  'lost',
  'killed',
  'throttled',
  'lost',
  'killed',
  'failed',
  'cut',
]

function isInSample(fate: Fate, action: string, at: number): boolean {
  const changes = !/^(List|Get|Check)/.test(action)
  return ((changes && at % 2 === 0) || at % 20 === 0) && SAMPLE_ORDER[(at / 2) % SAMPLE_ORDER.length] === fate
}

function reset(): void {
  proxy.clear()
  cloud.vefaas.reset()
  cloud.apig.reset()
}

async function arrange(from: ServiceSpec | undefined): Promise<void> {
  if (from) await deployService(testClient(cloud.url), from)
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    const cause = error instanceof StepError ? error.cause : error
    if (!(cause instanceof CloudError)) throw error
    return cause.code ?? 'no answer'
  }
}

/** Starts a proxy in front of the cloud, which can apply a fate to one call. */
async function startProxy(target: string) {
  let planned: { at: number; fate: Fate } | undefined
  let actions: string[] = []
  let isDead = false
  const server = createServer(async (incoming, response): Promise<void> => {
    const at = actions.length
    actions.push(new URL(incoming.url ?? '/', target).searchParams.get('Action') ?? incoming.method ?? '')
    const fate = planned?.at === at ? planned.fate : undefined
    const body = await buffer(incoming).catch(() => undefined)
    if (body === undefined) return
    if (isDead || fate === 'cut') return void response.destroy()
    const refusals = {
      refused: [403, 'AccessDenied'],
      throttled: [429, 'FlowLimitExceeded'],
      failed: [500, 'InternalServiceError'],
    } as const
    if (fate && fate in refusals) {
      const [status, Code] = refusals[fate as keyof typeof refusals]
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ ResponseMetadata: { RequestId: 'r-1', Error: { Code, Message: 'scripted' } } }))
      return
    }
    const answered = await forwardCall(target, incoming, body)
    if (fate === 'killed') isDead = true
    if (fate === 'lost' || isDead) return void response.destroy()
    response.writeHead(answered.status, { 'Content-Type': 'application/json' })
    response.end(answered.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Returns a function that lists the actions called since. */
    record() {
      actions = []
      return () => [...actions]
    },
    applyFate(at: number, fate: Fate) {
      actions = []
      planned = { at, fate }
    },
    clear() {
      planned = undefined
      isDead = false
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

/** Keeps all headers, such as the signed Host, because the cloud checks the signature. */
function forwardCall(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
): Promise<{ status: number; body: Buffer }> {
  const { hostname, port } = new URL(target)
  return new Promise((resolve, reject) => {
    const { url, method, headers } = incoming
    const outgoing = forward({ hostname, port, path: url, method, headers }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: await buffer(response) })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
