import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { callFor, configFor, type Settings } from '../../tests/support/manager.ts'
import { answerWith, enveloped, type Stub, startStub } from '../../tests/support/stub-cloud.ts'
import { ActionError } from '../errors.ts'
import { cleanupSandboxes } from './cleanup-sandboxes.ts'
import { createSandbox } from './create-sandbox.ts'
import { deleteSandbox } from './delete-sandbox.ts'
import { describeSandboxTerminalUrl } from './describe-sandbox-terminal-url.ts'
import { describeSandboxes } from './describe-sandboxes.ts'
import type { Call } from './ecs/call.ts'
import { renewSandbox } from './renew-sandbox.ts'
import { mintToken } from './sandbox/vnc-token.ts'
import { teardownSandboxes } from './teardown-sandboxes.ts'
import { validateVncToken } from './validate-vnc-token.ts'

let stub: Stub
/** What the cloud answers in place of a Result, by its action; gets the count of the call. */
let results: Record<string, (count: number) => unknown> = {}

beforeAll(async () => {
  stub = await startStub((request, response, count) => {
    const action = new URL(request.url ?? '', 'http://cloud').searchParams.get('Action') ?? ''
    answerWith(response, enveloped(results[action]?.(count) ?? null))
  })
})
afterAll(() => stub.close())
beforeEach(() => {
  results = {}
  stub.asked.length = 0
})

const ID = 'i-1'
const QUICK: Settings = { 'volcengine.max_tries': 1, 'lifetime.calls_per_second': 1_000, 'security.max_sandboxes': 1 }

/** Every work that asks the cloud what there is, and what it says then: `200`, or a status. */
const WORK: Record<string, (call: Call) => Promise<unknown>> = {
  CreateSandbox: (call) => createSandbox(call, { OsType: 'Linux' }),
  DeleteSandbox: (call) => deleteSandbox(call, ID),
  RenewSandbox: (call) => renewSandbox(call, ID, 60),
  DescribeSandboxTerminalUrl: (call) => describeSandboxTerminalUrl(call, ID),
  ValidateVncToken: (call) => validateVncToken(call, mintToken(ID)),
  'DescribeSandboxes, all': (call) => describeSandboxes(call, {}),
  'DescribeSandboxes, one': (call) => describeSandboxes(call, { SandboxId: ID }),
  'DescribeSandboxes, a page': (call) => describeSandboxes(call, { MaxResults: 10 }),
  TeardownSandboxes: async (call) => {
    const { failures } = await teardownSandboxes(call, [{ SandboxIds: [ID] }])
    if (failures[0]) throw failures[0]
  },
  CleanupSandboxes: async (call) => {
    const { failure } = await cleanupSandboxes(call, false)
    if (failure) throw failure
  },
}

async function outcomeOf(work: (call: Call) => Promise<unknown>): Promise<string> {
  const call = callFor(configFor(stub.url, QUICK), { withinMs: 3_500 })
  try {
    await work(call)
    return '200'
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    return `${error.status}`
  }
}

/** Whether it says how many instances there are, and which. (No generated item is an instance.) */
function isAnswer(result: unknown): boolean {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return false
  const { Instances, NextToken, TotalCount } = result as Record<string, unknown>
  if (typeof TotalCount !== 'number' || !['string', 'undefined'].includes(typeof (NextToken ?? undefined))) return false
  if (TotalCount === 0) return (Instances ?? null) === null || (Array.isArray(Instances) && Instances.length === 0)
  return Array.isArray(Instances) && Instances.length === 0 && Boolean(NextToken)
}

const json = fc.jsonValue({ maxDepth: 2 })
const nearly = fc.record(
  {
    Instances: fc.oneof(json, fc.constant([]), fc.constant(null)),
    NextToken: fc.oneof(fc.constant(''), fc.constant('again'), json),
    TotalCount: fc.oneof(fc.nat(5), fc.constant(0), json),
  },
  { requiredKeys: [] },
)

