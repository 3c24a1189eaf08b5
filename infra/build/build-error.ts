import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'

/** The bundles cannot be created. The message has all problems, one a line, each with its file, and its line if known. */
export class BuildError extends Error {
  override name = 'BuildError'
}

/**
 * Runs `work`, which writes to a folder.
 * @throws {BuildError} if the system refuses, for example because the disk is full or the folder belongs to another user
 */
export function reportWriteErrors<Result>(folder: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    const { syscall, message } = cause as NodeJS.ErrnoException
    if (!syscall) throw cause
    throw new BuildError(`${folder} cannot be written: ${whyNotWritable(folder) ?? message}`, { cause })
  }
}

/** Finds the error of reportWriteErrors in the output of another process. */
export function findWriteError(output: string): { reason: string; code: string } | undefined {
  const [, reason, code] = /cannot be written: ((\w+): .*)/.exec(output) ?? []
  return reason && code ? { reason, code } : undefined
}

/** The system's reason why a folder, or the one in which it would be created, is not writable; undefined if it is. */
function whyNotWritable(folder: string): string | undefined {
  if (!existsSync(folder)) return whyNotWritable(dirname(folder))
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
