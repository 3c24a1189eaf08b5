import { createHash } from 'node:crypto'
import { CloudError } from './cloud-error.ts'
import { Signer } from './signer.ts'

export type Credentials = {
  accessKeyId: string
  secretKey: string
  /** Only for temporary credentials; otherwise empty. */
  sessionToken: string
}

export type ClientOptions = {
  /** The URL of the OpenAPI, such as `https://open.volcengineapi.com`. */
  endpoint: string
  region: string
  credentials: Credentials
  /** The wait before the second try, in milliseconds. Each further wait is twice as long, at most 5 s. */
  retryMs?: number
  /** The time limit of one try, in milliseconds. An upload gets one second more for every 100 kB. */
  timeoutMs?: number
}

export type ServiceName = 'vefaas' | 'apig'

export type Client = {
  /**
   * Calls an action of veFaaS or APIG and returns its Result.
   *
   * Tries up to five times if the cloud throttles the call. If the cloud fails or does not respond, retries only
   * actions that may run twice (Get, List, Check, Update, Delete, GenTemp): a Create action may have taken effect, and
   * its caller must look for the resource first.
   * @throws {CloudError}
   */
  call<Result extends object = object>(service: ServiceName, action: string, body: object): Promise<Result>
  /**
   * Uploads code to an address that the cloud has issued.
   * @throws {CloudError}
   */
  upload(address: string, code: Uint8Array, contentType: string): Promise<void>
}

const MAX_TRIES = 5
const MAX_WAIT_MS = 5_000

export function createClient({ retryMs = 300, timeoutMs = 60_000, ...options }: ClientOptions): Client {
  return {
    call: (service, action, body) =>
      withRetries(isIdempotent(action), retryMs, () => send({ ...options, timeoutMs }, service, action, body)),
    upload: (address, code, contentType) => {
      const uploadTimeoutMs = timeoutMs + Math.ceil(code.length / 100)
      return withRetries(true, retryMs, () => putCode(address, code, contentType, uploadTimeoutMs))
    },
  }
}

type SendOptions = Pick<ClientOptions, 'endpoint' | 'region' | 'credentials'> & { timeoutMs: number }

/** The API version of an action (veFaaS and APIG API references; the SDKs have a package for each version). */
function versionOf(service: ServiceName, action: string): string {
  if (service === 'apig') return /Routes?$|Plugin$/.test(action) ? '2022-11-12' : '2021-03-03'
  return action === 'GenTempTosObjectUrl' ? '2021-03-03' : '2024-06-06'
}

/** Whether the action may run twice. GenTempTosObjectUrl may: an unused upload address does no harm. */
function isIdempotent(action: string): boolean {
  return /^(Get|List|Check|Update|Delete|GenTemp)/.test(action)
}

async function send<Result>(
  { endpoint, region, credentials, timeoutMs }: SendOptions,
  service: ServiceName,
  action: string,
  input: object,
): Promise<Result> {
  const params = { Action: action, Version: versionOf(service, action) }
  const body = JSON.stringify(input)
  const headers: Record<string, string> = { Host: new URL(endpoint).host, 'Content-Type': 'application/json' }
  const bodySha256 = createHash('sha256').update(body).digest('hex')
  const signer = new Signer({ region, method: 'POST', params, headers, body }, service, { bodySha256 })
  signer.addAuthorization(credentials)

  const url = `${endpoint}/?${new URLSearchParams(params)}`
  const { status, text, retryAfter } = await fetchText(action, url, { method: 'POST', headers, body }, timeoutMs)
  let envelope: Envelope<Result>
  try {
    envelope = JSON.parse(text)
    if (typeof envelope.ResponseMetadata !== 'object' || envelope.ResponseMetadata === null) throw new TypeError()
  } catch (cause) {
    // The page of a proxy, or half a response: the call may have taken effect.
    throw new CloudError(action, `HTTP status ${status}, and the response is not JSON of the API`, {
      status,
      cause,
      retryAfter,
    })
  }
  const { RequestId, Error: error } = envelope.ResponseMetadata
  if (error) {
    throw new CloudError(action, error.Message ?? '', { status, code: error.Code, requestId: RequestId, retryAfter })
  }
  if (status < 200 || status > 299) {
    throw new CloudError(action, `HTTP status ${status} without an error`, { status, requestId: RequestId, retryAfter })
  }
  return envelope.Result ?? ({} as Result) // absent if the action has no result
}

type Envelope<Result> = {
  ResponseMetadata: { RequestId?: string; Error?: { Code: string; Message?: string } }
  Result?: Result
}

async function putCode(address: string, code: Uint8Array, contentType: string, timeoutMs: number): Promise<void> {
  const headers = { 'Content-Type': contentType }
  const request = { method: 'PUT', headers, body: code }
  const { status } = await fetchText('the upload of the code', address, request, timeoutMs)
  if (status < 200 || status > 299) throw new CloudError('the upload of the code', `HTTP status ${status}`, { status })
}

async function fetchText(action: string, url: string, init: RequestInit, timeoutMs: number) {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
    const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
    return { status: response.status, text: await response.text(), retryAfter }
  } catch (cause) {
    throw new CloudError(action, `no response from ${new URL(url).host} (${describeReason(cause)})`, {
      cause,
      unreachable: isUnreachable(cause),
    })
  }
}

async function withRetries<Result>(
  isRetryable: boolean,
  retryMs: number,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof CloudError) || tries === MAX_TRIES) throw error
      if (!error.hadNoEffect && !(isRetryable && error.isTransient)) throw error
      const jittered = Math.min(retryMs * 2 ** (tries - 1), MAX_WAIT_MS) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, Math.max(jittered, error.retryAfterMs)))
    }
  }
}

/** Whether no connection was made, so that the call had no effect. */
function isUnreachable(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(errorCode(error))
}

function describeReason(error: unknown): string {
  return errorCode(error) || (error instanceof Error ? error.name : 'unknown')
}

/** fetch wraps the system error. */
function errorCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  return String(cause?.code ?? (typeof code === 'string' ? code : ''))
}
