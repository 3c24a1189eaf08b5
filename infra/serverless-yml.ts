import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import { BuildError } from './build-error.ts'
import { type FunctionEntry, folderOf, HANDLER_RULE } from './function-entry.ts'

/** Reads the functions of a serverless.yml: only their names and handlers. @throws {BuildError} */
export function readFunctions(file: string): FunctionEntry[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new BuildError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code})`, { cause })
  }
  return parseFunctions(text, basename(file))
}

/** The same for a text; `file` is its name in messages. @throws {BuildError} */
export function parseFunctions(text: string, file = 'serverless.yml'): FunctionEntry[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const lineAt = (offset: number) => `${file}:${lines.linePos(offset).line}`
  const lineOf = (node: unknown) => lineAt((isNode(node) && node.range?.[0]) || 0)
  if (document.errors.length > 0) {
    throw new BuildError(document.errors.map(({ pos, message }) => `${lineAt(pos[0])}: ${message}`).join('\n'))
  }

  const map = document.get('functions', true)
  if (!isMap(map) || map.items.length === 0) {
    throw new BuildError(`${lineOf(map)}: functions: must be a map of functions`)
  }
  const values: Record<string, { handler?: unknown } | null> = document.toJS().functions // with its aliases resolved
  const functions: FunctionEntry[] = []
  const problems: string[] = []
  for (const { key, value } of map.items) {
    const name = String(key)
    const folder = folderOf(values[name]?.handler)
    if (folder !== undefined) functions.push({ name, folder })
    else {
      const handler = isMap(value) && value.get('handler', true)
      problems.push(`${lineOf(handler || key)}: functions.${name}.handler: ${HANDLER_RULE}`)
    }
  }
  if (problems.length > 0) throw new BuildError(problems.join('\n'))
  return functions
}
