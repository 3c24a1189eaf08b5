/** An error of the local cloud that people can fix. Its message needs no stack trace. */
export class LocalError extends Error {
  override name = 'LocalError'
}
