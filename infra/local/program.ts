import { ConfigError } from '../../shared/config/index.ts'
import { LocalError } from './error.ts'

/** What people can put right themselves: the message is all they need. */
const expected = [LocalError, ConfigError]

/** Runs a program. What it throws is shown, and ends the process with code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    console.error(expected.some((kind) => error instanceof kind) ? (error as Error).message : error)
    process.exit(1)
  }
}
