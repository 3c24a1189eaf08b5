import type { FunctionResponse } from './http.ts'

/**
 * The failures of the platform, and their HTTP status. `function_panic`, `function_execution_error`,
 * `invalid_cloud_event` and `invalid_event_type` are codes of the Go runtime; `function_start_failed` and
 * `function_start_timeout` are codes of releases. The other codes, the statuses 504 and 415, and the JSON body are
 * assumptions, as they are not documented.
 */
const statuses = {
  function_panic: 500,
  function_execution_error: 500,
  invalid_cloud_event: 400,
  invalid_event_type: 400,
  function_start_failed: 500,
  function_start_timeout: 500,
  function_initialize_failed: 500,
  function_initialize_timeout: 500,
  function_timeout: 504,
  request_too_large: 413,
  unsupported_body: 415,
}

export type FailureCode = keyof typeof statuses

/** A call without a result of the function. */
export class CallFailure extends Error {
  override name = 'CallFailure'
  readonly code: FailureCode
  readonly durationMs: number

  constructor(code: FailureCode, message: string, durationMs = 0) {
    super(message)
    this.code = code
    this.durationMs = durationMs
  }
}

/** The response that the caller gets. */
export function failureResponse({ code, message, durationMs }: CallFailure): FunctionResponse {
  return {
    status: statuses[code],
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'X-Faas-Response-Error-Code': code,
      // Only printable ASCII is safe in a header.
      'X-Faas-Response-Error-Message': message.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 512),
      'X-Faas-Execution-Duration': durationMs.toFixed(2),
    },
    body: Buffer.from(JSON.stringify({ error_code: code, error_message: message })),
  }
}
