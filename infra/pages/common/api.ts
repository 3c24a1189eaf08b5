import { callerKey } from './key.ts'

const VERSION = '2020-04-01'

/** As DescribeSandboxes lists it. Times are RFC 3339 in UTC. */
export type Sandbox = {
  SandboxId: string
  /** Only while it is RUNNING. */
  PrimaryIp?: string
  Status: string
  OsType: string
  InstanceTypeId: string
  InstanceName?: string
  Eip?: string
  CreatedAt?: string
  /** Absent where it has no end. */
  ExpireAt?: string
}

export type Terminal =
  | { OsType: 'Linux'; Token: string; TokenExpireAt: string; Url?: string; ExpireAt?: string }
  | { OsType: 'Windows'; Url: string; WindowsKey: string; ExpireAt?: string }

/** What each action answers as Result. */
export type Results = {
  CreateSandbox: { SandboxId: string; ExpireAt?: string }
  RenewSandbox: { SandboxId: string; ExpireAt?: string }
  DeleteSandbox: { SandboxId: string }
  DescribeSandboxes: Sandbox[]
  DescribeSandboxTerminalUrl: Terminal
}

export type Parameters = Record<string, string | number | undefined>

/** An answer as it came. */
export type Answer = {
  status: number
  headers: Headers
  text: string
  /** Seen from here, until the last byte. */
  milliseconds: number
}

/** Why a call brought no Result. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Of the API, or one of OWN_CODES. */
  readonly code: string
  /** Of HTTP; 0 when there was no answer. */
  readonly status: number
  readonly requestId: string | undefined

  constructor(code: string, message: string, status = 0, requestId?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
  }
}

/** What was thrown by a call, or around it: anything else would be a mistake of the page, and is shown all the same. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('PageError', String(error))
}

/** What no answer of the API is the reason for: nobody answered, not in time, or with something else. */
export const OWN_CODES = { unreachable: 'NoAnswer', late: 'AnswerTimeout', foreign: 'UnknownAnswer' } as const

/** Longer than the service itself takes at most, unless its server.timeout_seconds was set high. */
const TIMEOUT_MS = 60_000

type CallOptions = { signal?: AbortSignal }

/** The address of a call, as a path with query. Parameters that are undefined are left out. */
function pathOf(action: string, parameters: Parameters = {}): string {
  const given = Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, `${value}`]]))
  return `/?${new URLSearchParams([['Action', action], ['Version', VERSION], ...given])}`
}

/**
 * Calls an action with GET and gives the answer as it came, whatever its status. Sends the caller's key if there is
 * one. Rejects with ApiError (OWN_CODES) when there is no answer, and with the signal's reason.
 */
export function send(action: string, parameters?: Parameters, options?: CallOptions): Promise<Answer> {
  return request(pathOf(action, parameters), {}, options)
}

/** As `send`, for any request to the gateway of this page. */
export async function request(
  path: string,
  { headers, ...init }: Pick<RequestInit, 'method' | 'body'> & { headers?: Record<string, string> },
  { signal }: CallOptions = {},
): Promise<Answer> {
  const late = AbortSignal.timeout(TIMEOUT_MS)
  const key = callerKey.get()
  const begin = performance.now()
  try {
    const response = await fetch(path, {
      ...init,
      headers: { ...headers, ...(key && { 'X-API-Key': key }) },
      cache: 'no-store',
      credentials: 'omit',
      signal: signal ? AbortSignal.any([signal, late]) : late,
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, milliseconds: performance.now() - begin }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const [code, message] = late.aborted
      ? [OWN_CODES.late, `No answer within ${TIMEOUT_MS / 1_000} seconds.`]
      : [OWN_CODES.unreachable, 'No connection.']
    throw new ApiError(code, message, 0, undefined, error)
  }
}

/** Calls an action and gives its Result. Rejects with ApiError, and with the signal's reason. */
export async function call<A extends keyof Results>(
  action: A,
  parameters?: Parameters,
  options?: CallOptions,
): Promise<Results[A]> {
  const answer = await send(action, parameters, options)
  const body = envelopeOf(answer.text)
  const metadata = body?.ResponseMetadata
  if (answer.status === 200 && body?.Result !== undefined) return body.Result as Results[A]
  const { Code = OWN_CODES.foreign, Message = `HTTP status ${answer.status}.` } = metadata?.Error ?? {}
  const requestId = metadata?.RequestId ?? answer.headers.get('X-Request-ID') ?? undefined
  throw new ApiError(Code, Message, answer.status, requestId)
}

type Envelope = {
  ResponseMetadata?: { RequestId?: string; Error?: { Code?: string; Message?: string } }
  Result?: unknown
}

function envelopeOf(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
