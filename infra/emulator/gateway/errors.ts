/** An error as the cloud sends it: HTTP status, code, and for errors of the gateway a number. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly codeN: number | undefined

  constructor(status: number, code: string, message: string, codeN?: number) {
    super(message)
    this.status = status
    this.code = code
    this.codeN = codeN
  }
}

// Codes, numbers and statuses from VolcEngine's table of common errors. Codes without a number there are sent without
// one.
const gatewayCodes = {
  MissingParameter: [400, 100002],
  MissingAuthenticationToken: [401, 100003],
  MissingRequestInfo: [400, 100004],
  MissingSignature: [401, 100005],
  InvalidTimestamp: [403, 100006],
  ServiceNotFound: [404, 100007],
  InvalidActionOrVersion: [404, 100008],
  InvalidAccessKey: [401, 100009],
  SignatureDoesNotMatch: [401, 100010],
  InternalServiceError: [502, 100014],
  FlowLimitExceeded: [429, 100018],
  MethodNotAllowed: [405, 100020],
  InvalidAuthorization: [400],
  InvalidCredential: [400],
  InvalidSecretToken: [401],
} as const satisfies Record<string, readonly [status: number, codeN?: number]>

export type GatewayCode = keyof typeof gatewayCodes

/** An error of the gateway in front of every service, before the service has seen the request. */
export function gatewayError(code: GatewayCode, message: string): ApiError {
  const [status, codeN] = gatewayCodes[code]
  return new ApiError(status, code, message, codeN)
}
