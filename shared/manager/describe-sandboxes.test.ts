import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../infra/emulator/ecs/faults.ts'
import { startEcs } from '../../infra/emulator/ecs/index.ts'
import { statuses } from '../../infra/emulator/ecs/instance.ts'
import { callFor, configFor, refusalOf, type Settings } from '../../tests/support/manager.ts'
import { answerWith, enveloped, startStub } from '../../tests/support/stub-cloud.ts'
import { createSandbox } from './create-sandbox.ts'
import { type DescribeRequest, describeSandboxes } from './describe-sandboxes.ts'
import { STATUSES } from './sandbox/sandbox.ts'

const ecs = await startEcs()
beforeEach(() => ecs.reset())
afterAll(() => ecs.close())

const tags = { 'managed-by': 'ecs-manager' }

function list(request: DescribeRequest = {}, settings: Settings = {}) {
  return describeSandboxes(callFor(configFor(ecs.url, settings)), request)
}

/** Every page from the first to the last. */
async function walk(request: DescribeRequest & { MaxResults: number }, settings: Settings = {}) {
  const config = configFor(ecs.url, settings)
  const ids: string[] = []
  let pages = 0
  let NextToken: string | undefined
  do {
    const page = await describeSandboxes(callFor(config), { ...request, NextToken })
    expect(page.sandboxes.length).toBeLessThanOrEqual(request.MaxResults)
    ids.push(...page.sandboxes.map(({ SandboxId }) => SandboxId))
    expect(page.NextToken).toBeTypeOf('string')
    NextToken = page.NextToken
    pages += 1
    expect(pages).toBeLessThan(3_000)
  } while (NextToken)
  return { ids, pages }
}

const own = () =>
  ecs
    .instances()
    .filter(({ Tags }) => Tags.get('managed-by') === 'ecs-manager')
    .map(({ InstanceId }) => InstanceId)

const idsOf = async (request: DescribeRequest = {}, settings: Settings = {}) =>
  (await list(request, settings)).sandboxes.map(({ SandboxId }) => SandboxId)

describe('a sandbox', () => {
  it('is shown with all that a caller may know of it', async () => {
    const ended = { ...tags, 'ecs-manager:expire-at': '2026-11-23T12:00:00Z' }
    ecs.seed(1, { tags: ended, instanceName: 'sandbox-desk', instanceTypeId: 'ecs.r3i.large' })
    const [instance] = ecs.instances()
    const { sandboxes } = await list()
    expect(JSON.parse(JSON.stringify(sandboxes))).toEqual([
      {
        SandboxId: instance?.InstanceId,
        PrimaryIp: instance?.NetworkInterfaces[0]?.PrimaryIpAddress,
        Status: 'RUNNING',
        OsType: 'Linux',
        InstanceTypeId: 'ecs.r3i.large',
        InstanceName: 'sandbox-desk',
        CreatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        ExpireAt: '2026-11-23T12:00:00Z',
      },
    ])
  })

  it.each<[string, Record<string, string>, boolean, boolean]>([
    ['without an end', { 'ecs-manager:expire-at': 'never' }, false, false],
    ['that another tool has made', {}, false, true],
  ])('%s shows none, or the one that lifetime.unmarked gives it', async (_name, more, kept, expiring) => {
    ecs.seed(1, { tags: { ...tags, ...more } })
    const shown = async (settings: Settings) => JSON.stringify(await list({}, settings)).includes('ExpireAt')
    expect(await shown({})).toBe(kept)
    expect(await shown({ 'lifetime.unmarked': 'expire' })).toBe(expiring)
  })

  it('has its time in UTC', async () => {
    ecs.seed(1, { tags })
    const { sandboxes } = await list()
    const shown = Date.parse(sandboxes[0]?.CreatedAt ?? '')
    expect(shown).toBe(Date.parse(ecs.instances()[0]?.CreatedAt ?? ''))
    expect(Math.abs(shown - Date.now())).toBeLessThan(60_000)
  })

  it.each(statuses)('that is %s shows an address only while it is RUNNING', async (status) => {
    ecs.seed(1, { tags, status })
    const { sandboxes } = await list()
    expect(sandboxes).toMatchObject([{ Status: status }])
    expect(JSON.stringify(sandboxes).includes('PrimaryIp')).toBe(status === 'RUNNING')
  })

  it('of Windows is shown as Windows', async () => {
    ecs.seed(1, { tags, imageId: 'image-windows' })
    expect((await list()).sandboxes).toMatchObject([{ OsType: 'Windows' }])
  })

  it('with a public address shows it', async () => {
    const call = callFor(configFor(ecs.url, { 'network.eip_bandwidth_mbps': 5 }))
    await createSandbox(call, { OsType: 'Linux' })
    const { sandboxes } = await list()
    expect(sandboxes[0]?.Eip).toBe(ecs.instances()[0]?.EipAddress?.IpAddress)
    expect(sandboxes[0]?.Eip).toMatch(/^198\./)
  })

  it('is found by its id, in one call', async () => {
    ecs.seed(3, { tags })
    const [, id = ''] = own()
    expect(await idsOf({ SandboxId: id })).toEqual([id])
    expect(ecs.calls).toHaveLength(1)
  })
})

