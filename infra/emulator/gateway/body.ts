import * as v from 'valibot'
import { invalidParameter, missingParameter } from './service-errors.ts'

/**
 * Reads the JSON body of a call. Parameters that the schema does not know are ignored, as the cloud ignores them.
 * @throws ApiError 400 MissingParameter or InvalidParameter for the first wrong parameter
 */
export function readBody<S extends v.GenericSchema>(
  schema: S,
  body: Readonly<Record<string, unknown>>,
): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, body)
  if (success) return output
  const [issue] = issues
  const name = v.getDotPath(issue) ?? 'body'
  throw issue.received === 'undefined' ? missingParameter(name) : invalidParameter(name, issue.message)
}
