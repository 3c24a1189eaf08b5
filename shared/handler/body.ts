import middy from '@middy/core'
import jsonBodyParser from '@middy/http-json-body-parser'
import { ActionError, invalidParameter } from '../errors.ts'
import type { HttpRequest } from './http-request.ts'
import { duplicateName, withoutByteOrderMark } from './json.ts'
import { MAX_BODY_BYTES } from './parameters.ts'

interface JsonRequest {
  headers: Record<string, string>
  body: unknown
}

// A pipeline of its own: the parser's errors quote the body, and `parseBody` keeps them out of the answer and the log.
const jsonParser = middy<JsonRequest, unknown>().handler(async (request: JsonRequest) => request.body)
jsonParser.use(jsonBodyParser())
// Neither the parser nor the handler reads the context.
const NO_CONTEXT = {} as middy.Request['context']

/**
 * Parses the JSON body of a request; undefined if it is empty.
 * @throws {ActionError} `RequestEntityTooLarge`, `InvalidParameter.Body`, `InvalidParameter.<Name>` for a duplicate name
 */
export async function parseBody({ headers, body, isBase64Encoded }: HttpRequest): Promise<unknown> {
  if (body === '') return undefined
  checkSize(body, isBase64Encoded)
  const text = withoutByteOrderMark(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body)
  // The parser knows a media type only in lower case and without spaces.
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';')
  let value: unknown
  try {
    value = await jsonParser({ headers: { 'content-type': type.trim() }, body: text }, NO_CONTEXT)
  } catch {
    throw invalidParameter('Body', 'must be JSON, not compressed, sent with Content-Type: application/json')
  }
  const twice = duplicateName(text)
  if (twice !== undefined) throw invalidParameter(twice, 'must appear only once in the body')
  const exact = withoutRoundedNumbers(text)
  return exact === text ? value : JSON.parse(exact)
}

/**
 * Replaces each number that JSON.parse would round with an empty object. No parameter takes an object, so 1e-400 is refused
 * and not read as 0.
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