describe('whatever JSON the cloud answers in place of what there is', () => {
  it.each(Object.keys(WORK))('%s takes it for unreadable, and never for "there is none"', async (name) => {
    const work = WORK[name] as (call: Call) => Promise<unknown>
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(json, nearly).filter((result) => !isAnswer(result)),
        async (result) => {
          results.DescribeInstances = () => result
          stub.asked.length = 0
          expect(await outcomeOf(work)).toBe('503')
          expect(stub.asked.length).toBeLessThanOrEqual(1)
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([
    null,
    [],
    {},
    0,
    '',
    { Instances: null },
    { Instances: [] },
    { Instances: [], TotalCount: 1 },
    { Instances: [{ InstanceId: 'i-2', Status: 'RUNNING' }], TotalCount: 2 },
  ])('no machine is missing because the answer is %j', async (result) => {
    results.DescribeInstances = () => result
    for (const work of Object.values(WORK)) expect(await outcomeOf(work)).toBe('503')
  })
})

describe('a listing ends, whatever the cloud says', () => {
  const some = [{ InstanceId: ID, Status: 'RUNNING' }]
  const pages: [string, (count: number) => unknown, number][] = [
    ['the same NextToken', () => ({ Instances: some, NextToken: 'again', TotalCount: 1_000_000 }), 2],
    ['two in turn', (count) => ({ Instances: some, NextToken: `page-${count % 2}`, TotalCount: 900 }), 3],
    ['ever new ones', (count) => ({ Instances: some, NextToken: `page-${count}`, TotalCount: 3 }), 12],
    ['ever new ones of many', (count) => ({ Instances: some, NextToken: `page-${count}`, TotalCount: 5_000 }), 112],
    ['ever new ones of none', (count) => ({ Instances: some, NextToken: `page-${count}`, TotalCount: -99 }), 9],
    ['no first page', () => ({ Instances: [], NextToken: 'page-2', TotalCount: 3 }), 1],
  ]

  it.each(pages)('with %s as NextToken', async (_name, page, most) => {
    results.DescribeInstances = page
    for (const name of ['DescribeSandboxes, all', 'CleanupSandboxes']) {
      stub.asked.length = 0
      expect(await outcomeOf(WORK[name] as (call: Call) => Promise<unknown>)).toBe('503')
      // A listing may begin again with another filter, the clean-up twice.
      expect(stub.asked.length).toBeLessThanOrEqual(most + 2)
    }
  })
})

describe('an answer about some of the instances that were asked for', () => {
  const other = { InstanceId: 'i-2', Status: 'RUNNING' }

  it.each([
    { Instances: [other], NextToken: 'more', TotalCount: 2 },
    { Instances: [other], TotalCount: 1 },
  ])('is never "there is none": %j', async (result) => {
    results.DescribeInstances = () => result
    const names = ['DeleteSandbox', 'RenewSandbox', 'DescribeSandboxes, one', 'ValidateVncToken', 'TeardownSandboxes']
    for (const name of names) expect(await outcomeOf(WORK[name] as (call: Call) => Promise<unknown>)).toBe('503')
  })
})

describe('what the cloud answers to a deletion', () => {
  const machine = {
    InstanceId: ID,
    Status: 'RUNNING',
    CreatedAt: '2026-11-01T00:00:00+08:00',
    Tags: [
      { Key: 'managed-by', Value: 'ecs-manager' },
      { Key: 'ecs-manager:expire-at', Value: '2026-11-02T00:00:00Z' },
    ],
  }
  const answers: [unknown, string][] = [
    [null, '503'],
    [[], '503'],
    [{}, '503'],
    [{ OperationDetails: null }, '503'],
    [{ OperationDetails: [] }, '503'],
    [{ OperationDetails: [{ InstanceId: 'i-2', Error: null }] }, '503'],
    [{ OperationDetails: [{ InstanceId: ID, Error: {} }] }, '503'],
    [{ OperationDetails: [{ InstanceId: ID, Error: null }] }, '200'],
  ]

  it.each(answers)('is a success only where it says so: %j', async (result, expected) => {
    results.DescribeInstances = () => ({ Instances: [machine], TotalCount: 1 })
    results.DeleteInstances = () => result
    for (const name of ['TeardownSandboxes', 'CleanupSandboxes']) {
      expect(await outcomeOf(WORK[name] as (call: Call) => Promise<unknown>)).toBe(expected)
    }
  })

  it('stands in no message unless it looks like a code', async () => {
    const Code = 'i-9 was deleted by <b>admin</b>, password hunter2'
    results.DescribeInstances = () => ({ Instances: [machine], TotalCount: 1 })
    results.DeleteInstances = () => ({ OperationDetails: [{ InstanceId: ID, Error: { Code, Message: Code } }] })
    const call = callFor(configFor(stub.url, QUICK), { withinMs: 3_500 })
    const { failures } = await teardownSandboxes(call, [{ SandboxIds: [ID] }])
    expect(failures[0]?.message).toBe(`Not deleted yet (UnknownError): ${ID}. Deliver the event again.`)
    await cleanupSandboxes(call, false)
    expect(call.line()).not.toContain('hunter2')
  })
})
