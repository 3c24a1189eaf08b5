import { CloudError } from './cloud/cloud-error.ts'
import { isProxyUsed, proxyVariable } from './proxy.ts'
import { StepError } from './run.ts'

/** Advice for the error codes of the cloud. The first match applies. */
const ADVICE: [code: RegExp, advice: string][] = [
  [
    /ServiceNotActivated/,
    'with the main account, open the console of veFaaS (for gateways: of the API gateway) once in this region, and agree to create its service-linked role',
  ],
  [
    /^(InvalidAccessKey|SignatureDoesNotMatch|InvalidSecretToken|InvalidCredential|InvalidAuthorization|Missing(AuthenticationToken|Signature))/,
    'check VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY and, for temporary credentials, VOLCENGINE_SESSION_TOKEN, which may have expired',
  ],
  [/InvalidTimestamp/, "set this computer's clock: a signature is valid for a few minutes only"],
  [/Whitelist/i, 'only selected accounts have this feature: ask the support of VolcEngine for it, or do not use it'],
  [
    /LackPolicy|LackProjectPolicy|AccessDenied|Forbidden|Unauthorized/,
    'give the user of these credentials a policy that allows this action, in this project',
  ],
  [
    /Flow|Throttl|InternalService|InternalError|Timeout|ServiceUnavailable|FailToConnect/,
    'the cloud is busy or has a fault: repeat the command after a minute; it continues from there',
  ],
  [
    /Quota|LimitExceeded/,
    'raise the quota in the quota centre of the console, or delete resources that are not needed',
  ],
  [/Duplicat|AlreadyExist/i, 'somebody else has this name: rename the service, or this resource, in serverless.yml'],
  [
    /StatusConflict/,
    'another operation is in progress, or another resource uses it, as the message says: repeat the command after that',
  ],
  [
    /ServiceNotFound|InvalidActionOrVersion/,
    'check provider.endpoint and provider.region: they do not have this service',
  ],
  [/NotFound|NotExist/, 'a resource that it needs does not exist in this region: check the ids in serverless.yml'],
  [/^(Invalid|Missing|Malformed)(Parameter|Argument)/, 'correct the setting of serverless.yml that the message names'],
]

/** Explains which step failed, the error of the cloud, and what to do. Undefined for a bug. */
export function explain(error: unknown): string | undefined {
  const { step, cause } = error instanceof StepError ? error : { step: undefined, cause: error }
  if (!(cause instanceof Error)) return undefined
  const heading = step ? `Could not ${step.verb} ${step.resource} ${step.name}` : 'A call to the cloud failed'
  if (isBug(cause)) return undefined
  if (!(cause instanceof CloudError)) return step ? `${heading}: ${cause.message}` : undefined

  const { action, status, code, requestId, message } = cause
  const advice = adviceFor(cause)
  const lines = [`${heading}: ${action} ${code ? 'was refused' : 'failed'}`]
  if (code) lines.push(`  code        ${code}${status ? ` (HTTP ${status})` : ''}`)
  lines.push(`  message     ${message.replaceAll('\n', ' ')}`)
  if (requestId) lines.push(`  request id  ${requestId}`)
  if (advice) lines.push(`  what to do  ${advice}`)
  return lines.join('\n')
}

/** A bug is shown with its stack, because the user cannot correct it. */
function isBug(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
}

function adviceFor({ code = '', message, status, action }: CloudError): string | undefined {
  if (status === undefined) {
    if (/from (127\.|localhost|\[::1\])/.test(message)) {
      return 'is the emulated cloud running there? Start it, or correct provider.endpoint'
    }
    const proxy = proxyVariable(process.env)
    if (proxy && !isProxyUsed(process.env)) {
      return `${proxy} is set but not used: deploy from a network that reaches the cloud directly, or with Node.js 24 and NODE_USE_ENV_PROXY=1`
    }
    return 'check the network and provider.endpoint, and repeat the command; it continues from there'
  }
  if (code === '') return 'a response of the cloud could not be read: repeat the command; it continues from there'
  if (/role/i.test(message) && /Invalid|NotFound|NotExist/.test(code) && /Function$/.test(action)) {
    return 'check provider.role: the role must exist in this account and trust the service vefaas (action sts:AssumeRole)'
  }
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1]
}
