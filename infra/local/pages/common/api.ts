import { apiKey } from './api-key.ts'

const VERSION = '2020-04-01'

/** A sandbox in the list of DescribeSandboxes. Times are RFC 3339 in UTC. */
export type Sandbox = {
  SandboxId: string
  /** Only while the sandbox is RUNNING. */
  PrimaryIp?: string
  Status: string
  OsType: string
  InstanceTypeId: string
  InstanceName?: string
  Eip?: string
  CreatedAt?: string
  /** Whether ECS charges for the machine; only while the sandbox is STOPPED. `KeepCharging`, `StopCharging` or `NotApplicable`. */
  StoppedMode?: string
  /** `CleanupSandboxes` if the clean-up stopped it at its end; only while the sandbox is stopped. */
  StoppedBy?: string
  /** Absent if the sandbox does not expire. */
  ExpireAt?: string
  /** Absent if the sandbox belongs to nobody. */
  Owner?: string
}

/** What the caller, which is the API key or anyone, may do. */
export type Caller = {
  /** Name of the key; absent if unknown. */
  Name?: string
  /** The actions that it may call. */
  Actions: readonly string[]
  /** The owner whose sandboxes it sees; absent if it sees those of all owners. */
  Owner?: string
}

/** A sandbox after its state was changed. */
export type ChangedSandbox = { SandboxId: string; Status: string; ExpireAt?: string }

export type Terminal =
  | { OsType: 'Linux'; Token: string; TokenExpireAt: string; Url?: string; ExpireAt?: string }
  | { OsType: 'Windows'; Url: string; WindowsKey: string; ExpireAt?: string }

/** The Result of each action. */
export type ActionResults = {
  CreateSandbox: { SandboxId: string; ExpireAt?: string }
  RenewSandbox: { SandboxId: string; ExpireAt?: string }
  StopSandbox: ChangedSandbox
  StartSandbox: ChangedSandbox
  RebootSandbox: ChangedSandbox
  DeleteSandbox: { SandboxId: string }
  DescribeSandboxes: Sandbox[]
  DescribeSandboxTerminalUrl: Terminal
}

export type Action = keyof ActionResults

type ActionParameters = Record<string, string | number | undefined>

/** Why a call has no Result. */
export class CallError extends Error {
  override readonly name = 'CallError'
  /** Error code of the API, or one of CLIENT_CODES. */
  readonly code: string
  /** HTTP status; 0 if there was no response. */
  readonly status: number
  readonly requestId: string | undefined

  constructor(code: string, message: string, status = 0, requestId?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
  }
}

/** Wraps any other error, which is a bug of the page, so that the page can show it. */
export function asCallError(error: unknown): CallError {
  return error instanceof CallError ? error : new CallError('PageError', String(error))
}

/** Codes of errors that the page detects itself: no response, none in time, or one that is not from the API. */
export const CLIENT_CODES = {
  unreachable: 'NoAnswer',
  timeout: 'AnswerTimeout',
  unexpected: 'UnknownAnswer',
} as const

/** Longer than the service takes at most, unless its server.timeout_seconds is set to a high value. */
const TIMEOUT_MS = 60_000

/**
 * Sends a GET request to the gateway that serves this page, with the API key if there is one. Returns the response,
 * whatever its status. Rejects with CallError (CLIENT_CODES) if there is no response, or with the signal's reason.
 */
async function get(path: string, signal?: AbortSignal) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  const key = apiKey.get()
  try {
    const response = await fetch(path, {
      headers: { ...(key && { 'X-API-Key': key }) },
      cache: 'no-store',
      credentials: 'omit',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    if (signal?.aborted) throw signal.reason
    const [code, message] = timeout.aborted
      ? [CLIENT_CODES.timeout, `No answer within ${TIMEOUT_MS / 1_000} seconds.`]
      : [CLIENT_CODES.unreachable, 'No connection.']
    throw new CallError(code, message, 0, undefined, error)
  }
}

/** Calls an action with GET and returns its Result. Rejects with CallError, or with the signal's reason. */
export async function callAction<A extends Action>(
  action: A,
  parameters: ActionParameters = {},
  signal?: AbortSignal,
): Promise<ActionResults[A]> {
  const { Result } = await call(action, parameters, signal)
  return Result as ActionResults[A]
}

/** Lists all sandboxes that the caller sees, and says what the caller may do. Rejects like `callAction`. */
export async function listSandboxes(signal: AbortSignal): Promise<{ sandboxes: Sandbox[]; caller: Caller }> {
  const { Result, ResponseMetadata } = await call('DescribeSandboxes', {}, signal)
  return { sandboxes: Result as Sandbox[], caller: ResponseMetadata?.Caller ?? { Actions: [] } }
}

async function call(action: Action, parameters: ActionParameters, signal?: AbortSignal): Promise<Envelope> {
  const response = await get(pathOf(action, parameters), signal)
  const body = parseEnvelope(response.text)
  if (response.status === 200 && body?.Result !== undefined) return body
  const metadata = body?.ResponseMetadata
  const { Code = CLIENT_CODES.unexpected, Message = `HTTP status ${response.status}.` } = metadata?.Error ?? {}
  const requestId = metadata?.RequestId ?? response.headers.get('X-Request-ID') ?? undefined
  throw new CallError(Code, Message, response.status, requestId)
}

/** The path and query of a call. Omits parameters that are undefined. */
function pathOf(action: string, parameters: ActionParameters): string {
  const query = new URLSearchParams({ Action: action, Version: VERSION })
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.append(name, `${value}`)
  }
  return `/?${query}`
}

type Envelope = {
  ResponseMetadata?: { RequestId?: string; Caller?: Caller; Error?: { Code?: string; Message?: string } }
  Result?: unknown
}

function parseEnvelope(text: string): Envelope | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
