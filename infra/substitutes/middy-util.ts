/**
 * In the bundles this stands for \@middy/util, of which http-json-body-parser uses one function: the error that it makes
 * never leaves the pipeline, so the names of HTTP statuses that the original carries (1.5 kB) are not needed.
 */
export function createError(statusCode: number, message: string, properties: object): Error {
  return Object.assign(new Error(message), { statusCode }, properties)
}
