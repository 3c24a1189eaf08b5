/** One measured thing beside what it was compared with and what it was to reach. */
export interface Row {
  what: string
  measured: string
  comparedWith: string
  /** The ratio or the difference of the two, taken in the same run. */
  outcome: string
  reach: string
  /** Undefined where that depends on how fast the machine is, and on what else it does: the row is there to be read. */
  met: boolean | undefined
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
  if (rows.length === 0) return
  printTable([
    Object.values(columns),
    ...rows.map(({ what, measured, comparedWith, outcome, reach, met }) => {
      return [what, measured, comparedWith, outcome, reach, met === undefined ? '' : met ? 'met' : 'MISSED']
    }),
  ])
}

/** How many rows were met and missed, and how many are not judged. */
export function tally(rows: readonly Row[]): string {
  const count = (wanted: Row['met']) => rows.filter(({ met }) => met === wanted).length
  const open = `${count(undefined)} not judged, because they depend on how fast the machine is and what else it does`
  return `${count(true)} met, ${count(false)} missed, ${open}`
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
