import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { gatewayError } from './errors.ts'
import { canonicalQuery, type QueryParam } from './query.ts'

export interface SignedRequest {
  method: string
  query: readonly QueryParam[]
  headers: IncomingHttpHeaders
  body: Buffer
}

/** The signer, region and service of a request. Nothing else in the request names its region. */
export interface Signature {
  accessKeyId: string
  region: string
  service: string
}

/** How far X-Date may be from the server's clock. The limit is not published; 15 minutes is usual. */
const windowSeconds = 15 * 60

/**
 * Checks a request's HMAC-SHA256 signature (VolcEngine OpenAPI, "Signature method"). The same signature may be used
 * again: the official SDKs send the same signed headers when they retry. `host` and `content-type` need not be signed:
 * `@volcengine/openapi` signs neither.
 * @throws ApiError with the gateway's code: 400 malformed, 401 missing or wrong key or signature, 403 X-Date too far
 * off
 */
export function verifySignature(
  request: SignedRequest,
  secretOf: (accessKeyId: string) => string | undefined,
  now: number,
): Signature {
  const { accessKeyId, date, region, service, signedHeaders, signature } = parseAuthorization(
    request.headers.authorization,
  )
  const secret = secretOf(accessKeyId)
  if (secret === undefined) throw gatewayError('InvalidAccessKey', `The access key [${accessKeyId}] does not exist.`)

  const xDate = header(request, 'x-date')
  checkDate(xDate, date, now)
  const bodyHash = sha256(request.body)
  const claimedHash = header(request, 'x-content-sha256')
  if (claimedHash !== '' && claimedHash !== bodyHash) {
    throw gatewayError('SignatureDoesNotMatch', 'X-Content-Sha256 is not the hash of the body.')
  }
  const mustBeSigned = ['x-date', ...(header(request, 'x-security-token') === '' ? [] : ['x-security-token'])]
  const unsigned = mustBeSigned.find((name) => !signedHeaders.includes(name))
  if (unsigned !== undefined) throw gatewayError('SignatureDoesNotMatch', `The header ${unsigned} must be signed.`)

  const canonicalRequest = [
    request.method,
    '/',
    canonicalQuery(request.query),
    ...signedHeaders.map((name) => `${name}:${header(request, name)}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n')
  const scope = `${date}/${region}/${service}/request`
  const stringToSign = `HMAC-SHA256\n${xDate}\n${scope}\n${sha256(canonicalRequest)}`
  const expected = createHmac('sha256', signingKey(secret, date, region, service))
    .update(stringToSign)
    .digest()
  if (!timingSafeEqual(expected, signature)) {
    throw gatewayError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    )
  }
  return { accessKeyId, region, service }
}

const authorizationForm = /^HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+)(?:, ?Signature=(\w*))?$/
const credentialForm = /^([^/]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/request$/
const signatureForm = /^[0-9a-f]{64}$/

function parseAuthorization(authorization: string | undefined) {
  if (!authorization) throw gatewayError('MissingAuthenticationToken', 'The request has no Authorization header.')
  const [, credential, headers, signature] = authorizationForm.exec(authorization) ?? []
  if (credential === undefined || headers === undefined) {
    throw gatewayError(
      'InvalidAuthorization',
      'Authorization is not "HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...".',
    )
  }
  if (!signature) throw gatewayError('MissingSignature', 'Authorization has no Signature.')
  if (!signatureForm.test(signature)) {
    throw gatewayError('SignatureDoesNotMatch', 'The signature is not 64 lower-case hexadecimal digits.')
  }
  const [, accessKeyId, date, region, service] = credentialForm.exec(credential) ?? []
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) {
    throw gatewayError(
      'InvalidCredential',
      'Credential is not "<access key id>/<YYYYMMDD>/<region>/<service>/request".',
    )
  }
  const signedHeaders = headers.toLowerCase().split(';').sort()
  return { accessKeyId, date, region, service, signedHeaders, signature: Buffer.from(signature, 'hex') }
}

function checkDate(xDate: string, scopeDate: string, now: number): void {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(xDate) ?? []
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(time)) throw gatewayError('InvalidTimestamp', 'X-Date is not a time like 20260102T030405Z.')
  if (!xDate.startsWith(scopeDate))
    throw gatewayError('InvalidCredential', 'The date in Credential is not the day of X-Date.')
  if (Math.abs(now - time) > windowSeconds * 1000) {
    throw gatewayError('InvalidTimestamp', `The signature has expired or is not yet valid: X-Date is ${xDate}.`)
  }
}

/** A header's value as it is signed: trimmed, with runs of white space as one space. Empty if the header is absent. */
function header(request: SignedRequest, name: string): string {
  const value = request.headers[name]
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ')
}

// A key is valid for a day, and deriving it (four HMACs) is most of the cost of a check.
const signingKeys = new Map<string, Buffer>()

function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const name = [secret, date, region, service].join('/')
  const cached = signingKeys.get(name)
  if (cached) return cached
  const key = [date, region, service, 'request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    secret,
  ) as Buffer
  if (signingKeys.size >= 1000) signingKeys.clear()
  signingKeys.set(name, key)
  return key
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
