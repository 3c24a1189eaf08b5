/** What was asked of a command cannot be done. The message says why, and what would be right. */
export class CommandError extends Error {
  override name = 'CommandError'
}
