import { CloudError } from './cloud/cloud-error.ts'
import { isProxyUsed, proxyVariable } from './proxy.ts'
import { StepError } from './run.ts'

/** What to do about errors of the cloud, by code; the first that fits. */
const ADVICE: [code: RegExp, advice: string][] = [
  [
    /ServiceNotActivated/,
    'open the console of veFaaS (for gateways: of the API gateway) once with the main account, in this region, and agree to create its service-linked role',
  ],
  [
    /^(InvalidAccessKey|SignatureDoesNotMatch|InvalidSecretToken|InvalidCredential|InvalidAuthorization|Missing(AuthenticationToken|Signature))/,
    'check VOLCENGINE_ACCESS_KEY, VOLCENGINE_SECRET_KEY and, for temporary credentials, VOLCENGINE_SESSION_TOKEN, which may have expired',
  ],
  [/InvalidTimestamp/, "set this computer's clock: a signature is good for some minutes only"],
  [
    /Whitelist/i,
    'this feature is open to chosen accounts only: ask the support of VolcEngine for it, or do without it',
  ],
  [
    /LackPolicy|LackProjectPolicy|AccessDenied|Forbidden|Unauthorized/,
    'give the user of these credentials a policy that allows this action (the README of the service lists them all), in this project',
  ],
  [
    /Flow|Throttl|InternalService|InternalError|Timeout|ServiceUnavailable|FailToConnect/,
    'the cloud is busy or in trouble: try again after a minute; it goes on where this one ended',
  ],
  [/Quota|LimitExceeded/, 'raise the quota in the quota centre of the console, or delete what is not needed'],
  [
    /Duplicat|AlreadyExist/i,
    'somebody else has this name: give the service, or this resource, another one in serverless.yml',
  ],
  [
    /StatusConflict/,
    'something else is going on with it, or uses it, as the message says: when that has ended, try again',
  ],
  [/ServiceNotFound|InvalidActionOrVersion/, 'check provider.endpoint and provider.region: this service is not there'],
  [/NotFound|NotExist/, 'something that it needs is not in this region (any more): check the ids in serverless.yml'],
  [/^(Invalid|Missing|Malformed)(Parameter|Argument)/, 'correct in serverless.yml what the message names'],
]

/** For people: which step failed, with what of the cloud, and what to do. Undefined for what is a bug. */
export function explain(error: unknown): string | undefined {
  const { step, cause } = error instanceof StepError ? error : { step: undefined, cause: error }
  if (!(cause instanceof Error)) return undefined
  const heading = step ? `Could not ${step.verb} ${step.resource} ${step.name}` : 'The cloud could not be asked'
  if (isBug(cause)) return undefined
  if (!(cause instanceof CloudError)) return step ? `${heading}: ${cause.message}` : undefined

  const { action, status, code, requestId, message } = cause
  const advice = adviceFor(cause)
  return [
    `${heading}: ${action} ${code ? 'was refused' : 'did not succeed'}`,
    ...(code ? [`  code        ${code}${status ? ` (HTTP ${status})` : ''}`] : []),
    `  message     ${message.replaceAll('\n', ' ')}`,
    ...(requestId ? [`  request id  ${requestId}`] : []),
    ...(advice ? [`  what to do  ${advice}`] : []),
  ].join('\n')
}

/** It needs its stack, and is nothing that people can put right. */
function isBug(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
}

function adviceFor({ code = '', message, status, action }: CloudError): string | undefined {
  if (status === undefined) {
    if (/from (127\.|localhost|\[::1\])/.test(message)) {
      return 'is the emulated cloud running there? Start it, or correct provider.endpoint'
    }
    const proxy = proxyVariable(process.env)
    return proxy && !isProxyUsed(process.env)
      ? `${proxy} is set and not used: deploy from where the cloud is reached directly, or with Node.js 24 and NODE_USE_ENV_PROXY=1`
      : 'check the network and provider.endpoint, and try again; it goes on where this one ended'
  }
  if (code === '') return 'an answer of the cloud could not be read: try again; it goes on where this one ended'
  if (/role/i.test(message) && /Invalid|NotFound|NotExist/.test(code) && /Function$/.test(action)) {
    return 'check provider.role: the role has to exist in this account, and trust the service vefaas (action sts:AssumeRole)'
  }
  return ADVICE.find(([pattern]) => pattern.test(code))?.[1]
}
