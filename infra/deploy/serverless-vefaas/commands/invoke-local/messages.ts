/** A message of the process that runs a function (program.cjs) to the command. */
export type ProgramMessage =
  /** The code is loaded, and the initializer has returned. */
  | { type: 'initialized' }
  /** `value` is JSON. A Buffer as body is converted to text. */
  | { type: 'returned'; value: unknown }
  /** The log has the error with its stack. */
  | { type: 'failed'; message: string }
