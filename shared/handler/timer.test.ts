import fc from 'fast-check'
import * as v from 'valibot'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { SHAPES } from '../../tests/support/events.ts'
import { cloudEvent, eventBridge, inBase64, scheduled, sqs, vefaasEvent } from '../../tests/support/messages.ts'
import { AUTHORIZED, configure } from '../../tests/support/service.ts'
import { ActionError } from '../errors.ts'
import { timer } from './timer.ts'

let lines: string[] = []
let inputs: unknown[] = []

// Nothing listens there: these functions call no cloud.
const configured = (settings: Record<string, string> = {}) => configure('http://127.0.0.1:9', settings)

beforeAll(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0)
})
beforeEach(async () => {
  lines = []
  inputs = []
  await configured()
})

const RESULT = { Done: 7 }
type Work = () => Promise<{ result: object; failure?: ActionError }>

function doing(work: Work = async () => ({ result: RESULT })) {
  return timer({
    name: 'CleanupSandboxes',
    input: v.strictObject({ DryRun: v.optional(v.boolean('must be true or false'), false) }),
    run(input) {
      inputs.push(input)
      return work()
    },
  })
}

const VEFAAS = { requestId: 'r-vefaas' }
const AWS = { awsRequestId: 'r-aws', getRemainingTimeInMillis: () => 60_000 }
const replied = (result: object) => ({ statusCode: 200, headers: expect.any(Object), body: JSON.stringify(result) })
const line = () => JSON.parse(lines[0] ?? '')
const scheduler = (detail: unknown) =>
  eventBridge(detail, { source: 'aws.scheduler', 'detail-type': 'Scheduled Event' })

describe('a timer', () => {
  test.each<[string, unknown, object, object, boolean]>([
    ['of veFaaS without a payload', vefaasEvent('timer', ''), VEFAAS, replied(RESULT), false],
    ['of veFaaS with a payload', vefaasEvent('timer', '{"DryRun":true}'), VEFAAS, replied(RESULT), true],
    ['of veFaaS with a payload that is parsed', vefaasEvent('timer', { DryRun: true }), VEFAAS, replied(RESULT), true],
    ['of veFaaS without data', vefaasEvent('timer', undefined), VEFAAS, replied(RESULT), false],
    ['of veFaaS with null for data', vefaasEvent('timer', null), VEFAAS, replied(RESULT), false],
    [
      'of veFaaS with a byte order mark in its payload',
      vefaasEvent('timer', '\uFEFF{"DryRun":true}'),
      VEFAAS,
      replied(RESULT),
      true,
    ],
    [
      'of veFaaS with a payload in base64',
      vefaasEvent('timer', undefined, { data_base64: inBase64({ DryRun: true }) }),
      VEFAAS,
      replied(RESULT),
      true,
    ],
    [
      'of veFaaS by its older name',
      vefaasEvent('timer', '{}', { type: 'bytefaas.timer.event' }),
      {},
      replied(RESULT),
      false,
    ],
    ['of AWS EventBridge', scheduled(), AWS, RESULT, false],
    ['of AWS EventBridge Scheduler', scheduler('{}'), AWS, RESULT, false],
    ['of AWS with a detail', scheduler({ DryRun: true }), AWS, RESULT, true],
    ['that is a direct invocation', {}, AWS, RESULT, false],
    ['that is a direct invocation with data', { DryRun: true }, AWS, RESULT, true],
    ['that is a direct invocation without any context', { DryRun: false }, {}, RESULT, false],
    ['that is a direct invocation on veFaaS', { DryRun: true }, VEFAAS, replied(RESULT), true],
    ['that is a direct invocation with text', '{"DryRun":true}', AWS, RESULT, true],
    ['that is a direct invocation without a payload', undefined, AWS, RESULT, false],
  ])('%s is worked for', async (_name, event, context, answer, DryRun) => {
    expect(await doing()(event, context)).toEqual(answer)
    expect(inputs).toEqual([{ DryRun }])
    expect(lines).toHaveLength(1)
    expect(line()).toMatchObject({ action: 'CleanupSandboxes', status: 200, level: 'info', result: RESULT })
  })

  test.each<[string, unknown, string]>([
    ['a mistyped name', { dryRun: true }, 'UnknownParameter.dryRun'],
    ['a text for a truth', { DryRun: 'true' }, 'InvalidParameter.DryRun'],
    ['null for a truth', { DryRun: null }, 'InvalidParameter.DryRun'],
    ['__proto__', JSON.parse('{"__proto__":{"DryRun":true}}'), 'UnknownParameter.__proto__'],
    ['a list', [{ DryRun: true }], 'InvalidEvent'],
    ['a number', 7, 'InvalidEvent'],
    ['null', null, 'InvalidEvent'],
    ['text that is no JSON', 'DryRun', 'InvalidEvent'],
    ['a payload that is no JSON', vefaasEvent('timer', '{"DryRun":true'), 'InvalidEvent'],
    ['a payload that is a list', vefaasEvent('timer', '[]'), 'InvalidEvent'],
    ['a payload that is null', vefaasEvent('timer', 'null'), 'InvalidEvent'],
    ['a payload after two byte order marks', vefaasEvent('timer', '\uFEFF\uFEFF{"DryRun":true}'), 'InvalidEvent'],
    ['a payload before a byte order mark', vefaasEvent('timer', '{"DryRun":true}\uFEFF'), 'InvalidEvent'],
    ['a payload twice', vefaasEvent('timer', '{}', { data_base64: 'e30=' }), 'InvalidEvent'],
    ['a payload in broken base64', vefaasEvent('timer', undefined, { data_base64: 'e30' }), 'InvalidEvent'],
    ['a payload with a mistyped name', vefaasEvent('timer', '{"dryRun":true}'), 'UnknownParameter.dryRun'],
    ['another trigger of veFaaS', vefaasEvent('kafka', '{}'), 'InvalidEvent'],
    ['a CloudEvent of anybody', cloudEvent({}), 'InvalidEvent'],
    ['a timer of another version', vefaasEvent('timer', '', { specversion: '0.3' }), 'InvalidEvent'],
    ['a timer without its type', { ...vefaasEvent('timer', ''), type: undefined }, 'InvalidEvent'],
    ['a detail that is no JSON', scheduler('{'), 'InvalidEvent'],
    ['a detail that is a list', scheduler([]), 'InvalidEvent'],
    ['a queue', sqs('{}'), 'InvalidEvent'],
    ...Object.entries(SHAPES).map(([shape, make]): [string, unknown, string] => [
      `a request as of ${shape}`,
      make({ method: 'POST', headers: AUTHORIZED, body: '{"DryRun":true}' }),
      'InvalidEvent',
    ]),
  ])('is not %s: refused, nothing is done, and both log and platform see it', async (_name, event, code) => {
    for (const context of [VEFAAS, AWS]) {
      lines = []
      await expect(doing()(event, context)).rejects.toThrow(new RegExp(`^${code}: .* \\(request r-`))
      expect(line()).toMatchObject({ status: 400, code, level: 'error' })
      expect(line()).not.toHaveProperty('result')
    }
    expect(inputs).toEqual([])
  })

  test('is never misread, whatever it is', async () => {
    const atoms = fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      '{}',
      '{"DryRun":true}',
      true,
      {},
      [],
      'faas.timer.event',
    )
    const events = fc.oneof(
      fc.anything({ withNullPrototype: true }),
      fc.record(
        { specversion: fc.constantFrom('1.0', '2', 1), type: atoms, data: atoms, detail: atoms, 'detail-type': atoms },
        { requiredKeys: [] },
      ),
    )
    await fc.assert(
      fc.asyncProperty(events, async (event) => {
        inputs = []
        const ended = await doing()(event, AWS).then(
          () => 'done',
          () => 'refused',
        )
        expect(inputs).toHaveLength(ended === 'done' ? 1 : 0)
        for (const input of inputs) expect(Object.keys(input as object)).toEqual(['DryRun'])
      }),
      { numRuns: 500 },
    )
  })
})

