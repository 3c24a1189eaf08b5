import { type CallError, CLIENT_CODES } from '../../common/api.ts'
import type { ConsoleTexts } from '../texts/english.ts'

/** What the user was doing. The same error can mean different things. */
export type ErrorContext = 'create' | 'renew' | 'stop' | 'start' | 'reboot' | 'delete' | 'windows' | 'desktop'

type ErrorInfo = Pick<CallError, 'code' | 'status'>

/** Returns a text that says what an error means and what to do about it. The page shows the message of the API apart. */
export function errorText({ code, status }: ErrorInfo, { errors }: ConsoleTexts, context?: ErrorContext): string {
  const texts: Record<string, string> = {
    'QuotaExceeded.MaximumSandboxes': errors.maximumSandboxes,
    'InvalidSandbox.NotFound': context === 'desktop' ? errors.unknownId : errors.notFound,
    'InvalidVncToken.Expired': errors.tokenExpired,
    'InvalidVncToken.NotFound': errors.tokenNotValid,
    'InvalidParameter.Token': errors.tokenNotValid,
    'InvalidParameter.InstanceName': errors.name,
    'InvalidParameter.LifetimeSeconds': errors.lifetime,
    'OperationDenied.Action': errors.noRight,
    'OperationDenied.Origin': errors.foreignPage,
    'OperationDenied.Host': errors.foreignPage,
    IdempotentParameterMismatch: errors.clientTokenUsed,
    MissingAuthenticationToken: errors.key,
    InvalidAccessKey: errors.key,
    InvalidActionOrVersion: errors.noAction,
    DesktopEnded: errors.desktopEnded,
    ConnectionLost: errors.connectionLost,
    DesktopWantsLogin: errors.desktopWantsLogin,
    DesktopRefuses: errors.desktopRefuses,
    DesktopNotUnderstood: errors.notUnderstood,
    [CLIENT_CODES.unreachable]: errors.noAnswer,
    [CLIENT_CODES.timeout]: errors.timeout,
    [CLIENT_CODES.unexpected]: errors.unknownAnswer,
  }
  const text = texts[code]
  if (text !== undefined) return text
  if (code === 'InvalidSandboxStatus') return statusText(errors, context)
  if (code.startsWith('QuotaExceeded')) return errors.quota
  if (code.startsWith('OperationDenied')) return errors.denied
  if (code.startsWith('InvalidParameter')) return errors.value
  // These are the patterns that other clients use: no list of these codes is published.
  if (/NoStock|OutOfStock|SoldOut|Insufficient(Inv|Cap|Stock)|ResourceNot(Enough|Avail)/i.test(code)) {
    return context === 'start' ? errors.noRoom : errors.noStock
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
      return context === 'windows' && code === 'ServiceUnavailable' ? errors.agentRefused : errors.refused
    case 503:
      if (context === 'windows') return errors.agentDown
      return context === 'desktop' ? errors.desktopDown : errors.unavailable
    case 504:
      return context === 'windows' ? errors.agentDown : errors.timeout
    default:
      return errors.other
  }
}

/** The text for a sandbox whose status does not allow what the user was doing. */
function statusText(errors: ConsoleTexts['errors'], context?: ErrorContext): string {
  switch (context) {
    case 'renew':
      return errors.renewStatus
    case 'stop':
      return errors.stopStatus
    case 'start':
      return errors.startStatus
    case 'reboot':
      return errors.rebootStatus
    case 'delete':
      return errors.deleteStatus
    default:
      return errors.status
  }
}

/** Returns the parameter that a refusal of the API names: `InvalidParameter.<Name>` and the like. */
export function refusedParameter(code: string): string | undefined {
  return /^(?:InvalidParameter|MissingParameter|UnknownParameter|OperationDenied)\.(\w+)$/.exec(code)?.[1]
}
