import { createHash } from 'node:crypto'
import { Signer } from '@volcengine/openapi'
import { CloudError } from './cloud-error.ts'

export type Credentials = {
  accessKeyId: string
  secretKey: string
  /** Of temporary credentials; else empty. */
  sessionToken: string
}

export type ClientOptions = {
  /** Where the OpenAPI is, such as `https://open.volcengineapi.com`. */
  endpoint: string
  region: string
  credentials: Credentials
  /** The first wait before a call is tried again, in milliseconds; each further one is twice as long, and 5 s at most. */
  retryMs?: number
  /** How long one try may take, in milliseconds; an upload a second more for every 100 kB. */
  timeoutMs?: number
}

export type ServiceName = 'vefaas' | 'apig'

export type Client = {
  /**
   * Calls an action of veFaaS or APIG and returns its Result.
   *
   * Throttled calls are tried again, five times in all. So are, of actions that may be done twice (Get, List, Check,
   * Update, Delete, GenTemp), those that failed on the cloud's side or got no answer: what creates something is not, because its
   * work may have been done. Who calls it looks first.
   * @throws CloudError
   */
  call<Result extends object = object>(service: ServiceName, action: string, body: object): Promise<Result>
  /** Sends code to an address that the cloud has given out. @throws CloudError */
  upload(address: string, code: Uint8Array, contentType: string): Promise<void>
}

const MAX_TRIES = 5
const MAX_WAIT_MS = 5_000

export function createClient({ retryMs = 300, timeoutMs = 60_000, ...options }: ClientOptions): Client {
  return {
    call: (service, action, body) =>
      withRetries(isRepeatable(action), retryMs, () => send({ ...options, timeoutMs }, service, action, body)),
    upload: (address, code, contentType) => {
      const uploadTimeoutMs = timeoutMs + Math.ceil(code.length / 100)
      return withRetries(true, retryMs, () => putCode(address, code, contentType, uploadTimeoutMs))
    },
  }
}

type SendOptions = Pick<ClientOptions, 'endpoint' | 'region' | 'credentials'> & { timeoutMs: number }

/** The version of the API that has an action (veFaaS and APIG API references; the SDKs have them as packages). */
function versionOf(service: ServiceName, action: string): string {
  if (service === 'apig') return /Routes?$|Plugin$/.test(action) ? '2022-11-12' : '2021-03-03'
  return action === 'GenTempTosObjectUrl' ? '2021-03-03' : '2024-06-06'
}

/** Whether doing it twice is the same as doing it once. An address for an upload that nobody uses does no harm. */
function isRepeatable(action: string): boolean {
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
    // A proxy's page, or half an answer: whether the work was done is not known.
    throw new CloudError(action, `HTTP status ${status}, and not the JSON it should be`, { status, cause, retryAfter })
  }
  const { RequestId, Error: error } = envelope.ResponseMetadata
  if (error) {
    throw new CloudError(action, error.Message ?? '', { status, code: error.Code, requestId: RequestId, retryAfter })
  }
  if (status < 200 || status > 299) {
    throw new CloudError(action, `HTTP status ${status} without an error`, { status, requestId: RequestId, retryAfter })
  }
  return envelope.Result ?? ({} as Result) // an action without a result leaves it out
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
    throw new CloudError(action, `no answer from ${new URL(url).host} (${describeReason(cause)})`, {
      cause,
      unreachable: isUnreachable(cause),
    })
  }
}

async function withRetries<Result>(repeatable: boolean, retryMs: number, work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CloudError) || tries === MAX_TRIES) throw error
      if (!error.hadNoEffect && !(repeatable && error.isTransient)) throw error
      const jittered = Math.min(retryMs * 2 ** (tries - 1), MAX_WAIT_MS) * (0.5 + Math.random() / 2)
      await new Promise((resolve) => setTimeout(resolve, Math.max(jittered, error.retryAfterMs)))
    }
  }
}

/** Nobody was reached, so that no work can have been done. */
function isUnreachable(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(errorCode(error))
}

function describeReason(error: unknown): string {
  return errorCode(error) || (error instanceof Error ? error.name : 'unknown')
}

/** fetch wraps what the system said. */
function errorCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  return String(cause?.code ?? (typeof code === 'string' ? code : ''))
}
