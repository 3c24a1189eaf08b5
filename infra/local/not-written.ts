import { project } from './deploy.ts'
import { LocalError } from './error.ts'

/** What to do, by the system's code of the refusal. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: `take over what is another user's (sudo chown -R "$(id -un)" '${project}'), or start a copy of the project`,
  EROFS: 'start a copy of the project in another folder',
  ENOSPC: 'make room there',
}

/**
 * The error of a deployment that could not write what it makes of the project, in one line with what to do about it. Any
 * other error is returned as it is.
 */
export function withAdvice(error: unknown): unknown {
  const [, reason, code = ''] =
    /cannot be written: ((\w+): .*)/.exec(error instanceof LocalError ? error.message : '') ?? []
  if (!reason) return error
  const advice = ADVICE[code] ?? 'start a copy of the project in another folder'
  return new LocalError(`the functions cannot be built in the project: ${reason}; ${advice}`, { cause: error })
}
