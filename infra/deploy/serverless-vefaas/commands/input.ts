import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Options } from '../osls.ts'
import { CommandError } from './command-error.ts'

/**
 * Reads `--data`, or the file that `--path` names (`-` is stdin): JSON, or text with --raw. Undefined if there is
 * neither.
 * @throws {CommandError}
 */
export async function inputOf({ data, path, raw }: Options): Promise<unknown> {
  if (data !== undefined && path !== undefined) throw new CommandError('Use --data or --path, not both')
  if (data === undefined && path === undefined) return undefined
  const written = data === undefined ? await readText('--path', String(path)) : String(data)
  return raw ? written : parseJson(written, data === undefined ? `--path ${path}` : '--data')
}

/**
 * Reads `--context`, or the file that `--contextPath` names: a JSON object. Empty if there is neither.
 * @throws {CommandError}
 */
export async function contextInputOf({ context, contextPath }: Options): Promise<object> {
  if (context !== undefined && contextPath !== undefined) {
    throw new CommandError('Use --context or --contextPath, not both')
  }
  if (context === undefined && contextPath === undefined) return {}
  const option = context === undefined ? '--contextPath' : '--context'
  const value = parseJson(context === undefined ? await readText(option, String(contextPath)) : String(context), option)
  if (typeof value !== 'object' || value === null) throw new CommandError(`${option} must be a JSON object`)
  return value
}

async function readText(option: string, path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(`${option} ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function parseJson(written: string, source: string): unknown {
  try {
    return JSON.parse(written)
  } catch (error) {
    const reason = (error as Error).message.replaceAll('\n', ' ')
    throw new CommandError(`${source} is not JSON: ${reason}`)
  }
}

/** Indents JSON, and returns any other text as it is. */
export function indented(written: string): string {
  try {
    return JSON.stringify(JSON.parse(written), undefined, 2)
  } catch {
    return written
  }
}

/** Returns the values of an option that may be repeated. */
export function optionValues(option: unknown): unknown[] {
  if (option === undefined || option === null) return []
  return Array.isArray(option) ? option : [option]
}
