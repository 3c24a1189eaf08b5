import type { Column } from './table.ts'
import { layTable } from './table.ts'
import { hasColours, type Output, type Terminal, widthOf } from './terminal.ts'

export type Format = 'json' | 'table'

/** Tables are for people, JSON is for programs. */
export const formatOf = (chosen: Format | undefined, { stdout }: Terminal): Format =>
  chosen ?? (stdout.isTTY ? 'table' : 'json')

export function printJson({ stdout }: Terminal, value: unknown): void {
  stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

export function printTable<T>(
  output: Output,
  env: Terminal['env'],
  columns: readonly Column<T>[],
  rows: readonly T[],
): void {
  const layout = { width: widthOf(output), hasColours: hasColours(output, env) }
  output.write(`${layTable(columns, rows, layout)}\n`)
}
