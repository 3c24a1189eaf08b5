import { CommanderError } from 'commander'
import { DesktopError } from '../../../shared/desktop/desktop-error.ts'
import { EcsManagerError } from '../error.ts'
import { hasColours, printable, type Terminal } from './terminal.ts'

/** The command was used in a wrong way. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Something failed that people can understand by its message. An empty message was reported already. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

const HINTS: Record<string, string> = {
  Unreachable:
    'Is the service running? --url or ECS_MANAGER_URL sets its address, and npm start starts one on this computer.',
  MissingAuthenticationToken: 'Log in with: ecs-manager login. Or set ECS_MANAGER_KEY.',
  InvalidAccessKey: 'Log in with: ecs-manager login. Or set ECS_MANAGER_KEY.',
  UnknownAnswer: '--url or ECS_MANAGER_URL sets the address of the service.',
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof UsageError) return 2
  if (error instanceof EcsManagerError && error.code === 'InvalidArgument') return 2
  return isAbort(error) ? 130 : 1
}

/** Writes why the command failed, for people. */
export function reportFailure(error: unknown, terminal: Terminal): void {
  const isReported = error instanceof CommanderError || (error instanceof CommandError && error.message === '')
  if (isReported) return
  const { stderr } = terminal
  if (isAbort(error)) {
    stderr.write('Interrupted.\n')
    return
  }
  stderr.write(`${red('error:', terminal)} ${describeError(error)}\n`)
  const hint = error instanceof EcsManagerError ? HINTS[error.code] : undefined
  if (hint) stderr.write(`${hint}\n`)
}

/** One line for people. */
export function describeError(error: unknown): string {
  if (error instanceof EcsManagerError) {
    const request = error.requestId === undefined ? '' : `, request ${error.requestId}`
    return printable(`${error.message} (${error.code}${request})`)
  }
  if (error instanceof DesktopError) {
    const cause = error.cause instanceof Error ? ` ${error.cause.message}` : ''
    return printable(`${error.message}${cause} (${error.code})`)
  }
  // Errors of the system have one too. Any other is a bug: its stack helps.
  const isExpected =
    error instanceof UsageError || error instanceof CommandError || (error as NodeJS.ErrnoException)?.code
  return isExpected ? printable((error as Error).message) : String((error as Error)?.stack ?? error)
}

const isAbort = (error: unknown) => (error as Error)?.name === 'AbortError'

const red = (text: string, { stderr, env }: Terminal) =>
  hasColours(stderr, env) ? `\u001b[31m${text}\u001b[39m` : text
