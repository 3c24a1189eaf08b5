/**
 * How a call to the cloud failed:
 * - `refused`: the cloud read the request and said no; repeating it changes nothing
 * - `throttled`: too many calls, or a gateway limit
 * - `failed`: the cloud says that it is broken (5xx)
 * - `timeout`: no answer in time; the work may have been done
 * - `unreachable`: no connection, or it broke; the work may have been done
 * - `unreadable`: an answer that is not the JSON it should be
 * - `no-credentials`: nothing to sign with, so nothing was sent
 */
type Kind = 'refused' | 'throttled' | 'failed' | 'timeout' | 'unreachable' | 'unreadable' | 'no-credentials'

interface Details {
  action: string
  kind: Kind
  /** HTTP status of the answer. */
  status?: number | undefined
  /** The cloud's own code, such as `InvalidInstance.NotFound`. */
  code?: string | undefined
  /** The cloud's own request id. */
  requestId?: string | undefined
  /** Seconds that the cloud asks to wait. */
  retryAfter?: number | undefined
  cause?: unknown
}

/** A call to the cloud that brought no result, with everything the cloud said about it. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly action: string
  readonly kind: Kind
  readonly status: number | undefined
  readonly code: string | undefined
  readonly requestId: string | undefined
  readonly retryAfter: number | undefined

  constructor(message: string, { action, kind, status, code, requestId, retryAfter, cause }: Details) {
    super(message, cause === undefined ? undefined : { cause })
    this.action = action
    this.kind = kind
    this.status = status
    this.code = code
    this.requestId = requestId
    this.retryAfter = retryAfter
  }
}
