/** What the process of a function (program.cjs) says to the command that runs it. */
export type ProgramMessage =
  /** It is loaded, and its initializer has come to its end. */
  | { type: 'initialized' }
  /** A Buffer as body has become text. */
  | { type: 'returned'; value: unknown }
  /** What it threw is in its log, with its stack. */
  | { type: 'failed'; message: string }
