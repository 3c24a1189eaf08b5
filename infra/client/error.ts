/**
 * Codes of errors that the client itself finds. All other codes are those of the API.
 * - `InvalidArgument`: a value that the caller passed cannot be used.
 * - `Unreachable`: nothing accepts connections at the URL.
 * - `NoAnswer`: the connection broke.
 * - `AnswerTimeout`: no complete answer arrived in time.
 * - `UnknownAnswer`: the answer is not one of ECS Manager. The URL may be wrong.
 * - `Timeout`: a sandbox did not get into the expected state in time.
 */
export type ClientErrorCode =
  | 'InvalidArgument'
  | 'Unreachable'
  | 'NoAnswer'
  | 'AnswerTimeout'
  | 'UnknownAnswer'
  | 'Timeout'

export interface ErrorDetails {
  /** HTTP status; 0 if there was no answer. */
  status?: number
  requestId?: string | undefined
  retryAfterSeconds?: number | undefined
  isTemporary?: boolean
  cause?: unknown
}

/** Why a call failed. An aborted call rejects with the reason of its signal instead. */
export class EcsManagerError extends Error {
  override readonly name = 'EcsManagerError'
  /** A code of the API, or a `ClientErrorCode`. */
  readonly code: string
  /** HTTP status; 0 if there was no answer. */
  readonly status: number
  /** Finds the call in the log of the service. */
  readonly requestId: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Whether the same call may succeed soon. */
  readonly isTemporary: boolean
  /** How often the call was sent. */
  tries = 1
  /** Whether a try has failed in such a way that it may have done its work: its answer was lost, for example. */
  mayBeDone = false

  constructor(code: ClientErrorCode | (string & {}), message: string, details: ErrorDetails = {}) {
    const { status = 0, requestId, retryAfterSeconds, isTemporary = false, cause } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.requestId = requestId
    this.retryAfterSeconds = retryAfterSeconds
    this.isTemporary = isTemporary
  }
}

export const invalidArgument = (message: string) => new EcsManagerError('InvalidArgument', message)

export const isNotFound = (error: unknown): error is EcsManagerError =>
  error instanceof EcsManagerError && error.code === 'InvalidSandbox.NotFound'
