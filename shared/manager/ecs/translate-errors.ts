import { ActionError, invalidSandboxStatus, sandboxNotFound } from '../../errors.ts'
import { CloudError, type Kind } from './cloud-error.ts'

/**
 * Runs work that calls the cloud, and translates a `CloudError` into an error of the API: the status says who is at
 * fault and whether a retry helps, and the code is the cloud's, if it has one.
 *
 * @param unconfirmed  advice for the caller if the work may have been done despite the failure
 * @throws {ActionError}
 */
export async function translateErrors<T>(work: () => Promise<T>, unconfirmed?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof CloudError ? toApiError(error, unconfirmed) : error
  }
}

/** Like `translateErrors`, for work on one sandbox, which may be deleted or change its state before the call. */
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
  unreadable: [503, 'ServiceUnavailable', 'The answer of the cloud was not understood'],
}

/** The status, code and message of a failure of the cloud, for the caller. */
export function mapError({ kind, details: { status, code = '' } }: CloudError): MappedError {
  if (kind !== 'refused') return MAPPED_ERRORS[status === 504 ? 'timeout' : kind]
  if (code.startsWith('QuotaExceeded')) return [429, code, 'A quota of the account is used up']
  if (isCodeAboutStock(code)) return [503, code, 'The cloud has no room now']
  return [502, 'ServiceUnavailable', 'The cloud refused the manager']
}

// There is no published list of these codes; existing clients recognise them like this.
function isCodeAboutStock(code: string): boolean {
  return /NoStock|OutOfStock|SoldOut|Insufficient(Inv|Cap|Stock)|ResourceNot(Enough|Avail)|^LimitExceeded/i.test(code)
}

/** Whether the cloud has no room for the machine. */
export function isOutOfStock({ kind, details: { code = '' } }: CloudError): boolean {
  return kind === 'refused' && isCodeAboutStock(code)
}

/** Whether the cloud says that the instance does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof CloudError && /^Invalid(Instance(Id)?|ResourceId)\.NotFound$/.test(error.details.code ?? '')
}

/** Whether the cloud says that the state of the instance does not allow the action. */
export function isWrongStatus(error: unknown): error is CloudError {
  return error instanceof CloudError && error.details.code === 'InvalidInstanceStatus'
}

/**
 * Whether the cloud refuses because of the machine: its status, a lock, deletion protection or its billing. Any other
 * refusal is about the manager. (ECS API reference, DeleteInstance, StartInstance, DescribeInstanceECSTerminalUrl. The
 * code of deletion protection is not published.)
 */
export function isAboutMachine(error: unknown): error is CloudError {
  return error instanceof CloudError && isCodeAboutMachine(error.details.code)
}

/** Like `isAboutMachine`, for a code. */
export function isCodeAboutMachine(code = ''): boolean {
  return /^InvalidInstance(Status$|\.(?!NotFound))|^InvalidChargeType|^InvalidPrimaryNetworkInterface|Protect/i.test(
    code,
  )
}

/** The cloud's message, with the request id that its support asks for. */
export function describeError({ message, details: { requestId } }: CloudError): string {
  return requestId === undefined ? message : `${message} Request id ${requestId}`
}
