import sign from '@volcengine/openapi/lib/base/sign.js'
import * as v from 'valibot'
import type { Log } from '../../log.ts'
import { CloudError } from './cloud-error.ts'
import { type Answer, connect, TimeoutError } from './connection.ts'
import type { CredentialSource, Credentials } from './credentials.ts'
import { flatten, type Param } from './flatten.ts'

/** What the client has to know of the invocation that it works for. */
export interface Invocation {
  /** When the invocation has to be answered, in milliseconds since 1970. No try and no wait goes beyond it. */
  deadline: number
  log: Log
}

export interface EcsClient {
  /**
   * Calls an action of ECS (version 2020-04-01) and returns its `Result`, checked against the schema.
   *
   * Throttling, 5xx, timeouts, broken connections and unreadable answers are tried again with full jitter, honouring
   * `Retry-After`. So the action must be one that may be done twice: RunInstances needs its ClientToken.
   * @throws {CloudError}
   */
  send<Schema extends v.GenericSchema>(
    action: string,
    params: { readonly [key: string]: Param },
    result: Schema,
    invocation: Invocation,
  ): Promise<v.InferOutput<Schema>>
  /** Opens a connection ahead of the first call, so that DNS and TLS are done by then. Never fails. */
  warmUp(): Promise<void>
}

interface Settings {
  endpoint: string
  region: string
  credentials: CredentialSource
  /** Most time for one try, in milliseconds. */
  tryTimeoutMs: number
  maxTries: number
}

export function ecsClient({ endpoint, region, credentials, tryTimeoutMs, maxTries }: Settings): EcsClient {
  const connection = connect(endpoint)

  return {
    async send(action, params, result, { deadline, log }) {
      const query = { ...flatten(params), Action: action, Version: '2020-04-01' }
      const started = performance.now()
      let answer: Answer | undefined
      let error: CloudError | undefined
      let tries = 0
      let reread = false
      try {
        for (;;) {
          tries += 1
          error = undefined
          answer = undefined
          let signer: Credentials | undefined
          try {
            signer = currentCredentials(credentials, action, log)
            const timeoutMs = Math.max(1, Math.min(tryTimeoutMs, deadline - Date.now()))
            answer = await connection.get(...signed(query, connection.host, region, signer), timeoutMs)
            return v.parse(result, resultOf(action, answer), { abortEarly: true })
          } catch (caught) {
            error = toCloudError(caught, action, answer)
          }
          if (isAuthentication(error) && !reread) {
            reread = true
            credentials.forget()
            if (credentials.current()?.accessKeyId !== signer?.accessKeyId) continue
          }
          const waitMs = pause(error, tries)
          if (!RETRIED.has(error.kind) || tries >= maxTries || Date.now() + waitMs >= deadline) throw error
          await new Promise((resolve) => setTimeout(resolve, waitMs))
        }
      } finally {
        const requestId = requestIdOf(answer)
        log.cloud({
          action,
          ...(requestId !== undefined && { requestId }),
          tries,
          milliseconds: Math.round(performance.now() - started),
          ...(answer && { status: answer.status }),
          ...(error && { error: error.code ?? error.kind }),
        })
      }
    },

    // Unsigned and without an action: the answer, a refusal, does not matter.
    async warmUp() {
      await connection.get('/', { Host: connection.host }, 2_000).catch(() => {})
    },
  }
}

const RETRIED = new Set(['throttled', 'failed', 'timeout', 'unreachable', 'unreadable'])

function currentCredentials(source: CredentialSource, action: string, log: Log): Credentials {
  const found = source.current()
  if (found === undefined) {
    throw new CloudError('No credentials in the environment, the role of the function or config.toml', {
      action,
      kind: 'no-credentials',
    })
  }
  log.secret(found.secretKey)
  log.secret(found.sessionToken)
  return found
}

