import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { startVefaas } from './index.ts'
import { caller, finishedRelease, requestOf, zipOf } from './testing.ts'

const vefaas = await startVefaas()
const call = caller(vefaas.url)
let FunctionId: string
beforeEach(async () => {
  vefaas.reset()
  FunctionId = (await call('CreateFunction', { Name: 'some-function', Runtime: 'node20/v1' })).result.Id
})
afterAll(() => vefaas.close())

const zip = Buffer.from(zipOf('exports.handler = () => ({ body: "uploaded" })'), 'base64')
const old = { version: '2021-03-03' }
const put = (url: string, type: string, body = zip) =>
  fetch(url, { method: 'PUT', headers: { 'Content-Type': type }, body: new Uint8Array(body) })
const address = async (ContentLength = zip.length) =>
  (await call('GetCodeUploadAddress', { FunctionId, ContentLength })).result.UploadAddress
const callback = () => call('CodeUploadCallback', { FunctionId }, old)

async function answer(): Promise<string> {
  await call('Release', { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100 })
  expect((await finishedRelease(call, FunctionId)).Status).toBe('done')
  return (await vefaas.invoke(FunctionId, requestOf())).body.toString()
}

describe('code uploaded to an address', () => {
  it('becomes the code of the function with the callback', async () => {
    expect((await put(await address(), 'application/zip')).status).toBe(200)
    expect(vefaas.functions()).toMatchObject([{ CodeSize: 0 }])
    expect((await callback()).outcome).toBe('200')
    expect(vefaas.functions()).toMatchObject([{ CodeSize: zip.length, SourceType: 'zip' }])
    expect(await answer()).toBe('uploaded')
  })

  it.each([
    ['another type', 'application/octet-stream', zip, 403],
    ['another length', 'application/zip', zip.subarray(1), 400],
  ])('with %s is refused', async (_what, type, body, status) => {
    expect((await put(await address(), type, body)).status).toBe(status)
    expect((await callback()).outcome).toBe('400 InvalidRequest')
  })

  it('is refused a second time, after the deadline, and at an unknown address', async () => {
    const url = await address()
    await put(url, 'application/zip')
    expect((await put(url, 'application/zip')).status).toBe(403)
    const late = await address()
    vefaas.advance(901)
    expect((await put(late, 'application/zip')).status).toBe(403)
    expect((await put(`${vefaas.url}/_vefaas/uploads/unknown`, 'application/zip')).status).toBe(403)
    expect((await fetch(await address())).status).toBe(405)
  })

  it('that is not a zip is refused by the callback', async () => {
    await put(await address(3), 'application/zip', Buffer.from('abc'))
    expect((await callback()).outcome).toBe('400 InvalidParameter')
  })

  it('needs an announced length', async () => {
    expect((await call('GetCodeUploadAddress', { FunctionId })).outcome).toBe('400 MissingParameter')
    expect((await call('GetCodeUploadAddress', { FunctionId, ContentLength: 0 })).outcome).toBe('400 InvalidParameter')
  })
})

describe('an object in TOS', () => {
  it('can be the code of a function', async () => {
    const { result } = await call('GenTempTosObjectUrl', {}, old)
    expect((await put(result.OuterSourceLocation, 'application/octet-stream')).status).toBe(200)
    const Source = result.InnerSourceLocation
    const updated = await call('UpdateFunction', { Id: FunctionId, SourceType: 'tos', Source })
    expect(updated.result).toMatchObject({ SourceType: 'tos', Source, CodeSize: zip.length, CodeSizeLimit: 256 })
    expect(await answer()).toBe('uploaded')
  })

  it('that was never uploaded cannot', async () => {
    const { result } = await call('GenTempTosObjectUrl', {}, old)
    const body = { Id: FunctionId, SourceType: 'tos', Source: result.InnerSourceLocation }
    expect((await call('UpdateFunction', body)).outcome).toBe('400 InvalidParameter')
  })
})

it('the two actions that the SDKs lack belong to the older version', async () => {
  for (const action of ['CodeUploadCallback', 'GenTempTosObjectUrl']) {
    expect((await call(action, { FunctionId })).outcome).toBe('404 InvalidActionOrVersion')
  }
})
