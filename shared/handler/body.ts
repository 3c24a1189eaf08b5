import jsonBodyParser from '@middy/http-json-body-parser'
import { ActionError, invalidParameter } from '../errors.ts'
import { duplicateName } from './duplicate-name.ts'
import type { HttpRequest } from './http-request.ts'
import { MAX_BODY_BYTES } from './parameters.ts'
import { withoutByteOrderMark } from './values.ts'

const parser = jsonBodyParser()

/**
 * The JSON body of a request, parsed; undefined when there is none.
 * @throws {ActionError} `RequestEntityTooLarge`, `InvalidParameter.Body`, `InvalidParameter.<Name>` for a name that stands
 *   twice
 */
export async function parseBody({ headers, body, isBase64Encoded }: HttpRequest): Promise<unknown> {
  if (body === '') return undefined
  checkSize(body, isBase64Encoded)
  const text = withoutByteOrderMark(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body)
  // The parser knows a media type only in lower case and without space.
  const type = headers['content-type']?.toLowerCase().split(';', 1)[0]?.trim()
  const event: { body: unknown } & Record<string, unknown> = { headers: { 'content-type': type }, body: text }
  try {
    await parser.before?.({ event } as unknown as Parameters<NonNullable<typeof parser.before>>[0])
  } catch {
    // Without the parser's own error as the cause: it quotes the body, and a password may stand in it.
    throw invalidParameter('Body', 'must be JSON, not compressed, sent with Content-Type: application/json')
  }
  const twice = duplicateName(text)
  if (twice !== undefined) throw invalidParameter(twice, 'must appear only once in the body')
  const exact = withoutRoundedNumbers(text)
  return exact === text ? event.body : JSON.parse(exact)
}

/**
 * A JSON text with an empty object in place of each number that JSON.parse would round: no parameter takes an object, so that
 * 1e-400 does not pass for 0.
 */
function withoutRoundedNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => {
    return token.startsWith('"') || /^-?\d{1,15}(\.0+)?$/.test(token) ? token : '{}'
  })
}

/**
 * Refuses a body that is larger than any request needs.
 * @throws {ActionError} `RequestEntityTooLarge`
 */
export function checkSize(body: string, isBase64Encoded: boolean): void {
  if (Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8') > MAX_BODY_BYTES) {
    throw new ActionError(413, 'RequestEntityTooLarge', `A body may have at most ${MAX_BODY_BYTES} bytes.`)
  }
}
