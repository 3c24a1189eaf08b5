import { ActionError, invalidSandboxStatus, sandboxNotFound } from '../../errors.ts'
import { CloudError, type Kind } from './cloud-error.ts'

/**
 * Does something with the cloud and puts its failures into the words of the API: who is at fault, whether a repetition
 * helps, and the cloud's own code where the API passes it on.
 *
 * @param unconfirmed  what to do where the work may have been done all the same
 * @throws {ActionError}
 */
export async function translateErrors<T>(work: () => Promise<T>, unconfirmed?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof CloudError ? toApiError(error, unconfirmed) : error
  }
}

/** As `translateErrors`, for work on one sandbox, which may be gone or in the wrong state by the time the cloud is asked. */
export function translateSandboxErrors<T>(sandboxId: string, work: () => Promise<T>): Promise<T> {
  return translateErrors(async () => {
    try {
      return await work()
    } catch (error) {
      if (isNotFound(error)) throw sandboxNotFound(sandboxId)
      if (isWrongStatus(error)) {
        throw invalidSandboxStatus(sandboxId, 'in a state that does not allow this', 'Repeat the call later.', error)
      }
      if (!isAboutMachine(error)) throw error
      const advice = `The cloud refuses with ${error.details.code}: ${describeError(error)}`
      throw invalidSandboxStatus(
        sandboxId,
        'protected, locked or billed in a way that does not allow this',
        advice,
        error,
      )
    }
  })
}

function toApiError(error: CloudError, unconfirmed = ''): ActionError {
  const { action, kind, details } = error
  const [status, code, message] = mapError(error)
  const advice = kind === 'refused' ? '' : unconfirmed
  return new ActionError(
    status,
    details.code ?? code,
    [`${message} (${action}).`, advice, describeError(error)].filter(Boolean).join(' '),
    { cause: error, retryAfter: details.retryAfter },
  )
}

type MappedError = readonly [status: number, code: string, message: string]

const MAPPED_ERRORS: Record<Exclude<Kind, 'refused'>, MappedError> = {
  throttled: [429, 'FlowLimitExceeded', 'The cloud throttles calls'],
  timeout: [504, 'UpstreamTimeout', 'The cloud did not answer in time'],
  failed: [503, 'ServiceUnavailable', 'The cloud failed'],
  unreachable: [503, 'ServiceUnavailable', 'The cloud is out of reach'],
  unreadable: [503, 'ServiceUnavailable', 'The cloud was not understood'],
}

/** What a failure of the cloud is to a caller. */
export function mapError({ kind, details: { status, code = '' } }: CloudError): MappedError {
  if (kind !== 'refused') return MAPPED_ERRORS[status === 504 ? 'timeout' : kind]
  if (code.startsWith('QuotaExceeded')) return [429, code, 'A quota of the account is used up']
  // No list of these codes is published; this is how clients in the field recognise them.
  if (/NoStock|OutOfStock|SoldOut|Insufficient(Inv|Cap|Stock)|ResourceNot(Enough|Avail)|^LimitExceeded/i.test(code)) {
    return [503, code, 'The cloud has no room now']
  }
  return [502, 'ServiceUnavailable', 'The cloud refused the manager']
}

/** Whether the cloud says that the instance does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof CloudError && /^Invalid(Instance(Id)?|ResourceId)\.NotFound$/.test(error.details.code ?? '')
}

/** Whether the cloud says that the instance is in a state in which this cannot be done. */
export function isWrongStatus(error: unknown): error is CloudError {
  return error instanceof CloudError && error.details.code === 'InvalidInstanceStatus'
}

/**
 * Whether the cloud refuses because of the machine: its status, a lock, deletion protection, how it is billed. Anything else
 * that it refuses is about the manager. (ECS API reference, DeleteInstance, StartInstance, DescribeInstanceECSTerminalUrl. The
 * code of deletion protection is not published.)
 */
export function isAboutMachine(error: unknown): error is CloudError {
  return error instanceof CloudError && isCodeAboutMachine(error.details.code)
}

/** The same of a code. */
export function isCodeAboutMachine(code = ''): boolean {
  return /^InvalidInstance(Status$|\.(?!NotFound))|^InvalidChargeType|^InvalidPrimaryNetworkInterface|Protect/i.test(
    code,
  )
}

/** The cloud's own words, with the request id that its support asks for. */
export function describeError({ message, details: { requestId } }: CloudError): string {
  return requestId === undefined ? message : `${message} Request id ${requestId}`
}
