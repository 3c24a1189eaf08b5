/**
 * How a call to the cloud failed:
 * - `refused`: the cloud rejected the request, or its certificate is not accepted; a retry does not help
 * - `throttled`: too many calls for the cloud or for a gateway
 * - `failed`: the cloud has an internal failure (5xx)
 * - `timeout`: no answer in time; the work may have been done
 * - `unreachable`: no connection, or it broke; the work may have been done
 * - `unreadable`: an answer that is not the expected JSON; the work may have been done
 */
export type Kind = 'refused' | 'throttled' | 'failed' | 'timeout' | 'unreachable' | 'unreadable'

interface Details {
  /** HTTP status of the answer. */
  status?: number | undefined
  /** The cloud's code, such as `InvalidInstance.NotFound`. */
  code?: string | undefined
  /** The cloud's request id. */
  requestId?: string | undefined
  /** How long the cloud asks to wait, in seconds. */
  retryAfter?: number | undefined
  cause?: unknown
}

/** A failed call to the cloud, with everything that the cloud says about the failure. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  /** The called action of ECS. */
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
