import { Signer } from '@volcengine/openapi'

/** The response to a call. */
export interface Reply<Result> {
  status: number
  headers: Headers
  metadata: Record<string, unknown>
  result: Result
  /** For tables of cases: `<status> <Code>` of a refusal, `200` of a success. */
  outcome: string
  message: string
}

export interface CallOptions {
  version?: string
  region?: string
  accessKeyId?: string
  secretKey?: string
}

/** Reads the envelope of a response. */
export function replyOf<Result>(status: number, text: string, headers = new Headers()): Reply<Result> {
  const { ResponseMetadata, Result } = JSON.parse(text) as Envelope<Result>
  const { Error: error } = ResponseMetadata
  return {
    status,
    headers,
    metadata: ResponseMetadata,
    result: Result,
    outcome: error ? `${status} ${error.Code}` : `${status}`,
    message: error?.Message ?? '',
  }
}

interface Envelope<Result> {
  ResponseMetadata: Record<string, unknown> & { Error?: { Code: string; Message: string } }
  Result: Result
}

/** Sends a request to the API, without retries. */
export async function send<Result>(url: string, init: RequestInit): Promise<Reply<Result>> {
  const response = await fetch(url, init)
  return replyOf(response.status, await response.text(), response.headers)
}

/** A POST with a JSON body as `@volcengine/openapi` signs it. */
export function signedPost(service: string, Action: string, Version: string, body: object, options: CallOptions) {
  const { region = 'cn-beijing', accessKeyId = 'AKLOCAL', secretKey = 'local-secret' } = options
  const params = { Action, Version }
  const text = JSON.stringify(body)
  const headers: Record<string, string> = { 'Content-Type': 'application/json' }
  const signer = new Signer({ method: 'POST', region, headers, params, body: text }, service)
  signer.addAuthorization({ accessKeyId, secretKey })
  return { query: new URLSearchParams(params).toString(), method: 'POST', headers, body: text }
}
