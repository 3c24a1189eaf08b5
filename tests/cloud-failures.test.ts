import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../infra/emulator/ecs/faults.ts'
import type { EcsService } from '../infra/emulator/ecs/index.ts'
import type { Local } from '../infra/local/cloud.ts'
import { startLocalForTests } from '../infra/local/testing.ts'
import { environmentOf } from './support/manager.ts'

// Enough for a busy machine: two tries that are not answered leave four seconds for the rest.
const TIMEOUT_SECONDS = 10
const TRY_SECONDS = 3

const SETTINGS = environmentOf({
  'server.timeout_seconds': TIMEOUT_SECONDS,
  'volcengine.try_timeout_seconds': TRY_SECONDS,
  'volcengine.max_tries': 2,
})

interface Answer {
  status: number
  code: string | undefined
  headers: Headers
  body: { Result?: { SandboxId?: string; Token?: string } & unknown[]; host?: string }
}

interface Action {
  name: string
  /** The call to the cloud that does the work. */
  work: string
  /** Given the sandbox that the action is about, and a token for its terminal. */
  parameters(sandbox: Sandbox): Record<string, string>
}

interface Sandbox {
  id: string
  token: string
}

const actions = [
  { name: 'CreateSandbox', work: 'RunInstances', parameters: () => ({ ClientToken: 'once' }) },
  { name: 'DeleteSandbox', work: 'DeleteInstance', parameters: ({ id }) => ({ SandboxId: id }) },
  { name: 'DescribeSandboxes', work: 'DescribeInstances', parameters: () => ({}) },
  { name: 'DescribeSandboxTerminalUrl', work: 'TagResources', parameters: ({ id }) => ({ SandboxId: id }) },
  {
    name: 'RenewSandbox',
    work: 'TagResources',
    parameters: ({ id }) => ({ SandboxId: id, LifetimeSeconds: '60' }),
  },
  { name: 'ValidateVncToken', work: 'UntagResources', parameters: ({ token }) => ({ Token: token }) },
] as const satisfies Action[]

type ActionName = (typeof actions)[number]['name']

let local: Local
let ecs: EcsService
let sandboxes: Record<ActionName, Sandbox>

beforeAll(async () => {
  local = await startLocalForTests({ settings: SETTINGS })
  ecs = local.cloud.ecs
})
afterAll(() => local.close())

beforeEach(async () => {
  ecs.reset()
  ecs.seed(actions.length, { tags: { 'managed-by': 'ecs-manager' } })
  const tokens = await Promise.all(
    ids().map(async (id, index) => {
      const { body } = await call('DescribeSandboxTerminalUrl', { SandboxId: id })
      const token = body.Result?.Token ?? ''
      expect(token).not.toBe('')
      return [actions[index]?.name, { id, token }]
    }),
  )
  sandboxes = Object.fromEntries(tokens)
})

const ids = () => ecs.instances().map(({ InstanceId }) => InstanceId)

async function call(Action: string, parameters: Record<string, string>): Promise<Answer> {
  const query = new URLSearchParams({ Action, Version: '2020-04-01', ...parameters })
  const response = await fetch(`${local.url}/?${query}`, { headers: { 'X-Request-ID': 'failing-1' } })
  const body = JSON.parse(await response.text())
  const code = body.ResponseMetadata?.Error?.Code
  return { status: response.status, code, headers: response.headers, body }
}

/** These actions at once, each with its own sandbox. */
function callAll(chosen: readonly Action[]): Promise<(Answer & { action: Action })[]> {
  return Promise.all(
    chosen.map(async (action) => ({
      ...(await call(action.name, action.parameters(sandboxes[action.name as ActionName]))),
      action,
    })),
  )
}

const outcomes = (answers: (Answer & { action: Action })[]) =>
  Object.fromEntries(answers.map(({ action, status, code }) => [action.name, code ? `${status} ${code}` : `${status}`]))

