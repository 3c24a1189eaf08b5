import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { type FunctionEntry, folderOf, HANDLER_RULE } from './function-entry.ts'

/** The functions cannot be read from serverless.yml. The message has all problems, one a line, each with file and line. */
export class FunctionsError extends Error {
  override name = 'FunctionsError'
}

/** Reads the functions of a serverless.yml, and of each nothing but its handler. @throws {FunctionsError} */
export function functionsOf(file: string): FunctionEntry[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new FunctionsError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
  return parseFunctions(text, basename(file))
}

/** The same for a text at hand; `file` is the name used in messages. @throws {FunctionsError} */
export function parseFunctions(text: string, file = 'serverless.yml'): FunctionEntry[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const lineAt = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const at = (node: unknown) => lineAt((isNode(node) && node.range?.[0]) || 0)
  if (document.errors.length > 0) {
    throw new FunctionsError(document.errors.map(({ pos, message }) => `${lineAt(pos[0])}: ${message}`).join('\n'))
  }

  const functions = document.get('functions', true)
  const values: Record<string, { handler?: unknown } | null> = document.toJS()?.functions
  if (!isMap(functions) || functions.items.length === 0) {
    throw new FunctionsError(`${at(functions)}: functions: must be a map of functions`)
  }
  const entries = functions.items.map(({ key, value }) => {
    const name = String(key)
    const folder = folderOf(values[name]?.handler)
    const place = (isMap(value) && value.get('handler', true)) || key
    return { name, folder, problem: `${at(place)}: functions.${name}.handler: ${HANDLER_RULE}` }
  })
  const problems = entries.filter(({ folder }) => folder === undefined).map(({ problem }) => problem)
  if (problems.length > 0) throw new FunctionsError(problems.join('\n'))
  return entries.map(({ name, folder = '' }) => ({ name, folder }))
}