describe('nothing is shown', () => {
  it('of an id that does not exist, and it is no error', async () => {
    expect(await list({ SandboxId: 'i-none' })).toEqual({ sandboxes: [] })
  })

  it.each([
    ['an instance without the tag', {}, {}],
    ['another value of the tag', { tags: { 'managed-by': 'other' } }, {}],
    ['another project', { tags, projectName: 'other' }, { 'instance.project_name': 'desktops' }],
    ['another region', { tags, zoneId: 'cn-shanghai-a' }, {}],
  ])('of %s, by its id as in the list', async (_name, seed, settings) => {
    ecs.seed(1, seed)
    const id = ecs.instances()[0]?.InstanceId ?? ''
    expect(await idsOf({ SandboxId: id }, settings)).toEqual([])
    expect(await idsOf({}, settings)).toEqual([])
    expect((await walk({ MaxResults: 10 }, settings)).ids).toEqual([])
  })

  it('where there is nothing, in one call', async () => {
    expect(await list()).toEqual({ sandboxes: [] })
    expect(await list({ MaxResults: 5 })).toEqual({ sandboxes: [], NextToken: '' })
    expect(ecs.calls).toHaveLength(2)
  })
})

describe('all of them', () => {
  it.each([
    [1, 1],
    [99, 1],
    [100, 1],
    [101, 2],
    [250, 3],
    [999, 10],
  ])('%i are read with %i calls', async (count, calls) => {
    ecs.seed(count, { tags })
    ecs.seed(3)
    expect(await idsOf()).toEqual(own())
    expect(ecs.calls).toHaveLength(calls)
    expect(ecs.calls.every(({ params }) => params.MaxResults === '100')).toBe(true)
  })

  it('of a status are all found, also behind the 1,000 that the cloud shows of a tag, and again at the next call', async () => {
    ecs.seed(1_000, { tags })
    ecs.seed(120, { tags, status: 'STOPPED' })
    const config = configFor(ecs.url)
    for (let round = 0; round < 2; round += 1) {
      const { sandboxes } = await describeSandboxes(callFor(config), { Status: 'STOPPED' })
      expect(sandboxes).toHaveLength(120)
    }
  })

  it.each([1_000, 1_001, 1_500])('%i among 500 others are all found, and none else', async (count) => {
    ecs.seed(200)
    ecs.seed(count / 2, { tags })
    ecs.seed(200, { tags: { 'managed-by': 'other' } })
    ecs.seed(Math.ceil(count / 2), { tags })
    ecs.seed(100)
    expect(own().length).toBeGreaterThanOrEqual(count)
    expect(await idsOf()).toEqual(own())
    // Also with the same configuration once more, which by now is known to be a large one.
    const config = configFor(ecs.url)
    for (let time = 0; time < 2; time++) {
      const { sandboxes } = await describeSandboxes(callFor(config), {})
      expect(sandboxes.map(({ SandboxId }) => SandboxId)).toEqual(own())
    }
  })

  it('of a project are found in it alone, however many there are', async () => {
    ecs.seed(1_200, { tags, projectName: 'desktops' })
    ecs.seed(1_200, { tags, projectName: 'other' })
    const expected = ecs
      .instances()
      .filter(({ ProjectName }) => ProjectName === 'desktops')
      .map(({ InstanceId }) => InstanceId)
    expect(await idsOf({}, { 'instance.project_name': 'desktops' })).toEqual(expected)
  })

  it('are found again with few calls once they have become few', async () => {
    const config = configFor(ecs.url)
    ecs.seed(1_100, { tags })
    await describeSandboxes(callFor(config), {})
    ecs.reset()
    ecs.seed(400)
    ecs.seed(5, { tags })
    expect((await describeSandboxes(callFor(config), {})).sandboxes).toHaveLength(5)
    const before = ecs.calls.length
    expect((await describeSandboxes(callFor(config), {})).sandboxes).toHaveLength(5)
    expect(ecs.calls.length - before).toBe(1)
  })

  it.each<Fault>([
    { Kind: 'Throttle' },
    { Kind: 'CutBefore' },
    { Kind: 'Truncate' },
    { Kind: 'Html' },
    { Kind: 'NotJson' },
  ])('are read though the third page fails once: %o', async (fault) => {
    ecs.seed(450, { tags })
    ecs.faults.add({ ...fault, Skip: 2, Times: 1 })
    expect(await idsOf()).toEqual(own())
  })

  it('or none: a list that cannot be read to its end is no answer', async () => {
    ecs.seed(450, { tags })
    ecs.faults.add({ Kind: 'CutBefore', Skip: 3 })
    expect(await refusalOf(list({}, { 'volcengine.max_tries': 1 }))).toBe('503 ServiceUnavailable')
  })
})

