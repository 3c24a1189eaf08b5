import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { processExists } from './runtime/temporary-folder.ts'
import { caller, releaseFunction, requestOf, zipOf } from './testing.ts'

const vefaas = await startVefaas()
const call = caller(vefaas.url)
beforeEach(() => vefaas.reset())
afterAll(() => vefaas.close())

const code = `
  console.log('loaded')
  exports.handler = async ({ path }) => {
    if (path === '/crash') process.exit(1)
    if (path === '/wait') await new Promise((resolve) => setTimeout(resolve, 500))
    console.log('called ' + path)
    return { body: String(process.pid) }
  }`

async function deployFunction(settings: object = {}, resource?: object): Promise<string> {
  const Source = zipOf(code)
  const created = await call('CreateFunction', { Name: 'some-function', Runtime: 'node20/v1', Source, ...settings })
  const FunctionId = created.result.Id
  if (resource) await call('UpdateFunctionResource', { FunctionId, ...resource })
  await releaseFunction(call, FunctionId)
  return FunctionId
}

const ask = async (id: string, path: string) => (await vefaas.invoke(id, requestOf({ path }))).body.toString()
const list = async (FunctionId: string) => (await call('ListFunctionInstances', { FunctionId })).result
const ready = (id: string) =>
  expect.poll(
    async () =>
      (await list(id)).Items.filter((one: { InstanceStatus: string }) => one.InstanceStatus === 'Ready').length,
  )

describe('instances', () => {
  it('are listed, and their logs can be read', async () => {
    const FunctionId = await deployFunction()
    const { Items, Total } = await list(FunctionId)
    expect(Total).toBe(1)
    expect(Items[0]).toMatchObject({
      InstanceName: expect.stringMatching(new RegExp(`^${FunctionId}-\\w{10}-\\w{10}-\\w{5}$`)),
      InstanceStatus: 'Ready',
      RevisionNumber: 1,
      AvailabilityZone: 'cn-beijing-a',
    })
    const logs = async (more = {}) => {
      const { result, outcome } = await call('GetFunctionInstanceLogs', {
        FunctionId,
        Name: Items[0]?.InstanceName,
        ...more,
      })
      return result?.Logs ?? outcome
    }
    await ask(FunctionId, '/one')
    await ask(FunctionId, '/two')
    await expect.poll(() => logs()).toBe('loaded\ncalled /one\ncalled /two\n')
    expect(await logs({ Limit: 1 })).toBe('called /two\n')
    expect(await logs({ Limit: 0 })).toBe('400 InvalidParameter')
    expect(await logs({ Name: 'somebody' })).toBe('404 ResourceNotFound')
  })

  it('run without calls according to MinInstance, also after a crash', async () => {
    const id = await deployFunction({}, { MinInstance: 2 })
    await ready(id).toBe(2)
    await ask(id, '/crash')
    await ready(id).toBe(2)
    await call('UpdateFunctionResource', { FunctionId: id, MinInstance: 0, MaxInstance: 1 })
    await ready(id).toBe(1)
  })

  it('are limited by MaxInstance, and to one call each with ExclusiveMode', async () => {
    const id = await deployFunction({ ExclusiveMode: true }, { MaxInstance: 2 })
    const pids = await Promise.all(Array.from({ length: 4 }, () => ask(id, '/wait')))
    expect(new Set(pids).size).toBe(2)
    expect(pids).toHaveLength(4)
  })

  it('stop when their function is deleted', async () => {
    const id = await deployFunction()
    const pid = Number(await ask(id, '/'))
    await call('DeleteFunction', { Id: id })
    await expect.poll(() => processExists(pid)).toBe(false)
    await expect(vefaas.invoke(id, requestOf())).rejects.toThrow(`the function ${id} does not exist`)
  })
})

describe('UpdateFunctionResource', () => {
  it.each<[object, object | string]>([
    [{}, { MinInstance: 0, MaxInstance: 10, ReservedFrozenInstance: 0 }],
    [
      { MinInstance: 0, MaxInstance: 3 },
      { MinInstance: 0, MaxInstance: 3, ReservedFrozenInstance: 0 },
    ],
    [
      { MinInstance: 1, ReservedFrozenInstance: 1 },
      { MinInstance: 1, MaxInstance: 10, ReservedFrozenInstance: 1 },
    ],
    [{ MinInstance: 11 }, '400 InvalidParameter'],
    [{ MaxInstance: 0 }, '400 InvalidParameter'],
    [{ ReservedFrozenInstance: 1 }, '400 InvalidParameter'],
    [{ FunctionId: 'nobody00' }, '404 ResourceNotFound'],
  ])('%o: %o', async (more, expected) => {
    const { result: created } = await call('CreateFunction', { Name: 'some-function', Runtime: 'node20/v1' })
    await call('UpdateFunctionResource', { FunctionId: created.Id, MaxInstance: 7 })
    const { result, outcome } = await call('UpdateFunctionResource', { FunctionId: created.Id, ...more })
    expect(result ?? outcome).toEqual(typeof expected === 'string' ? expected : { Id: created.Id, ...expected })
    const { FunctionResource } = (await call('GetFunctionResource', { FunctionId: created.Id })).result
    expect(FunctionResource).toMatchObject(typeof expected === 'string' ? { MaxInstance: 7 } : expected)
  })
})
