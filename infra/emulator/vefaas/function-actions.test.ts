import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { caller, zipOf } from './testing.ts'

const vefaas = await startVefaas({ quotas: { functions: 30 } })
const call = caller(vefaas.url)
beforeEach(() => vefaas.reset())
afterAll(() => vefaas.close())

const good = { Name: 'some-function', Runtime: 'node20/v1' }
const code = zipOf('exports.handler = () => {}')
const create = async (more: object = {}) => (await call('CreateFunction', { ...good, ...more })).result
const names = (reply: { result: { Items: { Name: string }[] } }) => reply.result.Items.map(({ Name }) => Name)

describe('CreateFunction', () => {
  it('returns all fields of the function, with the documented defaults', async () => {
    const { result, outcome } = await call('CreateFunction', { ...good, SourceType: 'zip', Source: code })
    expect(outcome).toBe('200')
    expect(result).toEqual({
      Id: expect.stringMatching(/^[a-z\d]{8}$/),
      Name: 'some-function',
      Description: '',
      ProjectName: 'default',
      Runtime: 'node20/v1',
      FunctionType: 'event',
      SourceType: 'zip',
      Source: '',
      SourceLocation: '',
      Command: '',
      Port: 0,
      MemoryMB: 1024,
      Cpu: 1,
      CpuStrategy: '',
      InstanceType: '',
      RequestTimeout: 30,
      InitializerSec: 30,
      ExclusiveMode: false,
      MaxConcurrency: 100,
      Envs: [],
      Tags: [],
      Role: '',
      VpcConfig: { EnableVpc: false },
      TlsConfig: { EnableLog: false },
      TosMountConfig: { EnableTos: false },
      NasStorage: { EnableNas: false },
      AsyncTaskConfig: { EnableAsyncTask: false },
      EnableApmplus: false,
      Owner: '2100000000',
      TriggersCount: 0,
      CodeSize: Buffer.from(code, 'base64').length,
      CodeSizeLimit: 15,
      CreationTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      LastUpdateTime: result.CreationTime,
    })
    const { Tags, FunctionType, ...got } = result
    expect((await call('GetFunction', { Id: result.Id })).result).toEqual(got) // GetFunction shows no Tags
    const { AsyncTaskConfig, ...listed } = result
    expect((await call('ListFunctions')).result).toEqual({ Items: [listed], Total: 1 })
  })

  const many = (length: number) => Array.from({ length }, (_, index) => ({ Key: `K${index}`, Value: '' }))
  it.each<[string, object, string]>([
    ['no name', { Name: undefined }, '400 MissingParameter'],
    ['a name of 3', { Name: 'abc' }, '400 InvalidParameter'],
    ['a name of 4', { Name: 'ab-_' }, '200'],
    ['a name of 64', { Name: 'a'.repeat(64) }, '200'],
    ['a name of 65', { Name: 'a'.repeat(65) }, '400 InvalidParameter'],
    ['a name with a dot', { Name: 'some.function' }, '400 InvalidParameter'],
    ['no runtime', { Runtime: undefined }, '400 MissingParameter'],
    ['a runtime that does not exist', { Runtime: 'nodejs20/v1' }, '400 InvalidParameter'],
    ['a number instead of a string', { Description: 1 }, '400 InvalidParameter'],
    ['a description of 1000', { Description: '界'.repeat(1000) }, '200'],
    ['a description of 1001', { Description: '界'.repeat(1001) }, '400 InvalidParameter'],
    ['512 MB', { MemoryMB: 512 }, '200'],
    ['4096 MB', { MemoryMB: 4096 }, '200'],
    ['256 MB', { MemoryMB: 256 }, '400 InvalidParameter'],
    ['4608 MB', { MemoryMB: 4608 }, '400 InvalidParameter'],
    ['768 MB', { MemoryMB: 768 }, '400 InvalidParameter'],
    ['512 MB as a string', { MemoryMB: '512' }, '400 InvalidParameter'],
    ['a timeout of 0 s', { RequestTimeout: 0 }, '400 InvalidParameter'],
    ['a timeout of 1800 s, which is accepted but not documented', { RequestTimeout: 1800 }, '200'],
    ['a timeout of 0.5 s', { RequestTimeout: 0.5 }, '400 InvalidParameter'],
    ['9 calls at a time', { MaxConcurrency: 9 }, '400 InvalidParameter'],
    ['10 calls at a time', { MaxConcurrency: 10 }, '200'],
    ['1000 calls at a time', { MaxConcurrency: 1000 }, '200'],
    ['1001 calls at a time', { MaxConcurrency: 1001 }, '400 InvalidParameter'],
    ['environment variables', { Envs: [{ Key: 'A_1', Value: 'x' }] }, '200'],
    ['a variable that begins with a digit', { Envs: [{ Key: '1A', Value: '' }] }, '400 InvalidParameter'],
    ['a variable with a hyphen', { Envs: [{ Key: 'A-B', Value: '' }] }, '400 InvalidParameter'],
    ['a variable of 63', { Envs: [{ Key: 'A'.repeat(63), Value: '' }] }, '200'],
    ['a variable of 64', { Envs: [{ Key: 'A'.repeat(64), Value: '' }] }, '400 InvalidParameter'],
    ['a variable twice', { Envs: [...many(2), ...many(1)] }, '400 InvalidParameter'],
    ['a variable without a name', { Envs: [{ Value: '' }] }, '400 MissingParameter'],
    ['environment variables as an object', { Envs: { A: 'x' } }, '400 InvalidParameter'],
    ['a role', { Role: 'trn:iam::2100000000:role/ecs-manager' }, '200'],
    ['a role without its TRN', { Role: 'ecs-manager' }, '400 InvalidParameter'],
    [
      'a VPC',
      { VpcConfig: { EnableVpc: true, VpcId: 'vpc-1', SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } },
      '200',
    ],
    ['a VPC without a subnet', { VpcConfig: { EnableVpc: true, VpcId: 'vpc-1' } }, '400 InvalidParameter'],
    ['an image with another runtime', { SourceType: 'image', Source: 'host/a/b:c' }, '400 InvalidParameter'],
    ['an image', { Runtime: 'native/v1', SourceType: 'image', Source: 'host/a/b:c' }, '200'],
    ['an image without a name', { Runtime: 'native/v1', SourceType: 'image' }, '400 MissingParameter'],
    ['an unknown object', { SourceType: 'tos', Source: 'bucket:key' }, '400 InvalidParameter'],
    ['an unknown source type', { SourceType: 'git', Source: 'x' }, '400 InvalidParameter'],
    ['code that is not base64', { SourceType: 'zip', Source: '###' }, '400 InvalidParameter'],
    ['code that is not a zip', { SourceType: 'zip', Source: 'AAAA' }, '400 InvalidParameter'],
    ['a zip with a path traversal', { SourceType: 'zip', Source: zipOf({ '../x.js': '' }) }, '400 InvalidParameter'],
    ['a zip with an absolute path', { SourceType: 'zip', Source: zipOf({ '/x.js': '' }) }, '400 InvalidParameter'],
    ['a zip with a drive', { SourceType: 'zip', Source: zipOf({ 'C:\\x.js': '' }) }, '400 InvalidParameter'],
    ['an unknown parameter', { Handler: 'index.handler' }, '200'],
  ])('%s: %o', async (_what, more, outcome) => {
    expect((await call('CreateFunction', { ...good, ...more })).outcome).toBe(outcome)
    expect(vefaas.functions()).toHaveLength(outcome === '200' ? 1 : 0)
  })

  it('refuses a name that is taken, in any region', async () => {
    await create()
    for (const region of ['cn-beijing', 'cn-shanghai']) {
      expect((await call('CreateFunction', good, { region })).outcome).toBe('409 DuplicatedResource')
    }
  })

  it('refuses more functions than the quota', async () => {
    for (let index = 0; index < 30; index++) await create({ Name: `function-${index}` })
    expect((await call('CreateFunction', good)).outcome).toBe('400 QuotaExceeded')
  })
})