describe('page by page', () => {
  it.each([
    [1, 7, 7],
    [3, 7, 3],
    [7, 7, 1],
    [10, 25, 3],
    [100, 250, 3],
  ])('of %i, %i sandboxes are each seen once, on %i pages', async (MaxResults, count, pages) => {
    ecs.seed(count, { tags })
    ecs.seed(20)
    const walked = await walk({ MaxResults })
    expect(walked).toEqual({ ids: own(), pages })
  })

  it.each([100, 37])('of %i, 1,500 sandboxes among 500 others are each seen once', async (MaxResults) => {
    ecs.seed(250)
    ecs.seed(1_500, { tags })
    ecs.seed(250)
    expect((await walk({ MaxResults })).ids).toEqual(own())
  })

  it('holds MaxResults where there are as many', async () => {
    ecs.seed(30, { tags })
    const page = await list({ MaxResults: 20 })
    expect(page.sandboxes).toHaveLength(20)
    expect(page.NextToken).not.toBe('')
    expect((await list({ NextToken: page.NextToken })).sandboxes).toHaveLength(10)
  })

  it('may go on with another MaxResults', async () => {
    ecs.seed(30, { tags })
    const first = await list({ MaxResults: 4 })
    const second = await list({ MaxResults: 26, NextToken: first.NextToken })
    const ids = [...first.sandboxes, ...second.sandboxes].map(({ SandboxId }) => SandboxId)
    expect(ids).toEqual(own())
    expect(second.NextToken).toBe('')
  })

  it('has a NextToken that a URL need not escape', async () => {
    ecs.seed(3, { tags })
    expect((await list({ MaxResults: 1 })).NextToken).toMatch(/^[\w-]{1,2048}$/)
  })

  it('is empty and ended for one id', async () => {
    ecs.seed(1, { tags })
    const [id = ''] = own()
    expect(await list({ SandboxId: id, MaxResults: 1 })).toMatchObject({
      sandboxes: [{ SandboxId: id }],
      NextToken: '',
    })
  })

  it.each(['x', 't', 'w', 'nonsense', 'tnonsense', 'wnonsense', 't-', 't_', 'tA', 'w-', 'tMS4xLmFiYw', 'wMS4xLmFiYw'])(
    'refuses the NextToken %s',
    async (NextToken) => {
      ecs.seed(3, { tags })
      expect(await refusalOf(list({ NextToken }))).toBe('400 InvalidParameter.NextToken')
    },
  )

  it.each<[Fault, string]>([
    [{ Kind: 'Error', Status: 401, Code: 'InvalidAccessKey' }, '502 InvalidAccessKey'],
    [{ Kind: 'Error', Status: 403, Code: 'InvalidTimestamp' }, '502 InvalidTimestamp'],
    [{ Kind: 'Error', Status: 401, Code: 'InvalidSecretToken' }, '502 InvalidSecretToken'],
    [{ Kind: 'Throttle' }, '429 FlowLimitExceeded'],
    [{ Kind: 'Html' }, '503 ServiceUnavailable'],
  ])('does not blame the NextToken for %o', async (fault, refusal) => {
    ecs.seed(3, { tags })
    const { NextToken } = await list({ MaxResults: 1 })
    ecs.faults.add(fault)
    expect(await refusalOf(list({ NextToken }, { 'volcengine.max_tries': 1 }))).toBe(refusal)
  })
})

