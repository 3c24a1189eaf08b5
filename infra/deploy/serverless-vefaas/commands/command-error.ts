/** A command cannot do what its options ask for. The message says why, and what to do. */
export class CommandError extends Error {
  override name = 'CommandError'
}
