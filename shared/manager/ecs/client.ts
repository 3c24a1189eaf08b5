import signing from '@volcengine/openapi/lib/base/sign.js'
import * as v from 'valibot'
import type { Log } from '../../log.ts'
import { Envelope } from './answer-schemas.ts'
import { CloudError, type Kind } from './cloud-error.ts'
import { CertificateError, connect, type HttpResponse, TimeoutError, TooLargeError } from './connection.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { flatten, type Param } from './flatten.ts'
import { retry } from './retry.ts'

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
      let tries = 0
      let answer: HttpResponse | undefined
      let error: CloudError | undefined

      async function sendOnce(signer: Credentials) {
        tries += 1
        answer = undefined
        error = undefined
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
          throw error
        }
      }

      try {
        return await retry(() => withCredentials(action, credentials, sendOnce), { maxTries: max_tries, deadline })
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

/** Sends with the current credentials; once more if the cloud refuses them and they have been rotated. */
async function withCredentials<Result>(
  action: string,
  source: CredentialSource,
  sendOnce: (signer: Credentials) => Promise<Result>,
): Promise<Result> {
  const signer = source.current()
  if (!signer) throw new CloudError(action, 'refused', 'No credentials were found.', { code: 'InvalidCredential' })
  try {
    return await sendOnce(signer)
  } catch (error) {
    if (!(error instanceof CloudError && AUTHENTICATION.test(error.details.code ?? ''))) throw error
    source.forget()
    const rotated = source.current()
    if (!rotated || JSON.stringify(rotated) === JSON.stringify(signer)) throw error
    return sendOnce(rotated)
  }
}

const MAX_MESSAGE_LENGTH = 1_000

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

function factsOf(answer: HttpResponse) {
  const [seconds] = /^\d{1,5}$/.exec(answer.headers['retry-after'] ?? '') ?? []
  return { status: answer.status, requestId: requestIdOf(answer), retryAfter: Number(seconds) || undefined }
}

// A pattern and not JSON.parse: even an incomplete answer should give the id that the cloud's support asks for.
function requestIdOf({ body }: HttpResponse): string | undefined {
  return /"RequestId"\s*:\s*"([\w-]{1,64})"/.exec(body)?.[1]
}