describe('work that fails', () => {
  const failing: [string, Work, number, string][] = [
    ['with what it did', async () => ({ result: RESULT, failure: refusal() }), 503, 'CleanupIncomplete'],
    ['by an exception', () => Promise.reject(refusal()), 503, 'CleanupIncomplete'],
    ['by a bug', () => Promise.reject(new TypeError('of the code')), 500, 'InternalError'],
  ]
  const refusal = () => new ActionError(503, 'CleanupIncomplete', '1 of 2 sandboxes could not be deleted.')

  test.each(failing)('%s fails the invocation, on every platform', async (_name, work, status, code) => {
    for (const [event, context] of [
      [vefaasEvent('timer', ''), VEFAAS],
      [scheduled(), AWS],
      [{}, AWS],
    ] as const) {
      lines = []
      await expect(doing(work)(event, context)).rejects.toThrow(new RegExp(`^${code}: .* \\(request `))
      expect(line()).toMatchObject({ status, code, level: 'error' })
    }
  })

  test('tells what was done all the same', async () => {
    await doing(async () => ({ result: RESULT, failure: refusal() }))({}, AWS).catch(() => {})
    expect(line().result).toEqual(RESULT)
  })

  test('does not show a secret to the platform', async () => {
    const failure = new ActionError(503, 'CleanupIncomplete', 'The key is fake-key-for-tests.')
    await expect(doing(async () => ({ result: {}, failure }))({}, AWS)).rejects.toThrow('The key is [redacted].')
  })

  test('fails when its time is up', async () => {
    const endless: Work = () => new Promise(() => {})
    await expect(doing(endless)({}, { getRemainingTimeInMillis: () => 300 })).rejects.toThrow('UpstreamTimeout')
    expect(line()).toMatchObject({ status: 504, level: 'error' })
  })

  test('fails with a configuration that cannot be used, without a detail', async () => {
    await configured({ 'log.level': 'loud' }).catch(() => {})
    await expect(doing()({}, AWS)).rejects.toThrow('InternalError: The manager failed. Its log tells why.')
    expect(lines[0]).toContain('log.level must be')
    expect(inputs).toEqual([])
  })
})

test('has all of the time that the platform gives, not that of a request', async () => {
  await configured({ 'server.timeout_seconds': '3' })
  const handler = timer({
    name: 'CleanupSandboxes',
    input: v.strictObject({}),
    run: async (_input, { deadline }) => ({ result: { Seconds: (deadline - Date.now()) / 1_000 } }),
  })
  const { Seconds } = (await handler({}, AWS)) as { Seconds: number }
  expect(Seconds).toBeGreaterThan(55)
  expect(Seconds).toBeLessThan(60)
})