describe('filters', () => {
  it('know every status of ECS, and no other', () => {
    expect([...STATUSES].sort()).toEqual([...statuses].sort())
  })

  it.each(STATUSES)('show those that are %s alone', async (status) => {
    for (const each of STATUSES) ecs.seed(2, { tags, status: each })
    const { sandboxes } = await list({ Status: status })
    expect(sandboxes.map(({ Status }) => Status)).toEqual([status, status])
    expect((await walk({ MaxResults: 1, Status: status })).ids).toHaveLength(2)
  })

  it.each(['Linux', 'Windows'] as const)('show %s alone', async (OsType) => {
    ecs.seed(3, { tags, imageId: 'image-linux' })
    ecs.seed(2, { tags, imageId: 'image-windows' })
    const { sandboxes } = await list({ OsType })
    expect(new Set(sandboxes.map((sandbox) => sandbox.OsType))).toEqual(new Set([OsType]))
    expect((await walk({ MaxResults: 2, OsType })).ids).toEqual(sandboxes.map(({ SandboxId }) => SandboxId))
  })

  it('work together, also for one id', async () => {
    ecs.seed(1, { tags, status: 'STOPPED', imageId: 'image-windows' })
    ecs.seed(1, { tags, status: 'STOPPED' })
    const [windows, linux] = own()
    expect(await idsOf({ Status: 'STOPPED', OsType: 'Windows' })).toEqual([windows])
    expect(await idsOf({ SandboxId: linux, OsType: 'Windows' })).toEqual([])
    expect(await idsOf({ SandboxId: linux, Status: 'RUNNING' })).toEqual([])
    expect(await idsOf({ SandboxId: linux, Status: 'STOPPED' })).toEqual([linux])
  })

  it('find what they ask for beyond the limit of a tag filter', async () => {
    ecs.seed(1_100, { tags })
    ecs.seed(1_050, { tags, status: 'STOPPED' })
    expect(await idsOf({ Status: 'STOPPED' })).toHaveLength(1_050)
    expect((await walk({ MaxResults: 100, Status: 'STOPPED' })).ids).toHaveLength(1_050)
  })
})

describe('many lists at once', () => {
  const listings = () =>
    ecs.calls.filter(({ action, params }) => action === 'DescribeInstances' && params.NextToken === undefined).length

  it('share two listings, each with its own filter', async () => {
    ecs.seed(150, { tags })
    ecs.seed(150, { tags, status: 'STOPPED' })
    ecs.faults.add({ Kind: 'Delay', DelayMs: 20 })
    const config = configFor(ecs.url)
    const found = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        return describeSandboxes(callFor(config), index % 2 === 0 ? {} : { Status: 'STOPPED' })
      }),
    )
    expect(new Set(found.map(({ sandboxes }) => sandboxes.length))).toEqual(new Set([300, 150]))
    expect(listings()).toBe(2)
  })

  it('never miss a machine that was confirmed before they were asked for', async () => {
    ecs.seed(120, { tags })
    ecs.faults.add({ Kind: 'Delay', DelayMs: 5 })
    const config = configFor(ecs.url)
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index))
        const { SandboxId } = await createSandbox(callFor(config), { OsType: 'Linux' })
        const before = own()
        expect(before).toContain(SandboxId)
        const { sandboxes } = await describeSandboxes(callFor(config), {})
        expect(sandboxes.map(({ SandboxId }) => SandboxId)).toEqual(expect.arrayContaining(before))
      }),
    )
    expect(listings()).toBeLessThan(100)
  })

  it('last as long as the most patient of them waits', async () => {
    ecs.seed(1, { tags })
    ecs.faults.add({ Kind: 'Delay', DelayMs: 600 })
    const config = configFor(ecs.url)
    const first = describeSandboxes(callFor(config), {})
    const impatient = describeSandboxes(callFor(config, { withinMs: 100 }), {})
    const patient = describeSandboxes(callFor(config), {})
    expect((await patient).sandboxes).toHaveLength(1)
    await Promise.all([first, impatient])
  })

  it('fail together, and the next one does not', async () => {
    ecs.seed(1, { tags })
    ecs.faults.add({ Kind: 'Error', Status: 400, Code: 'AccessDenied', Times: 2 })
    const config = configFor(ecs.url)
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => describeSandboxes(callFor(config), {})))
    expect(outcomes.map(({ status }) => status)).toEqual(Array(10).fill('rejected'))
    expect((await describeSandboxes(callFor(config), {})).sandboxes).toHaveLength(1)
  })

  it('are not shared by two configurations', async () => {
    ecs.seed(1, { tags })
    ecs.seed(1, { tags: { 'managed-by': 'other' } })
    const found = await Promise.all([idsOf(), idsOf({}, { 'instance.tag_value': 'other' })])
    expect(found.flat().sort()).toEqual(
      ecs
        .instances()
        .map(({ InstanceId }) => InstanceId)
        .sort(),
    )
  })

  it('the log of one shows the calls to the cloud, that of another whose list it shares', async () => {
    const config = configFor(ecs.url)
    const calls = [callFor(config), callFor(config), callFor(config)]
    await Promise.all(calls.map((call) => describeSandboxes(call, {})))
    expect(calls.map((call) => call.cloudCalls().length)).toEqual([1, 1, 0])
    expect(JSON.parse(calls[2]?.line() ?? '').notes).toEqual(['shared the list of request r-1'])
  })
})

