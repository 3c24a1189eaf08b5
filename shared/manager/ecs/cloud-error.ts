/**
 * How a call to the cloud failed:
 * - `refused`: the cloud read the request and said no, or its certificate is not accepted; repeating it changes nothing
 * - `throttled`: too many calls, or a gateway limit
 * - `failed`: the cloud says that it is broken (5xx)
 * - `timeout`: no answer in time; the work may have been done
 * - `unreachable`: no connection, or it broke; the work may have been done
 * - `unreadable`: an answer that is not the JSON it should be; the work may have been done
 */
export type Kind = 'refused' | 'throttled' | 'failed' | 'timeout' | 'unreachable' | 'unreadable'

interface Details {
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
  /** Action of ECS that was called. */
  readonly action: string
  readonly kind: Kind
  readonly details: Details

  constructor(action: string, kind: Kind, message: string, details: Details = {}) {
    super(message, details)
    this.action = action
    this.kind = kind
    this.details = details
  }
}
