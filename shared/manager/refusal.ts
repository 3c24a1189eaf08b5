import { ActionError, invalidSandboxStatus, sandboxNotFound } from '../errors.ts'
import { CloudError } from './ecs/cloud-error.ts'

/**
 * Does something with the cloud and puts its failures into the words of the API: who is at fault, whether a repetition
 * helps, and the cloud's own code where the API passes it on.
 *
 * @param sandboxId  the sandbox that it is about, if it is about one
 * @throws {ActionError}
 */
export async function inOurWords<T>(work: () => Promise<T>, sandboxId?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof CloudError ? toActionError(error, sandboxId) : error
  }
}

function toActionError(error: CloudError, sandboxId: string | undefined): ActionError {
  const { action, kind, status, retryAfter } = error
  const code = /^[A-Za-z][\w.-]{0,127}$/.test(error.code ?? '') ? error.code : undefined
  const options = { cause: error, ...(retryAfter !== undefined && { retryAfter }) }
  const said = saying(error)

  if (sandboxId !== undefined && isNotFound(error)) return sandboxNotFound(sandboxId)
  if (sandboxId !== undefined && code === 'InvalidInstanceStatus') {
    return invalidSandboxStatus(sandboxId, 'in a state that does not allow this', 'Repeat the call later.', error)
  }
  switch (kind) {
    case 'throttled':
      return new ActionError(429, code ?? 'FlowLimitExceeded', `The cloud limits the rate of ${action}${said}`, options)
    case 'timeout':
      return new ActionError(504, 'UpstreamTimeout', `The cloud did not answer ${action} in time.`, options)
    case 'unreachable':
      return new ActionError(503, 'ServiceUnavailable', `The cloud could not be reached for ${action}.`, options)
    case 'unreadable':
      return new ActionError(503, 'ServiceUnavailable', `The cloud's answer to ${action} was not understood.`, options)
    case 'failed':
      return new ActionError(
        status === 504 ? 504 : 503,
        code ?? (status === 504 ? 'UpstreamTimeout' : 'ServiceUnavailable'),
        `The cloud failed at ${action}${said}`,
        options,
      )
    case 'no-credentials':
      return new ActionError(502, 'InvalidCredential', 'The manager has no credentials for the cloud.', options)
    case 'refused':
      if (code?.startsWith('QuotaExceeded')) {
        return new ActionError(429, code, `A quota of the cloud account is used up${said}`, {
          retryAfter: 60,
          ...options,
        })
      }
      if (code === 'IdempotentParameterMismatch') {
        return new ActionError(409, code, 'This ClientToken was used before with other parameters.', options)
      }
      if (code !== undefined && OUT_OF_STOCK.test(code)) {
        return new ActionError(503, code, `The cloud has no such machine in stock${said}`, {
          retryAfter: 60,
          ...options,
        })
      }
      return new ActionError(
        502,
        code ?? 'ServiceUnavailable',
        `The cloud refused the manager's ${action}${said}`,
        options,
      )
  }
}

// No list of these codes is published; this is how clients in the field recognise them.
const OUT_OF_STOCK = /NoStock|OutOfStock|SoldOut|Insufficient(Inventory|Capacity|Stock)|ResourceNot(Enough|Available)/i

/** Whether the cloud says that the instance does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof CloudError && /^Invalid(Instance(Id)?|ResourceId)\.NotFound$/.test(error.code ?? '')
}

/** The cloud's own words, on one line and short: `: <message> (the cloud's request id is ...).` */
export function saying({ message, requestId }: CloudError): string {
  const words = message.replace(/\s+/g, ' ').trim().slice(0, 300).replace(/\.$/, '')
  return `: ${words}${requestId === undefined ? '' : ` (the cloud's request id is ${requestId})`}.`
}