function signed(
  query: Record<string, string>,
  host: string,
  region: string,
  credentials: Credentials,
): [path: string, headers: Record<string, string>] {
  const headers: Record<string, string> = { Host: host }
  const signer = new sign.default({ region, method: 'GET', params: query, headers }, 'ecs')
  signer.addAuthorization({ ...credentials, sessionToken: credentials.sessionToken ?? '' })
  return [`/?${sign.queryParamsToString(query)}`, { ...headers, Accept: 'application/json' }]
}

const Envelope = v.object({
  ResponseMetadata: v.object({
    RequestId: v.nullish(v.string()),
    Error: v.nullish(v.object({ Code: v.string(), Message: v.nullish(v.string()) })),
  }),
  Result: v.unknown(),
})

function resultOf(action: string, answer: Answer): unknown {
  const { status } = answer
  const { ResponseMetadata, Result } = v.parse(Envelope, JSON.parse(answer.body), { abortEarly: true })
  if (!ResponseMetadata.Error) {
    if (status >= 200 && status < 300) return Result ?? {}
    throw new Error(`HTTP status ${status} without an error in the envelope`)
  }
  const { Code: code, Message } = ResponseMetadata.Error
  throw new CloudError(Message || code, {
    action,
    kind: kindOf(status, code),
    status,
    code,
    requestId: ResponseMetadata.RequestId ?? undefined,
    retryAfter: retryAfterOf(answer),
  })
}

function kindOf(status: number, code: string): CloudError['kind'] {
  // A quota does not pass by waiting a second, whatever the status.
  if (/^(QuotaExceeded|LimitExceeded)/.test(code)) return 'refused'
  if (status === 429 || /FlowLimitExceeded|Throttl|RequestLimitExceeded/.test(code)) return 'throttled'
  if (status >= 500 || /^Internal(Service)?(Error|Timeout)|^ServiceUnavailable/.test(code)) return 'failed'
  return 'refused'
}

function toCloudError(caught: unknown, action: string, answer: Answer | undefined): CloudError {
  if (caught instanceof CloudError) return caught
  if (answer === undefined) {
    const kind = caught instanceof TimeoutError ? 'timeout' : 'unreachable'
    return new CloudError(`${action}: ${(caught as Error).message}`, { action, kind, cause: caught })
  }
  const { status } = answer
  // A gateway or proxy on the way answers 429 and 5xx with a page of its own.
  const kind = status === 429 ? 'throttled' : status >= 500 ? 'failed' : 'unreadable'
  const retryAfter = retryAfterOf(answer)
  const requestId = requestIdOf(answer)
  // The cause is only named: the message of a failed JSON.parse quotes the answer.
  const reason =
    caught instanceof v.ValiError ? `${v.getDotPath(caught.issues[0]) ?? 'it'} is not as expected` : 'no JSON'
  return new CloudError(`${action}: unexpected answer with HTTP status ${status} (${reason})`, {
    action,
    kind,
    status,
    requestId,
    retryAfter,
  })
}

// Codes with which the cloud refuses a signature: a rotated or expired credential among them.
function isAuthentication(error: CloudError): boolean {
  return /^(InvalidAccessKey|InvalidClientTokenId|InvalidSecretToken|InvalidCredential|SignatureDoesNotMatch|Expired)/.test(
    error.code ?? '',
  )
}

// Full jitter: anything from nothing to 100 ms x 2^tries, at most 3 s; at least what the cloud asks for.
function pause(error: CloudError, tries: number): number {
  const jitter = Math.random() * Math.min(3_000, 100 * 2 ** tries)
  return Math.max(jitter, (error.retryAfter ?? 0) * 1_000)
}

function retryAfterOf({ headers }: Answer): number | undefined {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : undefined
}

function requestIdOf(answer: Answer | undefined): string | undefined {
  if (answer === undefined) return undefined
  return /"RequestId"\s*:\s*"([\w-]{1,64})"/.exec(answer.body)?.[1]
}
