/** One measured thing beside what it was compared with and what it was to reach. */
export interface Row {
  what: string
  measured: string
  comparedWith: string
  /** The ratio or the difference of the two, taken in the same run. */
  outcome: string
  reach: string
  met: boolean
}

/** What a part of the benchmark hands over: its rows, and how they were come by. */
export interface Report {
  rows: Row[]
  notes: string[]
}

const columns = {
  what: 'what',
  measured: 'measured',
  comparedWith: 'compared with',
  outcome: 'ratio or difference',
  reach: 'to reach',
  met: '',
} satisfies Record<keyof Row, string>

export function printRows(rows: readonly Row[]): void {
  printTable([
    Object.values(columns),
    ...rows.map(({ what, measured, comparedWith, outcome, reach, met }) => {
      return [what, measured, comparedWith, outcome, reach, met ? 'met' : 'MISSED']
    }),
  ])
}

/** The first line is the heading. */
export function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const write = (line: readonly string[]) =>
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  for (const [index, line] of lines.entries()) {
    write(line)
    if (index === 0) write(widths.map((width) => '-'.repeat(width)))
  }
}
