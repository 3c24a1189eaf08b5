import * as v from 'valibot'
import { ApiError } from './errors.ts'

/**
 * Reads the JSON body of a call. A parameter that the schema does not know is ignored, as the cloud does.
 * @throws ApiError 400 MissingParameter or InvalidParameter, for the first that is wrong
 */
export function readBody<S extends v.GenericSchema>(
  schema: S,
  body: Readonly<Record<string, unknown>>,
): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, body)
  if (success) return output
  const [issue] = issues
  const name = v.getDotPath(issue) ?? 'body'
  if (issue.received === 'undefined') {
    throw new ApiError(400, 'MissingParameter', `The required parameter ${name} is not supplied.`)
  }
  throw new ApiError(400, 'InvalidParameter', `The specified parameter ${name} is invalid: ${issue.message}`)
}
