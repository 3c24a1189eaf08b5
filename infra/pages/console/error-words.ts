import { type ApiError, OWN_CODES } from '../common/api.ts'
import type { ConsoleWords } from './english.ts'

/** During what it happened, where that makes a difference to the words. */
export type During = 'create' | 'renew' | 'delete' | 'windows' | 'desktop'

type Told = Pick<ApiError, 'code' | 'status'>

/** What a failure means to a person, and what to do about it; the API's own message stands beside it. */
export function errorWords({ code, status }: Told, { errors }: ConsoleWords, during?: During): string {
  const exact: Record<string, string> = {
    'QuotaExceeded.MaximumSandboxes': errors.maximumSandboxes,
    'InvalidSandbox.NotFound': errors.notFound,
    InvalidSandboxStatus:
      during === 'renew' ? errors.renewStatus : during === 'delete' ? errors.deleteStatus : errors.status,
    'InvalidVncToken.Expired': errors.tokenExpired,
    'InvalidVncToken.NotFound': errors.tokenNotValid,
    'InvalidParameter.Token': errors.tokenNotValid,
    'InvalidParameter.InstanceName': errors.name,
    'InvalidParameter.LifetimeSeconds': errors.lifetime,
    'OperationDenied.Origin': errors.foreignPage,
    'OperationDenied.Host': errors.foreignPage,
    IdempotentParameterMismatch: errors.tokenOfCreation,
    MissingAuthenticationToken: errors.key,
    InvalidAccessKey: errors.key,
    InvalidActionOrVersion: errors.noAction,
    DesktopEnded: errors.desktopEnded,
    ConnectionLost: errors.connectionLost,
    DesktopWantsPassword: errors.password,
    DesktopNotUnderstood: errors.notUnderstood,
    [OWN_CODES.unreachable]: errors.noAnswer,
    [OWN_CODES.late]: errors.timeout,
    [OWN_CODES.foreign]: errors.unknownAnswer,
  }
  const known = exact[code]
  if (known !== undefined) return known
  if (code.startsWith('QuotaExceeded')) return errors.quota
  if (code.startsWith('OperationDenied')) return errors.denied
  // As clients in the field recognise them: no list of these codes is published.
  if (/NoStock|OutOfStock|SoldOut|Insufficient(Inv|Cap|Stock)|ResourceNot(Enough|Avail)/i.test(code)) {
    return errors.noStock
  }

  switch (status) {
    case 400:
    case 405:
    case 413:
      return errors.request
    case 401:
      return errors.key
    case 403:
      return errors.denied
    case 429:
      return errors.throttled
    case 500:
      return errors.internal
    case 502:
      return during === 'windows' && code === 'ServiceUnavailable' ? errors.agentRefused : errors.refused
    case 503:
      return during === 'windows' ? errors.agentDown : during === 'desktop' ? errors.desktopDown : errors.unavailable
    case 504:
      return during === 'windows' ? errors.agentDown : errors.timeout
    default:
      return errors.other
  }
}
