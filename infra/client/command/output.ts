import type { Column } from './table.ts'
import { layTable } from './table.ts'
import { hasColours, type Output, type Terminal, widthOf } from './terminal.ts'

export type Format = 'json' | 'table'

/** Tables are for people, JSON is for programs. */
export const formatOf = (chosen: Format | undefined, { stdout }: Terminal): Format =>
  chosen ?? (stdout.isTTY ? 'table' : 'json')

export function printJson({ stdout }: Terminal, value: unknown): void {
  stdout.write(`${escapeControls(JSON.stringify(value, null, 2))}\n`)
}

/** JSON.stringify leaves these as they are, and some of them control a terminal. */
const escapeControls = (json: string) =>
  json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)

export function printTable<T>(
  output: Output,
  env: Terminal['env'],
  columns: readonly Column<T>[],
  rows: readonly T[],
): void {
  const layout = { width: widthOf(output), hasColours: hasColours(output, env) }
  output.write(`${layTable(columns, rows, layout)}\n`)
}
