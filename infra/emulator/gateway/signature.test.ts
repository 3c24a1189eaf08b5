import { createHash, createHmac } from 'node:crypto'
import { Signer } from '@volcengine/openapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from './errors.ts'
import { canonicalQuery, parseQuery } from './query.ts'
import { type SignedRequest, verifySignature } from './signature.ts'

const secretOf = (id: string) => (id === 'AKTEST' ? 'sk-test' : undefined)
const now = Date.parse('2026-01-02T03:04:05Z')
const scope = '20260102/cn-beijing/ecs/request'

// Parameters, time, key and signature of a worked example made with @volcengine/openapi 1.36.2.
const vector: SignedRequest = {
  method: 'GET',
  query: parseQuery('Action=DescribeInstances&Version=2020-04-01&InstanceIds.1=i-abc&InstanceName=a+b'),
  headers: {
    'x-date': '20260102T030405Z',
    authorization: `HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=x-date, Signature=07e752379e9cdf43da2478febcc949e36115aad5454dd79a646f0e8442d25ca8`,
  },
  body: Buffer.alloc(0),
}

describe('verifySignature', () => {
  it('accepts the worked example and returns its signer', () => {
    expect(verifySignature(vector, secretOf, now)).toEqual({
      accessKeyId: 'AKTEST',
      region: 'cn-beijing',
      service: 'ecs',
    })
  })

  const at = (authorization: string) => ({ ...vector, headers: { ...vector.headers, authorization } })
  const signature = vector.headers.authorization?.slice(-64) ?? ''
  it.each([
    ['no Authorization', { ...vector, headers: {} }, '401 MissingAuthenticationToken'],
    ['another scheme', at('Bearer abc'), '400 InvalidAuthorization'],
    ['no SignedHeaders', at(`HMAC-SHA256 Credential=AKTEST/${scope}`), '400 InvalidAuthorization'],
    [
      'a scope of three parts',
      at(`HMAC-SHA256 Credential=AKTEST/20260102/ecs/request, SignedHeaders=x-date, Signature=${signature}`),
      '400 InvalidCredential',
    ],
    ['no signature', at(`HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=x-date`), '401 MissingSignature'],
    [
      'an empty signature',
      at(`HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=x-date, Signature=`),
      '401 MissingSignature',
    ],
    [
      'a short signature',
      at(`HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=x-date, Signature=abc`),
      '401 SignatureDoesNotMatch',
    ],
    [
      'an unknown key',
      at(`HMAC-SHA256 Credential=AKNONE/${scope}, SignedHeaders=x-date, Signature=${signature}`),
      '401 InvalidAccessKey',
    ],
    [
      'a date unlike the scope',
      { ...vector, headers: { ...vector.headers, 'x-date': '20260103T030405Z' } },
      '400 InvalidCredential',
    ],
    ['no date', { ...vector, headers: { ...vector.headers, 'x-date': '' } }, '403 InvalidTimestamp'],
    [
      'x-date not signed',
      at(`HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=host, Signature=${signature}`),
      '401 SignatureDoesNotMatch',
    ],
    [
      'a token that is not signed',
      { ...vector, headers: { ...vector.headers, 'x-security-token': 't' } },
      '401 SignatureDoesNotMatch',
    ],
    [
      'a hash of another body',
      { ...vector, headers: { ...vector.headers, 'x-content-sha256': 'abc' } },
      '401 SignatureDoesNotMatch',
    ],
    ['another method', { ...vector, method: 'POST' }, '401 SignatureDoesNotMatch'],
    ['another body', { ...vector, body: Buffer.from('x') }, '401 SignatureDoesNotMatch'],
  ] satisfies [string, SignedRequest, string][])('refuses %s', (_name, request, refusal) => {
    expect(outcome(request)).toBe(refusal)
  })

  it.each([
    [-900, 'accepted'],
    [900, 'accepted'],
    [-901, '403 InvalidTimestamp'],
    [901, '403 InvalidTimestamp'],
  ])('with a clock %i s off: %s', (seconds, expected) => {
    expect(outcome(vector, now + seconds * 1000)).toBe(expected)
  })

  it('accepts the requests of the official signer, and none that differs by a byte', () => {
    fc.assert(
      fc.property(params, fc.nat(), fc.boolean(), (sent, position, inKey) => {
        const request = officiallySigned(sent)
        expect(outcome(request)).toBe('accepted')
        expect(outcome(changed(request, position, inKey))).toBe('401 SignatureDoesNotMatch')
      }),
      { numRuns: 300 },
    )
  })

  it('accepts a form signed by the official signer', () => {
    const headers: Record<string, string> = {}
    const body = new URLSearchParams({ InstanceName: 'a b*~中' })
    new Signer({ method: 'POST', region: 'cn-beijing', headers, body }, 'ecs').addAuthorization(
      { accessKeyId: 'AKTEST', secretKey: 'sk-test', sessionToken: 'token' },
      new Date(now),
    )
    const request = { method: 'POST', query: [], headers: lowerCase(headers), body: Buffer.from(body.toString()) }
    expect(outcome(request)).toBe('accepted')
    expect(outcome({ ...request, body: Buffer.from('InstanceName=b') })).toBe('401 SignatureDoesNotMatch')
  })

  it('accepts the requests of Python and Go: content-type and host signed, the query unsorted, "+" for a space', () => {
    const request = pythonSigned('InstanceName=a+b%2Bc&Zone=*&Action=RunInstances')
    expect(outcome(request)).toBe('accepted')
    const { headers } = request
    expect(outcome({ ...request, headers: { ...headers, host: 'elsewhere' } })).toBe('401 SignatureDoesNotMatch')
    expect(outcome({ ...request, headers: { ...headers, 'content-type': 'text/html' } })).toBe(
      '401 SignatureDoesNotMatch',
    )
    expect(outcome({ ...request, headers: { ...headers, 'user-agent': 'other' } })).toBe('accepted')
  })
})

