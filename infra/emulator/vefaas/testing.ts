import { setTimeout as sleep } from 'node:timers/promises'
import { Signer } from '@volcengine/openapi'
import { strToU8, zipSync } from 'fflate'
import type { FunctionRequest } from './runtime/http.ts'

/** The results of every action in one: a test knows which fields its action answers with. */
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

export interface Reply {
  status: number
  result: Result
  metadata: Record<string, unknown>
  /** `status Code` of a refusal, `200` of a success: what a table of cases compares. */
  outcome: string
  message: string
}

export interface CallOptions {
  version?: string
  region?: string
  accessKeyId?: string
  secretKey?: string
}

/** A caller of the API at `url` for tests: the official signature over plain `fetch`; nothing is retried or hidden. */
export function caller(url: string) {
  return async function call(Action: string, body: object = {}, options: CallOptions = {}): Promise<Reply> {
    const { version = '2024-06-06', region = 'cn-beijing' } = options
    const { accessKeyId = 'AKLOCAL', secretKey = 'local-secret' } = options
    const params = { Action, Version: version }
    const headers: Record<string, string> = { 'Content-Type': 'application/json' }
    const text = JSON.stringify(body)
    new Signer({ method: 'POST', region, params, headers, body: text }, 'vefaas').addAuthorization({
      accessKeyId,
      secretKey,
    })
    const response = await fetch(`${url}/?${new URLSearchParams(params)}`, { method: 'POST', headers, body: text })
    const { ResponseMetadata, Result } = (await response.json()) as Envelope
    const { Error: error } = ResponseMetadata
    return {
      status: response.status,
      result: Result,
      metadata: ResponseMetadata,
      outcome: error ? `${response.status} ${error.Code}` : `${response.status}`,
      message: error?.Message ?? '',
    }
  }
}

interface Envelope {
  ResponseMetadata: Record<string, unknown> & { Error?: { Code: string; Message: string } }
  Result: Result
}

/** A zip of these files, as base64; a text alone is index.js. */
export function zipOf(files: string | Record<string, string>): string {
  const named = typeof files === 'string' ? { 'index.js': files } : files
  const bytes = Object.fromEntries(Object.entries(named).map(([name, text]) => [name, strToU8(text)]))
  return Buffer.from(zipSync(bytes)).toString('base64')
}

/** A GET of `/`, with whatever is given instead. */
export function requestOf(request: Partial<FunctionRequest> = {}): FunctionRequest {
  return { method: 'GET', path: '/', query: '', headers: [], body: Buffer.alloc(0), ...request }
}

/** Makes a function of this code, releases it, and answers its id once it serves. */
export async function deployFunction(
  call: ReturnType<typeof caller>,
  code: Parameters<typeof zipOf>[0],
  settings: object = {},
): Promise<string> {
  const Source = zipOf(code)
  const made = await call('CreateFunction', { Name: 'some-function', Runtime: 'node20/v1', Source, ...settings })
  if (made.status !== 200) throw new Error(`CreateFunction: ${made.outcome} ${made.message}`)
  await releaseFunction(call, made.result.Id)
  return made.result.Id
}

/** Releases a function as it is now, to all of its calls. */
export async function releaseFunction(call: ReturnType<typeof caller>, FunctionId: string): Promise<void> {
  const begun = await call('Release', { FunctionId, RevisionNumber: 0, TargetTrafficWeight: 100 })
  if (begun.status !== 200) throw new Error(`Release: ${begun.outcome} ${begun.message}`)
  const { Status, StatusMessage } = await finishedRelease(call, FunctionId)
  if (Status !== 'done') throw new Error(`the release ended as ${Status}: ${StatusMessage}`)
}

/** The end of the release of a function, as GetReleaseStatus tells it. */
export async function finishedRelease(call: ReturnType<typeof caller>, FunctionId: string): Promise<Result> {
  for (let tries = 0; tries < 1_000; tries++) {
    const { result } = await call('GetReleaseStatus', { FunctionId })
    if (result.Status !== 'inprogress') return result
    await sleep(10)
  }
  throw new Error('the release did not end within 10 s')
}
