import signing from '@volcengine/openapi/lib/base/sign.js'
import * as v from 'valibot'
import type { Log } from '../../log.ts'
import { Envelope } from './answer.ts'
import { CloudError, type Kind } from './cloud-error.ts'
import { CertificateError, connect, type HttpResponse, TimeoutError, TooLargeError } from './connection.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { flatten, type Param } from './flatten.ts'

/** What the client needs to know about the current invocation. */
export interface CallOptions {
  /** In milliseconds since 1970. No try and no wait goes beyond it. */
  deadline: number
  log: Log
}

export interface EcsClient {
  /**
   * Calls an action of ECS (version 2020-04-01) and returns its `Result`. An answer that does not match the schema is
   * `unreadable`.
   *
   * Retries after throttling, 5xx, timeouts, broken connections and unreadable answers, with full jitter, and honours
   * `Retry-After`. So the action must be idempotent: RunInstances needs a ClientToken.
   * @throws {CloudError}
   */
  send<Result>(
    action: string,
    params: { readonly [key: string]: Param },
    options: CallOptions,
    schema: v.GenericSchema<unknown, Result>,
  ): Promise<Result>
  /** Starts to connect before the first call. Never fails. */
  open(): void
}

interface ClientSettings {
  endpoint: string
  region: string
  try_timeout_seconds: number
  max_tries: number
}

export function ecsClient(
  { endpoint, region, try_timeout_seconds, max_tries }: ClientSettings,
  credentials: CredentialSource,
): EcsClient {
  const connection = connect(endpoint)

  return {
    async send(action, params, { deadline, log }, schema) {
      const query = { ...flatten(params), Action: action, Version: '2020-04-01' }
      const started = performance.now()
      let answer: HttpResponse | undefined
      let error: CloudError | undefined
      let tries = 0
      let reread = false
      try {
        for (;;) {
          tries += 1
          answer = undefined
          error = undefined
          const signer = credentials.current()
          if (!signer) throw new CloudError(action, 'refused', 'No credentials were found.', NO_CREDENTIALS)
          for (const secret of Object.values(signer)) log.secret(secret)
          const signed = sign(query, connection.host, region, signer)
          try {
            const timeoutMs = Math.min(try_timeout_seconds * 1_000, deadline - Date.now())
            if (timeoutMs <= 0) throw new TimeoutError('no time is left')
            // A retry gets a new connection: after a thaw of the function, all kept connections may be dead.
            answer = await connection.get(...signed, timeoutMs, tries > 1)
            return resultOf(action, answer, schema, log)
          } catch (caught) {
            error = toCloudError(action, caught, answer)
          }
          if (!reread && AUTHENTICATION.test(error.details.code ?? '')) {
            reread = true
            credentials.forget()
            if (JSON.stringify(credentials.current()) !== JSON.stringify(signer)) continue
          }
          const waitMs = backoff(error, tries)
          if (error.kind === 'refused' || tries >= max_tries || Date.now() + waitMs >= deadline) throw error
          await new Promise((resolve) => setTimeout(resolve, waitMs))
        }
      } finally {
        log.cloud({
          action,
          requestId: answer && requestIdOf(answer),
          tries,
          milliseconds: Math.round(performance.now() - started),
          status: answer?.status,
          error: error && (error.details.code ?? error.kind),
        })
      }
    },

    open: connection.open,
  }
}

const MAX_MESSAGE_LENGTH = 1_000

const NO_CREDENTIALS = { code: 'InvalidCredential' }

// The cloud refuses a signature with these codes: the credentials may have been rotated.
const AUTHENTICATION = /^(Invalid(AccessKey|ClientTokenId|SecretToken)|SignatureDoesNotMatch|Expired)/

function sign(
  params: Record<string, string>,
  host: string,
  region: string,
  credentials: Credentials,
): [path: string, headers: Record<string, string>] {
  const headers = { Host: host }
  new signing.default({ region, method: 'GET', params, headers }, 'ecs').addAuthorization(credentials)
  return [`/?${signing.queryParamsToString(params)}`, headers]
}

// Any error that is not a CloudError means that the answer is unreadable.
function resultOf<Result>(
  action: string,
  answer: HttpResponse,
  schema: v.GenericSchema<unknown, Result>,
  log: Log,
): Result {
  const { ResponseMetadata, Result } = v.parse(Envelope, JSON.parse(answer.body))
  if (ResponseMetadata.Error) {
    const { Code: code, Message } = ResponseMetadata.Error
    const message = typeof Message === 'string' && Message ? Message : (code ?? 'The cloud gave no reason.')
    // The message may quote the signature. Redact it here: requests that share this call do not know its credentials.
    throw new CloudError(action, kindOf(answer.status, code), log.redact(message).slice(0, MAX_MESSAGE_LENGTH), {
      ...factsOf(answer),
      code,
    })
  }
  if (answer.status < 200 || answer.status > 299) throw new TypeError()
  return v.parse(schema, Result)
}

function kindOf(status: number, code = ''): Kind {
  // Whatever the status, a retry does not help against a quota.
  if (/^(QuotaExceeded|LimitExceeded)/.test(code)) return 'refused'
  if (status === 429 || /FlowLimitExceeded|Throttl|RequestLimit/.test(code)) return 'throttled'
  return status >= 500 || /^(Internal|ServiceUnavailable)/.test(code) ? 'failed' : 'refused'
}

function toCloudError(action: string, caught: unknown, answer: HttpResponse | undefined): CloudError {
  if (caught instanceof CloudError) return caught
  if (caught instanceof CertificateError) {
    const { code } = caught.cause as { code?: string }
    return new CloudError(action, 'refused', `The certificate of its endpoint is not accepted (${code}).`, {
      cause: caught,
    })
  }
  if (caught instanceof TooLargeError) return new CloudError(action, 'unreadable', 'Its answer is too large.')
  if (answer === undefined) {
    const kind = caught instanceof TimeoutError ? 'timeout' : 'unreachable'
    return new CloudError(action, kind, 'There was no answer.', { cause: caught })
  }
  // A gateway or proxy on the way answers 429 and 5xx with its own page. The error of JSON.parse is not a cause here,
  // because it quotes the answer.
  const { status } = answer
  const kind = status === 429 ? 'throttled' : status >= 500 ? 'failed' : 'unreadable'
  return new CloudError(action, kind, `HTTP status ${status}, and not the JSON it should be.`, factsOf(answer))
}

// Full jitter: 0 to 100 ms x 2^tries, at most 3 s, but at least what the cloud asks for.
function backoff({ details }: CloudError, tries: number): number {
  return Math.max(Math.random() * Math.min(3_000, 100 * 2 ** tries), (details.retryAfter ?? 0) * 1_000)
}

function factsOf(answer: HttpResponse) {
  const [seconds] = /^\d{1,5}$/.exec(answer.headers['retry-after'] ?? '') ?? []
  return { status: answer.status, requestId: requestIdOf(answer), retryAfter: Number(seconds) || undefined }
}

// A pattern and not JSON.parse: even an incomplete answer should give the id that the cloud's support asks for.
function requestIdOf({ body }: HttpResponse): string | undefined {
  return /"RequestId"\s*:\s*"([\w-]{1,64})"/.exec(body)?.[1]
}