const allAre = (outcome: string) => Object.fromEntries(actions.map(({ name }) => [name, outcome]))

/** Each action has done its work once: one sandbox is new, and one is gone. */
function expectWorkDoneOnce(answers: (Answer & { action: Action })[]): void {
  const created = answers.find(({ action }) => action.name === 'CreateSandbox')?.body.Result?.SandboxId
  const kept = Object.values(sandboxes).filter((sandbox) => sandbox !== sandboxes.DeleteSandbox)
  expect(ids()).toEqual([...kept.map(({ id }) => id), created])
}

/** Faults that stay, with what every action answers. */
const staying: [string, Fault, outcome: string][] = [
  ['throttles', { Kind: 'Throttle' }, '429 FlowLimitExceeded'],
  ['throttles the account', { Kind: 'Throttle', Code: 'AccountFlowLimitExceeded' }, '429 AccountFlowLimitExceeded'],
  ['has a used-up quota', { Kind: 'Throttle', Code: 'QuotaExceeded.Calls' }, '429 QuotaExceeded.Calls'],
  ['answers 500', { Kind: 'Error', Status: 500, Code: 'InternalError' }, '503 InternalError'],
  ['answers 503', { Kind: 'Error', Status: 503, Code: 'ServiceUnavailableTemp' }, '503 ServiceUnavailableTemp'],
  ['answers 504', { Kind: 'Error', Status: 504, Code: 'InternalServiceTimeout' }, '504 InternalServiceTimeout'],
  ['answers 200 with an internal error', { Kind: 'Error', Status: 200, Code: 'InternalError' }, '503 InternalError'],
  ['hides behind a proxy that answers 502', { Kind: 'Html' }, '503 ServiceUnavailable'],
  ['hides behind a proxy that answers 504', { Kind: 'Html', Status: 504 }, '504 UpstreamTimeout'],
  ['hides behind a proxy that answers 429', { Kind: 'Html', Status: 429 }, '429 FlowLimitExceeded'],
  ['hides behind a proxy that answers 403', { Kind: 'Html', Status: 403 }, '503 ServiceUnavailable'],
  ['answers something else', { Kind: 'NotJson' }, '503 ServiceUnavailable'],
  ['answers nothing', { Kind: 'Empty' }, '503 ServiceUnavailable'],
  ['answers half', { Kind: 'Truncate' }, '503 ServiceUnavailable'],
  ['cuts connections', { Kind: 'CutBefore' }, '503 ServiceUnavailable'],
  ['cuts connections after the work', { Kind: 'CutAfter' }, '503 ServiceUnavailable'],
  ['does not answer', { Kind: 'Delay', DelayMs: 60_000 }, '504 UpstreamTimeout'],
  ['does not know the key', { Kind: 'Error', Status: 401, Code: 'InvalidAccessKey' }, '502 InvalidAccessKey'],
  ['allows nothing', { Kind: 'Error', Status: 403, Code: 'AccessDenied' }, '502 AccessDenied'],
  ['refuses with status 200', { Kind: 'Error', Status: 200, Code: 'AccessDenied' }, '502 AccessDenied'],
]

describe('while the cloud', () => {
  it.each(staying)('%s, every action says so, and afterwards does its work once', async (_name, fault, outcome) => {
    ecs.faults.add(fault)
    const answers = await callAll(actions)
    expect(outcomes(answers)).toEqual(allAre(outcome))
    for (const { status, headers, body, action } of answers) {
      expect(headers.get('Retry-After'), action.name).toEqual(
        status === 429 || status === 503 ? expect.stringMatching(/^[1-9]\d*$/) : null,
      )
      expect(headers.get('X-Request-ID'), action.name).toBe('failing-1')
      expect(Object.keys(body), action.name).toEqual(['ResponseMetadata'])
    }

    ecs.faults.clear()
    const repeated = await callAll(actions)
    expect(outcomes(repeated)).toEqual(allAre('200'))
    expectWorkDoneOnce(repeated)
  })

  it('asks to wait, every action hands that on', async () => {
    ecs.faults.add({ Kind: 'Throttle', RetryAfterSeconds: 17 })
    const answers = await callAll(actions)
    expect(outcomes(answers)).toEqual(allAre('429 FlowLimitExceeded'))
    expect(answers.map(({ headers }) => headers.get('Retry-After'))).toEqual(actions.map(() => '17'))
  })
})

