import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { caller, finishedRelease, requestOf, zipOf } from './testing.ts'

const vefaas = await startVefaas()
const call = caller(vefaas.url)
beforeEach(() => vefaas.reset())
afterAll(() => vefaas.close())

const saying = (text: string) => zipOf(`exports.handler = async () => ({ body: ${JSON.stringify(text)} })`)

/** Creates a function and returns its id. */
async function create(Source: string, more: object = {}): Promise<string> {
  const { result, message } = await call('CreateFunction', {
    Name: 'some-function',
    Runtime: 'node20/v1',
    SourceType: 'zip',
    Source,
    ...more,
  })
  expect(message).toBe('')
  return result.Id
}

const startRelease = (FunctionId: string, more: object = {}) =>
  call('Release', { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100, RollingStep: 100, ...more })
async function releaseFunction(FunctionId: string, more: object = {}) {
  expect((await startRelease(FunctionId, more)).outcome).toBe('200')
  return finishedRelease(call, FunctionId)
}
/** Waits until an instance of the revision has loaded. */
const loaded = (FunctionId: string, RevisionNumber: number) =>
  expect
    .poll(async () => (await call('ListFunctionInstances', { FunctionId })).result.Items)
    .toContainEqual(expect.objectContaining({ RevisionNumber, InstanceStatus: 'Ready' }))
const ask = async (id: string, request = {}) => (await vefaas.invoke(id, requestOf(request))).body.toString()

