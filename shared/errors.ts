/**
 * A failure that a caller is told of: an HTTP status, a code of the API and a message that says what was wrong and what
 * would be right. Any other error that reaches the pipeline is answered as `InternalError`.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly status: number
  readonly code: string
  /** Seconds after which a repetition may succeed. */
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, cause?: unknown, retryAfter?: number) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** 400: a required parameter is absent or empty. `detail` completes the sentence "<name> is required". */
export const missingParameter = (name: string, detail = '') =>
  new ActionError(400, `MissingParameter.${name}`, `${name} is required${detail}.`)

/** 400: a parameter has a value that cannot be. `expected` completes the sentence "<name> must be ...". */
export const invalidParameter = (name: string, expected: string, cause?: unknown) =>
  new ActionError(400, `InvalidParameter.${nameOf(name)}`, `${nameOf(name)} ${expected}.`, cause)

/** 400: a parameter that this action does not have. */
export const unknownParameter = (name: string, known: readonly string[]) =>
  new ActionError(
    400,
    `UnknownParameter.${nameOf(name)}`,
    `There is no parameter ${nameOf(name)}. Known: ${known.join(', ')}.`,
  )

/** 404: no such sandbox, or an instance that is not a sandbox of this manager; the two look alike on purpose. */
export const sandboxNotFound = (sandboxId: string) =>
  new ActionError(404, 'InvalidSandbox.NotFound', `There is no sandbox ${sandboxId}.`)

/** 504: the invocation ends before its work does. */
export const outOfTime = () =>
  new ActionError(504, 'UpstreamTimeout', 'The work was not done in time. It may still be done.')

/** 409: the sandbox is in a state in which this cannot be done. */
export const invalidSandboxStatus = (sandboxId: string, status: string, advice: string, cause?: unknown) =>
  new ActionError(409, 'InvalidSandboxStatus', `Sandbox ${sandboxId} is ${status}. ${advice}`, cause)

// A name may be the caller's text: only what can stand in a code of the API is repeated.
const nameOf = (name: string) => name.replace(/[^\w.-]/g, '').slice(0, 64) || 'Unnamed'
