import { DesktopError, type DesktopErrorCode } from '../../shared/desktop/index.ts'
import { ActionError, invalidParameter } from '../../shared/errors.ts'

type Failure = readonly [status: number, code: string, message: string]

const FAILURES: Record<Exclude<DesktopErrorCode, 'InvalidArgument' | 'Unsupported'>, Failure> = {
  Unreachable: [
    503,
    'ServiceUnavailable',
    'cannot be reached. It starts some time after its machine: call wait_for_desktop',
  ],
  Refused: [503, 'ServiceUnavailable', 'refuses connections. Repeat the call later'],
  Closed: [503, 'ServiceUnavailable', 'closed the connection. Repeat the call'],
  Timeout: [504, 'UpstreamTimeout', 'did not answer in time. Look at a screenshot before you repeat the call'],
  Aborted: [504, 'UpstreamTimeout', 'did not answer in time. Look at a screenshot before you repeat the call'],
  AuthenticationFailed: [
    502,
    'ServiceUnavailable',
    'refuses terminal.vnc_password, or its kind of authentication is not supported',
  ],
  ProtocolError: [502, 'ServiceUnavailable', 'does not speak VNC as it should'],
  TooLarge: [502, 'ServiceUnavailable', 'is too large'],
}

/**
 * Translates an error of the driver into an error of the API. Any other error stays.
 * @param argument  the argument of the tool that is wrong if the desktop cannot use it
 */
export function toActionErrorOfDesktop(error: unknown, sandboxId: string, argument: string): unknown {
  if (!(error instanceof DesktopError)) return error
  const { code, message: detail } = error
  if (code === 'InvalidArgument' || code === 'Unsupported') {
    return invalidParameter(argument, `cannot be used. ${detail.replace(/\.$/, '')}`)
  }
  const [status, apiCode, message] = FAILURES[code]
  return new ActionError(status, apiCode, `The desktop of sandbox ${sandboxId} ${message}.`, { cause: error })
}