describe('UpdateFunction', () => {
  it('replaces the given settings, lists as a whole, and keeps the rest', async () => {
    const Envs = ['A', 'B'].map((Key) => ({ Key, Value: '1' }))
    const { Id, CodeSize } = await create({ Source: code, Envs, MemoryMB: 512, Tags: [{ Key: 'a', Value: 'b' }] })
    const { result } = await call('UpdateFunction', { Id, Envs: [{ Key: 'B', Value: '3' }], Description: 'new' })
    expect(result).toMatchObject({ Id, MemoryMB: 512, Description: 'new', CodeSize, Tags: [{ Key: 'a', Value: 'b' }] })
    expect(result.Envs).toEqual([{ Key: 'B', Value: '3' }])
    const { result: emptied } = await call('UpdateFunction', { Id, Envs: [], Tags: [], Description: '' })
    expect([emptied.Envs, emptied.Tags, emptied.Description]).toEqual([[], [], ''])
  })

  it('does not change the name or the runtime', async () => {
    const { Id } = await create()
    const { result } = await call('UpdateFunction', { Id, Name: 'other-name', Runtime: 'golang/v1' })
    expect([result.Name, result.Runtime]).toEqual(['some-function', 'node20/v1'])
  })

  it.each([
    ['no id', {}, '400 MissingParameter'],
    ['an unknown id', { Id: 'nobody00' }, '404 ResourceNotFound'],
  ])('with %s is refused', async (_what, body, outcome) => {
    expect((await call('UpdateFunction', body)).outcome).toBe(outcome)
  })

  it('with an invalid parameter changes nothing', async () => {
    const { Id } = await create()
    const before = vefaas.functions()
    expect((await call('UpdateFunction', { Id, MemoryMB: 512, Source: 'AAAA' })).outcome).toBe('400 InvalidParameter')
    expect(vefaas.functions()).toEqual(before)
  })
})

