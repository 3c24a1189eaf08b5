export type CloudErrorDetails = {
  /** The HTTP status; absent if there was no response. */
  status?: number | undefined
  /** The error code of the cloud; absent if the response did not come from the API. */
  code?: string | undefined
  requestId?: string | undefined
  /** Seconds, from the header Retry-After. */
  retryAfter?: number | undefined
  /** No connection was made. */
  unreachable?: boolean
  cause?: unknown
}

/** A failed call to the cloud. The message is that of the cloud. */
export class CloudError extends Error {
  override name = 'CloudError'
  readonly action: string
  readonly status: number | undefined
  readonly code: string | undefined
  readonly requestId: string | undefined
  /** The minimum time before another try. */
  readonly retryAfterMs: number
  /** The call was rejected or lost before it had any effect, so that another try is safe. */
  readonly hadNoEffect: boolean
  /** Another try may succeed, but the call may have taken effect. */
  readonly isTransient: boolean

  constructor(action: string, message: string, details: CloudErrorDetails = {}) {
    super(message, { cause: details.cause })
    const { status, code = '', retryAfter = 0, unreachable = false } = details
    this.action = action
    this.status = status
    this.code = details.code
    this.requestId = details.requestId
    this.retryAfterMs = retryAfter > 0 ? Math.min(retryAfter, 60) * 1_000 : 0
    this.hadNoEffect = unreachable || status === 429 || /FlowLimitExceeded|Throttl/.test(code)
    // A quota error does not pass by waiting. 409 StatusConflictError does, but only the caller knows what to wait for (see
    // `isConflict`).
    const isQuota = /Quota|Limit/.test(code)
    const isUnclear = status === undefined || details.code === undefined
    const isServerError = isUnclear || status >= 500 || /^(InternalService|Timeout)Error$/.test(code)
    this.isTransient = isServerError && !isQuota
  }

  /** Whether the resource does not exist. An unknown service or action, or a 404 page of a proxy, does not count. */
  get isNotFound(): boolean {
    if (this.code === undefined || /^(ServiceNotFound|InvalidActionOrVersion)$/.test(this.code)) return false
    return this.status === 404 || /NotFound|NotExist/.test(this.code)
  }

  /** Whether the name of the resource is taken. */
  get isDuplicate(): boolean {
    return /Duplicat|AlreadyExist/i.test(this.code ?? '')
  }

  /** Whether another operation on the resource, which ends by itself, is in progress. */
  get isConflict(): boolean {
    return /StatusConflict/.test(this.code ?? '')
  }
}
