/** The local cloud cannot start, and the message says all there is to know about it. */
export class LocalError extends Error {
  override name = 'LocalError'
}
