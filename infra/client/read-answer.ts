import type { Action } from './actions.ts'
import { EcsManagerError } from './error.ts'
import { readText } from './read-text.ts'
import { isTemporaryFailure } from './retry.ts'

interface Body {
  ResponseMetadata?: { RequestId?: string; Error?: { Code?: string; Message?: string } }
  Result?: unknown
  host?: unknown
  /** Of the platform, if the request did not reach the service. */
  error_code?: string
  error_message?: string
}

/** Returns the answer of an action. @throws {EcsManagerError} if it is a failure, or not an answer of ECS Manager */
export async function readAnswer(action: Action, response: Response, sentId: string): Promise<unknown> {
  const body = parse(await readText(response))
  const isSuccess = action === 'ValidateVncToken' ? body.host !== undefined : body.Result !== undefined
  if (response.status === 200 && isSuccess) return body

  const { status, headers } = response
  const failure = body.ResponseMetadata?.Error
  const code = failure?.Code ?? body.error_code ?? 'UnknownAnswer'
  const message =
    failure?.Message ?? body.error_message ?? `HTTP status ${status}, but no answer of ECS Manager. Is the URL right?`
  throw new EcsManagerError(code, message, {
    status,
    requestId: body.ResponseMetadata?.RequestId ?? headers.get('X-Request-ID') ?? sentId,
    retryAfterSeconds: Number(headers.get('Retry-After')) || undefined,
    isTemporary: isTemporaryFailure(status, code, failure !== undefined),
  })
}

function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
