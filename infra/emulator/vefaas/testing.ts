import { setTimeout as sleep } from 'node:timers/promises'
import { strToU8, zipSync } from 'fflate'
import { type CallOptions, type Reply, send, signedPost } from '../gateway/testing.ts'
import type { FunctionRequest } from './runtime/http.ts'

/** The fields of the results of all actions: a test knows the fields of its action. */
export interface Result extends Item {
  Items: Item[]
  Total: number
  FunctionResource: object
  UploadAddress: string
  OuterSourceLocation: string
  InnerSourceLocation: string
  Logs: string
}

interface Item {
  Id: string
  Name: string
  Runtime: string
  Description: string
  FunctionType: string
  Envs: { Key: string; Value: string }[]
  Tags: { Key: string; Value: string }[]
  AsyncTaskConfig: object
  CodeSize: number
  Status: string
  StatusMessage: string
  FailedInstanceLogs: string
  CurrentTrafficWeight: number
  InstanceName: string
  InstanceStatus: string
  DetailedConfig: string
  CreationTime: string
}

/** A client of the API at `url` for tests: the official signature over plain `fetch`, without retries. */
export function caller(url: string) {
  return function call(Action: string, body: object = {}, options: CallOptions = {}): Promise<Reply<Result>> {
    const { query, ...request } = signedPost('vefaas', Action, options.version ?? '2024-06-06', body, options)
    return send(`${url}/?${query}`, request)
  }
}

/** A zip of the files, as base64. A string is the content of index.js. */
export function zipOf(files: string | Record<string, string>): string {
  const named = typeof files === 'string' ? { 'index.js': files } : files
  const bytes = Object.fromEntries(Object.entries(named).map(([name, text]) => [name, strToU8(text)]))
  return Buffer.from(zipSync(bytes, { level: 0 })).toString('base64')
}

/** A GET of `/`, with the given fields replaced. */
export function requestOf(request: Partial<FunctionRequest> = {}): FunctionRequest {
  return { method: 'GET', path: '/', query: '', headers: [], body: Buffer.alloc(0), ...request }
}

/** Creates a function and releases it. Returns its id when it serves. */
export async function deployFunction(
  call: ReturnType<typeof caller>,
  code: Parameters<typeof zipOf>[0],
  settings: object = {},
): Promise<string> {
  const Source = zipOf(code)
  const created = await call('CreateFunction', { Name: 'some-function', Runtime: 'node20/v1', Source, ...settings })
  if (created.status !== 200) throw new Error(`CreateFunction: ${created.outcome} ${created.message}`)
  await releaseFunction(call, created.result.Id)
  return created.result.Id
}

/** Releases the current state of a function to all of its calls. */
export async function releaseFunction(call: ReturnType<typeof caller>, FunctionId: string): Promise<void> {
  const started = await call('Release', { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100 })
  if (started.status !== 200) throw new Error(`Release: ${started.outcome} ${started.message}`)
  const { Status, StatusMessage } = await finishedRelease(call, FunctionId)
  if (Status !== 'done') throw new Error(`the release ended as ${Status}: ${StatusMessage}`)
}

/** Waits until the release of a function is finished. Returns the result of GetReleaseStatus. */
export async function finishedRelease(call: ReturnType<typeof caller>, FunctionId: string): Promise<Result> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const { result } = await call('GetReleaseStatus', { FunctionId })
    if (result.Status !== 'inprogress') return result
    await sleep(10)
  }
  throw new Error('the release did not finish within 10 s')
}