describe('canonicalQuery', () => {
  it.each([
    ['b=2&a=1', 'a=1&b=2'],
    ['A.10=x&A.1=y', 'A.1=y&A.10=x'], // by name: joined with "=" they would change places
    ['a=2&a=1', 'a=1&a=2'],
    ['a=b+c&d=e%20f', 'a=b%20c&d=e%20f'],
    ['a=!%27()*~', 'a=%21%27%28%29%2A~'],
    ['a=%e4%b8%ad', 'a=%E4%B8%AD'],
    ['a=b=c&d', 'a=b%3Dc&d='],
    ['', ''],
  ])('%s is signed as %s', (raw, canonical) => {
    expect(canonicalQuery(parseQuery(raw))).toBe(canonical)
  })

  it('refuses a broken escape', () => {
    expect(() => parseQuery('a=%zz')).toThrow(ApiError)
  })
})

// Without "__proto__" and integers: the signer keeps parameters in an object, which loses the one and puts the others
// first.
const key = fc.string({ unit: fc.constantFrom(..."AZaz._-*!'()~+/&=% 中😀"), minLength: 1, maxLength: 12 })
const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom(..." *!'()~+/&=%中文😀") }))
const params = fc.dictionary(key, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true })

function officiallySigned(sent: Record<string, string>): SignedRequest {
  const headers: Record<string, string> = {}
  const request = { method: 'GET', region: 'cn-beijing', params: sent, headers }
  new Signer(request, 'ecs').addAuthorization({ accessKeyId: 'AKTEST', secretKey: 'sk-test' }, new Date(now))
  const query = parseQuery(new URLSearchParams(sent).toString())
  return { method: 'GET', query, headers: lowerCase(headers), body: Buffer.alloc(0) }
}

/** A request as the Python and Go SDKs sign it, signed here by hand: no official signer for Node signs content-type. */
function pythonSigned(raw: string): SignedRequest {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest()
  const headers = {
    'content-type': 'text/plain',
    host: '127.0.0.1:18103',
    'x-content-sha256': hash(''),
    'x-date': '20260102T030405Z',
  }
  const canonicalHeaders = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const names = Object.keys(headers).join(';')
  const query = 'Action=RunInstances&InstanceName=a%20b%2Bc&Zone=%2A'
  const canonical = ['GET', '/', query, canonicalHeaders.join(''), names, hash('')].join('\n')
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, 'sk-test')
  const signature = hmac(signingKey, `HMAC-SHA256\n20260102T030405Z\n${scope}\n${hash(canonical)}`).toString('hex')
  const authorization = `HMAC-SHA256 Credential=AKTEST/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { method: 'GET', query: parseQuery(raw), headers: { ...headers, authorization }, body: Buffer.alloc(0) }
}

function changed(request: SignedRequest, position: number, inKey: boolean): SignedRequest {
  const index = position % request.query.length
  const query = request.query.map(([name, value], at) => {
    if (at !== index) return [name, value] as const
    return inKey ? ([`${name}x`, value] as const) : ([name, `${value}x`] as const)
  })
  return { ...request, query }
}

function outcome(request: SignedRequest, at = now): string {
  try {
    verifySignature(request, secretOf, at)
    return 'accepted'
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.code}`
    throw error
  }
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