describe('ListFunctions', () => {
  it('has a default page size of 10, and shows the newest first', async () => {
    for (let index = 0; index < 12; index++) await create({ Name: `function-${index}` })
    const first = await call('ListFunctions')
    expect([names(first).length, first.result.Total, names(first)[0]]).toEqual([10, 12, 'function-11'])
    expect(names(await call('ListFunctions', { PageNumber: 2 }))).toEqual(['function-1', 'function-0'])
    expect(names(await call('ListFunctions', { PageNumber: 3 }))).toEqual([])
    expect(names(await call('ListFunctions', { PageSize: 100 }))).toHaveLength(12)
  })

  it.each([
    ['a page of 101', { PageSize: 101 }],
    ['a page of 0', { PageSize: 0 }],
    ['page 0', { PageNumber: 0 }],
    ['an unknown filter', { Filters: [{ Name: 'Owner', Values: [] }] }],
  ])('refuses %s', async (_what, body) => {
    expect((await call('ListFunctions', body)).outcome).toBe('400 InvalidParameter')
  })

  it('filters by id, by a part of the name, and by tags', async () => {
    const one = await create({ Name: 'some-one', Tags: [{ Key: 'a', Value: '1' }] })
    await create({ Name: 'some-other', Tags: [{ Key: 'a', Value: '2' }, { Key: 'b' }] })
    await create({ Name: 'third' })
    const list = async (body: object) => names(await call('ListFunctions', body))
    expect(await list({ Filters: [{ Name: 'Ids', Values: [one.Id] }] })).toEqual(['some-one'])
    expect(await list({ Filters: [{ Name: 'Name', Values: ['some'] }] })).toEqual(['some-other', 'some-one'])
    expect(await list({ Filters: [{ Name: 'Name', Values: ['one', 'third'] }] })).toEqual(['third', 'some-one'])
    expect(await list({ TagFilters: [{ Key: 'a', Values: ['1', '3'] }] })).toEqual(['some-one'])
    expect(await list({ TagFilters: [{ Key: 'a' }] })).toEqual(['some-other', 'some-one'])
    expect(await list({ TagFilters: [{ Key: 'a' }, { Key: 'b' }] })).toEqual(['some-other'])
  })

  it('only shows its own region', async () => {
    const { Id } = await create()
    const elsewhere = { region: 'cn-shanghai' }
    expect((await call('ListFunctions', {}, elsewhere)).result).toEqual({ Items: [], Total: 0 })
    expect((await call('GetFunction', { Id }, elsewhere)).outcome).toBe('404 ResourceNotFound')
  })

  it('can hide new functions for a while', async () => {
    vefaas.faults.add({ Kind: 'HideNew', Seconds: 5 })
    const { Id } = await create()
    expect(names(await call('ListFunctions'))).toEqual([])
    expect((await call('GetFunction', { Id })).outcome).toBe('200')
    vefaas.advance(5)
    expect(names(await call('ListFunctions'))).toEqual(['some-function'])
  })
})

describe('DeleteFunction', () => {
  it('removes the function, and frees its name', async () => {
    const { Id } = await create()
    expect((await call('DeleteFunction', { Id })).result).toEqual({})
    expect((await call('DeleteFunction', { Id })).outcome).toBe('404 ResourceNotFound')
    expect((await create()).Name).toBe('some-function')
  })

  it('is refused while the function has triggers', async () => {
    const { Id } = await create()
    const timer = await call('CreateTimer', { FunctionId: Id, Name: 'timer', Crontab: '* * * * *' })
    expect((await call('DeleteFunction', { Id })).outcome).toBe('403 InvalidOperation')
    await call('DeleteTimer', { FunctionId: Id, Id: timer.result.Id })
    expect((await call('DeleteFunction', { Id })).outcome).toBe('200')
  })
})

it('accepts or refuses any input, and never fails with an internal error', async () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('node20/v1', 'zip', 512, [{ Key: 'A', Value: 'b' }]))
  const name = fc.constantFrom('Name', 'Runtime', 'Source', 'SourceType', 'Envs', 'Tags', 'VpcConfig', 'MemoryMB', 'Id')
  const action = fc.constantFrom('CreateFunction', 'UpdateFunction', 'ListFunctions', 'CreateTimer', 'Release')
  await fc.assert(
    fc.asyncProperty(action, fc.dictionary(name, value), async (Action, body) => {
      const { status } = await call(Action, { ...good, FunctionId: 'nobody00', ...body })
      expect([200, 400, 404, 409]).toContain(status)
    }),
    { numRuns: 200 },
  )
})
