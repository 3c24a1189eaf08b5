import { findWriteError } from '../build/build-error.ts'
import { projectFolder } from './deploy.ts'
import { LocalError } from './error.ts'

/** What to do, by error code of the system. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: `take ownership of its files (sudo chown -R "$(id -un)" '${projectFolder}'), or use a copy of the project`,
  EROFS: 'use a copy of the project in another folder',
  ENOSPC: 'free space there',
}

/**
 * Shortens the error of a deployment that could not write its files to one line, and says what to do. Returns any other error
 * unchanged. The deployment runs in another process, so its output is all that is known about its error.
 */
export function withWriteAdvice(error: unknown): unknown {
  const writeError = error instanceof LocalError ? findWriteError(error.message) : undefined
  if (writeError === undefined) return error
  const { reason, code } = writeError
  const advice = ADVICE[code] ?? 'use a copy of the project in another folder'
  return new LocalError(`the functions cannot be built in the project: ${reason}; ${advice}`, { cause: error })
}
