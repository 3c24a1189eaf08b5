/**
 * A failure that is reported to the caller: an HTTP status, a code of the API, and a message that says what was wrong
 * and what would be right. The pipeline reports any other error as `InternalError`.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError'
  readonly status: number
  readonly code: string
  /** Seconds after which a retry may succeed. */
  readonly retryAfter: number | undefined

  constructor(status: number, code: string, message: string, { cause, retryAfter }: ActionErrorOptions = {}) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

interface ActionErrorOptions {
  /** For the log; the caller never sees it. */
  cause?: unknown
  /** In seconds. */
  retryAfter?: number | undefined
}

/** 400: a required parameter is absent or empty. `detail` completes the sentence "<name> is required". */
export const missingParameter = (name: string, detail = '') =>
  new ActionError(400, `MissingParameter.${name}`, `${name} is required${detail}.`)

/** 400: a parameter has an invalid value. `expected` completes the sentence "<name> must be ...". */
export const invalidParameter = (name: string, expected: string, cause?: unknown) =>
  new ActionError(400, `InvalidParameter.${nameOf(name)}`, `${nameOf(name)} ${expected}.`, { cause })

/** 400: the action has no such parameter. */
export const unknownParameter = (name: string, known: readonly string[]) =>
  new ActionError(
    400,
    `UnknownParameter.${nameOf(name)}`,
    `There is no parameter ${nameOf(name)}. Known: ${known.join(', ')}.`,
  )

/** 404: no such sandbox, or the instance is not a sandbox of this manager. Both get the same error on purpose. */
export const sandboxNotFound = (sandboxId: string) =>
  new ActionError(404, 'InvalidSandbox.NotFound', `There is no sandbox ${sandboxId}.`)

/** 504: the invocation ran out of time before its work was finished. */
export const outOfTime = () =>
  new ActionError(504, 'UpstreamTimeout', 'The work was not finished in time. It may still be completed.')

/** 409: the state of the sandbox does not allow the action. */
export const invalidSandboxStatus = (sandboxId: string, status: string, advice: string, cause?: unknown) =>
  new ActionError(409, 'InvalidSandboxStatus', `Sandbox ${sandboxId} is ${status}. ${advice}`, { cause })

// The caller may have chosen the name: repeat only the characters that a code of the API may contain.
const nameOf = (name: string) => name.replace(/[^\w.-]/g, '').slice(0, 64) || 'Unnamed'
