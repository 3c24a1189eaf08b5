export type CloudErrorDetails = {
  /** The HTTP status; left out when there was no answer. */
  status?: number | undefined
  /** The cloud's own; left out when the answer was none of its. */
  code?: string | undefined
  requestId?: string | undefined
  /** Seconds, as the header has them. */
  retryAfter?: number | undefined
  /** Nobody was reached. */
  unreachable?: boolean
  cause?: unknown
}

/** A call to the cloud that did not succeed. The message is the cloud's own. */
export class CloudError extends Error {
  override name = 'CloudError'
  readonly action: string
  readonly status: number | undefined
  readonly code: string | undefined
  readonly requestId: string | undefined
  /** The least time to wait before another try. */
  readonly retryAfterMs: number
  /** It was refused, or lost, before any work was done: another try does nothing twice. */
  readonly hadNoEffect: boolean
  /** It may succeed when it is tried again, and the work may have been done all the same. */
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
    // A quota does not pass by waiting; 409 StatusConflictError does, but what to wait for knows only who called.
    const unclear = status === undefined || details.code === undefined
    this.isTransient =
      !/Quota|Limit/.test(code) && (unclear || status >= 500 || /^(InternalService|Timeout)Error$/.test(code))
  }

  /** Whether the cloud says that it is not there (any more). A service, an action or a page that is missing is something else. */
  get isNotFound(): boolean {
    if (this.code === undefined || /^(ServiceNotFound|InvalidActionOrVersion)$/.test(this.code)) return false
    return this.status === 404 || /NotFound|NotExist/.test(this.code)
  }

  /** Whether the cloud says that its name is taken. */
  get isDuplicate(): boolean {
    return /Duplicat|AlreadyExist/i.test(this.code ?? '')
  }

  /** Whether something else is going on with it that ends by itself. */
  get isConflict(): boolean {
    return /StatusConflict/.test(this.code ?? '')
  }
}
