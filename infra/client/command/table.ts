import { printable } from './terminal.ts'

export interface Column<T> {
  title: string
  value: (row: T) => string | undefined
  /** Of the terminal (ECMA-48, SGR). */
  colour?: (row: T) => number
}

interface Layout {
  width: number
  hasColours: boolean
}

const GAP = '  '
const NO_VALUE = '-'

/**
 * Lays out rows without borders. Columns without any value are left out, and those on the right for which the width is
 * too small. The first column is cut if it alone is too wide.
 */
export function layTable<T>(columns: readonly Column<T>[], rows: readonly T[], { width, hasColours }: Layout): string {
  const textOf = ({ value }: Column<T>, row: T) => printable(value(row) || NO_VALUE)
  const filled = columns.filter((column) => rows.some((row) => textOf(column, row) !== NO_VALUE))
  const widths = filled.map((column) => {
    return Math.max(column.title.length, ...rows.map((row) => textOf(column, row).length))
  })
  const shown = filled.slice(0, countThatFit(widths, width))

  const layLine = (texts: readonly string[], paint: (text: string, column: Column<T>) => string) =>
    shown
      .map((column, index) => {
        const text = cut(texts[index] ?? '', width)
        const isLast = index === shown.length - 1
        return paint(isLast ? text : text.padEnd(widths[index] ?? 0), column)
      })
      .join(GAP)

  const titles = shown.map(({ title }) => title)
  return [
    layLine(titles, (text) => text),
    ...rows.map((row) => {
      const texts = shown.map((column) => textOf(column, row))
      return layLine(texts, (text, { colour }) => (hasColours && colour ? paintText(text, colour(row)) : text))
    }),
  ].join('\n')
}

/** How many columns fit side by side: at least one. */
function countThatFit(widths: readonly number[], width: number): number {
  let used = 0
  for (const [index, next] of widths.entries()) {
    used += (index === 0 ? 0 : GAP.length) + next
    if (used > width) return Math.max(1, index)
  }
  return widths.length
}

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text)

const paintText = (text: string, colour: number) => `\u001b[${colour}m${text}\u001b[0m`
