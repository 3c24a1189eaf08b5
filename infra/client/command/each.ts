import type { EcsManagerError } from '../error.ts'
import { CommandError, describeError } from './failure.ts'
import { type ShowProgress, withProgress } from './progress.ts'
import { printable, type Terminal } from './terminal.ts'

const MAX_PARALLEL = 8

/** What became of one sandbox. */
export type Outcome<T> = { SandboxId: string } & (
  | T
  | { Error: { Code: string; Message: string; RequestId?: string | undefined } }
)

/**
 * Does something with several sandboxes, and goes on after failures. Returns the outcomes in the order of the ids,
 * and reports failures for people. After Ctrl-C it begins no more, and returns the outcomes that are known:
 * `endAfter` then ends the command.
 * @param done  a word such as `deleted`, for the progress
 */
export async function forEachId<T extends object>(
  { terminal, signal }: { terminal: Terminal; signal: AbortSignal },
  ids: readonly string[],
  done: string,
  work: (id: string) => Promise<T>,
): Promise<Outcome<T>[]> {
  const outcomes = new Map<string, Outcome<T>>()
  const failures: string[] = []
  const waiting = [...ids]
  const workOnNext = async (show: ShowProgress) => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (signal.aborted) return
      try {
        outcomes.set(id, { SandboxId: id, ...(await work(id)) })
      } catch (error) {
        // What became of this one is not known.
        if (signal.aborted) return
        const { code = 'Error', message, requestId } = error as EcsManagerError
        outcomes.set(id, { SandboxId: id, Error: { Code: code, Message: message, RequestId: requestId } })
        failures.push(`error: ${ids.length > 1 ? `${printable(id)}: ` : ''}${describeError(error)}`)
      }
      show(`${outcomes.size} of ${ids.length} ${done}.`)
    }
  }
  await withProgress(terminal, async (show) => {
    show(`0 of ${ids.length} ${done}.`)
    await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL, ids.length) }, () => workOnNext(show)))
  })
  for (const failure of failures) terminal.stderr.write(`${failure}\n`)
  return ids.flatMap((id) => outcomes.get(id) ?? [])
}

/**
 * Ends a command that has printed its outcomes. The exit code is 1 if one of them failed.
 * @throws {CommandError}, or the reason of the signal
 */
export function endAfter(outcomes: readonly object[], signal: AbortSignal): void {
  signal.throwIfAborted()
  if (outcomes.some((outcome) => 'Error' in outcome)) throw new CommandError('')
}