describe('whatever the cloud says of an instance', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(null, '', 'RUNNING', 'i-1', [], {}))
  const instance = fc.record(
    {
      InstanceId: fc.oneof({ weight: 5, arbitrary: fc.constant('i-1') }, odd),
      Status: fc.oneof({ weight: 5, arbitrary: fc.constant('RUNNING') }, odd),
      OsType: odd,
      InstanceTypeId: odd,
      InstanceName: odd,
      ProjectName: odd,
      CreatedAt: odd,
      EipAddress: fc.oneof(odd, fc.record({ IpAddress: odd })),
      NetworkInterfaces: fc.oneof(odd, fc.array(fc.oneof(odd, fc.record({ PrimaryIpAddress: odd })))),
      Tags: fc.oneof(
        fc.constant([{ Key: 'managed-by', Value: 'ecs-manager' }]),
        odd,
        fc.array(fc.record({ Key: odd, Value: odd })),
      ),
    },
    { requiredKeys: [] },
  )

  it('the list is an array of whole sandboxes, or a failure of the cloud', async () => {
    let Instances: unknown = []
    const stub = await startStub((_request, response) => {
      answerWith(response, enveloped({ Instances, NextToken: '', TotalCount: 1 }))
    })
    const config = configFor(stub.url, { 'volcengine.max_tries': 1 })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.array(instance, { maxLength: 3 }), odd), async (given) => {
        Instances = given
        const outcome = await describeSandboxes(callFor(config), {}).catch((error: unknown) => error)
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ name: 'ActionError', status: 503, code: 'ServiceUnavailable' })
          return
        }
        const { sandboxes } = outcome as { sandboxes: unknown[] }
        for (const sandbox of sandboxes) {
          expect(sandbox).toMatchObject({
            SandboxId: expect.any(String),
            Status: expect.any(String),
            OsType: expect.stringMatching(/^(Linux|Windows)$/),
            InstanceTypeId: expect.any(String),
          })
        }
      }),
      { numRuns: 200 },
    )
    await stub.close()
  })

  it.each([{ ResponseMetadata: {} }, { ResponseMetadata: {}, Result: {} }, { ResponseMetadata: {}, Result: [] }])(
    'an answer without a list, %j, is no empty list',
    async (body) => {
      const stub = await startStub((_request, response) => answerWith(response, body))
      const config = configFor(stub.url, { 'volcengine.max_tries': 1 })
      expect(await refusalOf(describeSandboxes(callFor(config), {}))).toBe('503 ServiceUnavailable')
      await stub.close()
    },
  )

  it.each([
    ['in Beijing time', '2026-11-23T20:00:00+08:00', '2026-11-23T12:00:00Z'],
    ['in UTC', '2026-11-23T12:00:00Z', '2026-11-23T12:00:00Z'],
    ['with fractions', '2026-11-23T20:00:00.999+08:00', '2026-11-23T12:00:00Z'],
    ['that is nonsense', 'yesterday', undefined],
    ['beyond all calendars', '+999999-01-01T00:00:00Z', undefined],
    ['that is empty', '', undefined],
  ])('a time %s is shown in UTC or not at all', async (_name, CreatedAt, expected) => {
    const instances = [
      { InstanceId: 'i-1', Status: 'RUNNING', CreatedAt, Tags: [{ Key: 'managed-by', Value: 'ecs-manager' }] },
    ]
    const stub = await startStub((_request, response) => {
      answerWith(response, enveloped({ Instances: instances, NextToken: '', TotalCount: 1 }))
    })
    const { sandboxes } = await describeSandboxes(callFor(configFor(stub.url)), {})
    expect(sandboxes[0]?.CreatedAt).toBe(expected)
    await stub.close()
  })
})