/** Within a group, each call to the cloud that does the work belongs to one action, so a fault of one call affects it. */
const groups = [
  actions.filter(({ work }) => work === 'DescribeInstances'), // alone, because the other actions make this call too
  actions.filter(({ name }) => name === 'RenewSandbox'),
  actions.filter(({ name, work }) => work !== 'DescribeInstances' && name !== 'RenewSandbox'),
]

/** Faults of one call; with `AfterWork` its work is done. */
const passing: [string, Fault][] = [
  ['throttled', { Kind: 'Throttle' }],
  ['answered with 500', { Kind: 'Error', Status: 500, Code: 'InternalError' }],
  ['answered with 504 after its work', { Kind: 'Error', Status: 504, Code: 'InternalServiceTimeout', AfterWork: true }],
  ['answered by a proxy', { Kind: 'Html' }],
  ['answered by a proxy after its work', { Kind: 'Html', AfterWork: true }],
  ['answered with nonsense after its work', { Kind: 'NotJson', AfterWork: true }],
  ['answered with nothing after its work', { Kind: 'Empty', AfterWork: true }],
  ['answered by half', { Kind: 'Truncate' }],
  ['cut off', { Kind: 'CutBefore' }],
  ['cut off after its work', { Kind: 'CutAfter' }],
  ['not answered in time', { Kind: 'Delay', DelayMs: 60_000 }],
]

describe('when the call that does the work', () => {
  it.each(passing)('is %s once, every action succeeds, and does its work once', async (_name, fault) => {
    const answers: (Answer & { action: Action })[] = []
    for (const group of groups) {
      for (const { work } of group) ecs.faults.add({ ...fault, Action: work, Times: 1 })
      answers.push(...(await callAll(group)))
      expect(ecs.faults.list()).toEqual([])
    }
    expect(outcomes(answers)).toEqual(allAre('200'))
    expectWorkDoneOnce(answers)
  })
})

describe('in the end', () => {
  it('a machine that was made though nobody was told is found by the same ClientToken', async () => {
    const before = ids()
    ecs.faults.add({ Kind: 'CutAfter', Action: 'RunInstances', Times: 2 })
    expect((await call('CreateSandbox', {})).status).toBe(503)
    const { body } = await call('CreateSandbox', {}) // the same X-Request-ID
    expect(ids()).toEqual([...before, body.Result?.SandboxId])
  })

  it('a stuck machine does not hold a deletion beyond the time of a request', async () => {
    ecs.seed(1, { tags: { 'managed-by': 'ecs-manager' }, status: 'CREATING' })
    const stuck = ecs.instances().at(-1)?.InstanceId ?? ''
    // At the end of that time the answer would be 504.
    const { status, code } = await call('DeleteSandbox', { SandboxId: stuck })
    expect([status, code]).toEqual([409, 'InvalidSandboxStatus'])
  })

  it.each([0, TRY_SECONDS * 1_500])(
    'a slow cloud, %i ms late, does not keep a list from being whole or refused',
    async (DelayMs) => {
      ecs.seed(450, { tags: { 'managed-by': 'ecs-manager' } })
      if (DelayMs > 0) ecs.faults.add({ Kind: 'Delay', DelayMs, Skip: 2 })
      const { status, code, body } = await call('DescribeSandboxes', {})
      expect([status, code]).toEqual(DelayMs > 0 ? [504, 'UpstreamTimeout'] : [200, undefined])
      expect(body.Result?.length).toBe(DelayMs > 0 ? undefined : 450 + actions.length)
    },
  )
})
