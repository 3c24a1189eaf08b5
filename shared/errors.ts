/** How an ActionError may be told apart and passed on. */
interface ActionErrorOptions {
  /** Seconds after which a repetition may succeed; becomes the `Retry-After` header. */
  retryAfter?: number
  cause?: unknown
}

/**
 * A failure that a caller is told of: an HTTP status, a code of the API and a message that says what was wrong and what
 * would be right. Any other error that reaches the pipeline is answered as `InternalError`.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly status: number
  readonly code: string
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, options: ActionErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.status = status
    this.code = code
    this.retryAfter = options.retryAfter ?? (status === 429 || status === 503 ? 1 : undefined)
  }
}

/** 400: a required parameter is absent or empty. */
export const missingParameter = (name: string, message = `${name} is required.`) =>
  new ActionError(400, `MissingParameter.${name}`, message)

/** 400: a parameter has a value that cannot be. `expected` completes the sentence "<name> must be ...". */
export const invalidParameter = (name: string, expected: string, cause?: unknown) =>
  new ActionError(400, `InvalidParameter.${name}`, `${name} ${expected}.`, { cause })

/**
 * 400: a parameter that this action does not have. The name is the caller's text, so only what can stand in a code of
 * the API is repeated.
 */
export const unknownParameter = (name: string, known: readonly string[]) => {
  const safe = name.replace(/[^A-Za-z0-9_.-]/g, '').slice(0, 64)
  return new ActionError(
    400,
    `UnknownParameter.${safe}`,
    `There is no parameter ${safe || 'of that name'}. Known: ${known.join(', ')}. Names are case-sensitive.`,
  )
}

/** 404: no such sandbox, or an instance that is not a sandbox of this manager; the two look alike on purpose. */
export const sandboxNotFound = (sandboxId: string) =>
  new ActionError(404, 'InvalidSandbox.NotFound', `There is no sandbox ${sandboxId}.`)

/** 409: the sandbox is in a state in which this cannot be done. */
export const invalidSandboxStatus = (sandboxId: string, status: string, advice: string, cause?: unknown) =>
  new ActionError(409, 'InvalidSandboxStatus', `Sandbox ${sandboxId} is ${status}. ${advice}`, { cause })
