import { exitCodeOf, reportFailure } from './failure.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

/** Runs the command. Returns its exit code: 0, 1 if it failed, 2 if it was used in a wrong way, 130 after Ctrl-C. */
export async function main(args: string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  try {
    await createProgram(terminal, signal).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    const failure = signal.aborted ? signal.reason : error
    reportFailure(failure, terminal)
    return exitCodeOf(failure)
  }
}