describe('a release', () => {
  it('starts the code and then serves it', async () => {
    const id = await create(saying('one'))
    expect((await call('GetReleaseStatus', { FunctionId: id })).result).toMatchObject({
      Status: 'pending',
      StableRevisionNumber: -1,
    })
    expect(vefaas.hasReleased(id)).toBe(false)
    await expect(vefaas.invoke(id, requestOf())).rejects.toThrow('release it first')
    expect((await startRelease(id)).result).toMatchObject({
      Status: 'inprogress',
      StableRevisionNumber: -1,
      NewRevisionNumber: 1,
    })
    expect(await finishedRelease(call, id)).toEqual({
      FunctionId: id,
      Status: 'done',
      StatusMessage: '',
      ErrorCode: '',
      FailedInstanceLogs: '',
      ReleaseRecordId: expect.stringMatching(/^[\da-f]{12}$/),
      StableRevisionNumber: 1,
      OldRevisionNumber: -1,
      NewRevisionNumber: 1,
      CurrentTrafficWeight: 100,
      TargetTrafficWeight: 100,
      StartTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
    })
    expect(vefaas.hasReleased(id)).toBe(true)
    expect(await ask(id)).toBe('one')
  })

  it('changes what is served, UpdateFunction does not', async () => {
    const id = await create(saying('one'))
    await releaseFunction(id)
    await call('UpdateFunction', { Id: id, SourceType: 'zip', Source: saying('two') })
    expect(await ask(id)).toBe('one')
    await releaseFunction(id)
    expect(await ask(id)).toBe('two')
    expect(await releaseFunction(id, { RevisionNumber: 1 })).toMatchObject({
      Status: 'done',
      OldRevisionNumber: 2,
      NewRevisionNumber: 1,
      StableRevisionNumber: 1,
    })
    expect(await ask(id)).toBe('one')
    const { result } = await call('ListRevisions', { FunctionId: id })
    expect(result).toMatchObject({ Total: 2, Items: [{ RevisionNumber: 2 }, { RevisionNumber: 1 }] })
  })

  it('lets running calls finish on the previous revision', async () => {
    const slow = `exports.handler = () => new Promise((resolve) => setTimeout(() => resolve({ body: 'old' }), 600))`
    const id = await create(zipOf(slow))
    await releaseFunction(id)
    const running = ask(id)
    await call('UpdateFunction', { Id: id, Source: saying('new') })
    await releaseFunction(id)
    expect(await ask(id)).toBe('new')
    expect(await running).toBe('old')
    await expect.poll(async () => (await call('ListFunctionInstances', { FunctionId: id })).result.Total).toBe(1)
  })

  it.each([
    ['a syntax error', 'exports.handler = (', 'function_start_failed', 'SyntaxError'],
    ['a throw', 'console.log("before"); throw new Error("broken")', 'function_start_failed', 'Error: broken'],
    ['an exit', 'console.error("bye"); process.exit(3)', 'function_start_failed', 'bye'],
    ['no handler', '', 'function_start_failed', 'index.js does not export a function named handler'],
    ['no end', 'console.log("on and on"); for (;;) {}', 'function_start_timeout', 'on and on'],
  ])(
    'of code with %s fails, reports why, and the previous revision still serves',
    async (_what, code, ErrorCode, line) => {
      const id = await create(saying('one'))
      await releaseFunction(id)
      const InitializerSec = ErrorCode === 'function_start_timeout' ? 3 : 30
      await call('UpdateFunction', { Id: id, Source: zipOf(code), InitializerSec })
      const status = await releaseFunction(id)
      expect(status).toMatchObject({ Status: 'failed', ErrorCode, StableRevisionNumber: 1, NewRevisionNumber: 2 })
      expect(status.StatusMessage).toMatch(/./)
      expect(await (await fetch(status.FailedInstanceLogs)).text()).toContain(line)
      expect(await ask(id)).toBe('one')
    },
  )

  it('succeeds without a process in a cloud that loads no code', async () => {
    const quiet = await startVefaas({ loadsCode: false })
    try {
      const callQuiet = caller(quiet.url)
      const { result } = await callQuiet('CreateFunction', {
        Name: 'some-function',
        Runtime: 'node20/v1',
        SourceType: 'zip',
        Source: zipOf('throw new Error("broken")'),
      })
      await callQuiet('Release', { FunctionId: result.Id, RevisionNumber: 0, TargetTrafficWeight: 100 })
      expect(await finishedRelease(callQuiet, result.Id)).toMatchObject({ Status: 'done', StableRevisionNumber: 1 })
      expect((await callQuiet('ListFunctionInstances', { FunctionId: result.Id })).result.Items).toEqual([])
    } finally {
      quiet.close()
    }
  })

  it('is refused while another one is in progress, like a change', async () => {
    const id = await create(saying('one'))
    vefaas.faults.add({ Kind: 'StuckRelease', Times: 1 })
    await startRelease(id)
    await loaded(id, 1)
    for (const attempt of [
      startRelease(id),
      call('UpdateFunction', { Id: id, MemoryMB: 512 }),
      call('DeleteFunction', { Id: id }),
    ]) {
      expect((await attempt).outcome).toBe('409 StatusConflictError')
    }
    expect((await call('AbortRelease', { FunctionId: id })).result).toMatchObject({ Status: 'failed' })
    expect(await releaseFunction(id)).toMatchObject({ Status: 'done', NewRevisionNumber: 2 })
  })

  it.each([
    ['code with a file below another file', { Source: zipOf({ a: '', 'a/b': '' }) }, {}, '400 InvalidParameter'],
    ['a function without code', { Source: undefined }, {}, '400 InvalidRequest'],
    ['a revision that does not exist', {}, { RevisionNumber: 7 }, '404 ResourceNotFound'],
    ['another function', {}, { FunctionId: 'nobody00' }, '404 ResourceNotFound'],
    ['a runtime that is not emulated', { Runtime: 'golang/v1' }, {}, '403 InvalidOperation'],
    ['a weight over 100', {}, { TargetTrafficWeight: 101 }, '400 InvalidParameter'],
    ['a step of 0', {}, { RollingStep: 0 }, '400 InvalidParameter'],
    ['a MinInstance above MaxInstance', {}, { MinInstance: 11 }, '400 InvalidParameter'],
    ['no revision number', {}, { RevisionNumber: undefined }, '400 MissingParameter'],
  ])('of %s is refused', async (_what, of, more, outcome) => {
    const id = await create(saying('one'), of)
    expect((await startRelease(id, more)).outcome).toBe(outcome)
    expect((await call('ListRevisions', { FunctionId: id })).result.Total).toBe(0)
  })

  it('follows the clock, and moves the traffic in steps', async () => {
    vefaas.faults.add({ Kind: 'SlowRelease', Seconds: 100, Skip: 1 })
    const id = await create(saying('one'))
    await releaseFunction(id)
    await call('UpdateFunction', { Id: id, Source: saying('two') })
    await startRelease(id, { RollingStep: 20 })
    const weight = async () => (await call('GetReleaseStatus', { FunctionId: id })).result.CurrentTrafficWeight
    await loaded(id, 2)
    expect(await weight()).toBe(0)
    vefaas.advance(50)
    expect(await weight()).toBe(40)
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(id)))
    expect(answers.filter((text) => text === 'two')).toHaveLength(4)
    vefaas.advance(50)
    expect(await finishedRelease(call, id)).toMatchObject({ Status: 'done', CurrentTrafficWeight: 100 })
    expect(await ask(id)).toBe('two')
  })

  it('to a part of the traffic stays there until it is completed or aborted', async () => {
    const id = await create(saying('one'))
    await releaseFunction(id)
    await call('UpdateFunction', { Id: id, Source: saying('two') })
    expect(await releaseFunction(id, { TargetTrafficWeight: 25 })).toMatchObject({
      Status: 'done',
      StableRevisionNumber: 1,
      NewRevisionNumber: 2,
      CurrentTrafficWeight: 25,
    })
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(id)))
    expect(answers.filter((text) => text === 'two')).toHaveLength(2)
    expect((await startRelease(id)).outcome).toBe('409 StatusConflictError')
    await call('UpdateRelease', { FunctionId: id, TargetTrafficWeight: 100 })
    expect(await finishedRelease(call, id)).toMatchObject({ Status: 'done', StableRevisionNumber: 2 })
    expect(await ask(id)).toBe('two')
    for (const action of ['UpdateRelease', 'AbortRelease']) {
      expect((await call(action, { FunctionId: id, TargetTrafficWeight: 50 })).outcome).toBe('403 InvalidOperation')
    }
  })

  it('without a weight gives the new revision no traffic', async () => {
    const id = await create(saying('one'))
    await releaseFunction(id)
    await call('UpdateFunction', { Id: id, Source: saying('two') })
    expect(await releaseFunction(id, { TargetTrafficWeight: undefined })).toMatchObject({ CurrentTrafficWeight: 0 })
    expect(await ask(id)).toBe('one')
    expect((await call('AbortRelease', { FunctionId: id })).result).toMatchObject({ Status: 'failed' })
    expect(await ask(id)).toBe('one')
    const { result } = await call('ListReleaseRecords', { FunctionId: id })
    expect(result).toMatchObject({
      Total: 2,
      Items: [
        { Status: 'rollbacked', SourceRevisionNumber: 1, TargetRevisionNumber: 2 },
        { Status: 'done', SourceRevisionNumber: -1, TargetRevisionNumber: 1 },
      ],
    })
  })

  it.each([
    ['ListRevisions', { Filters: [{ Name: 'RevisionNumber', Values: ['1'] }] }],
    ['ListReleaseRecords', { Filters: [{ Name: 'Status', Values: ['done'] }] }],
    ['ListReleaseRecords', { OrderBy: { Key: 'CreationTime', Ascend: true } }],
  ])('%s refuses a filter or an order that it does not support', async (action, body) => {
    const FunctionId = await create(saying('one'))
    expect((await call(action, { FunctionId, ...body })).outcome).toBe('400 InvalidParameter')
    expect((await call(action, { FunctionId, Filters: [] })).outcome).toBe('200')
  })

  it('can fail by a scripted fault', async () => {
    const id = await create(saying('one'))
    vefaas.faults.add({ Kind: 'FailRelease', ErrorCode: 'function_health_check_failed', Times: 1 })
    const status = await releaseFunction(id)
    expect(status).toMatchObject({ Status: 'failed', ErrorCode: 'function_health_check_failed' })
    expect((await fetch(status.FailedInstanceLogs)).status).toBe(200)
    expect(vefaas.hasReleased(id)).toBe(false)
    expect(await releaseFunction(id)).toMatchObject({ Status: 'done', NewRevisionNumber: 2 })
  })
})
