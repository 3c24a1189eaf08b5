/**
 * What has come to a log since it was last read: both are its last lines, as many as were asked for. Where a log is so full
 * of the same lines that it cannot be told, the fewest.
 */
export function newLines(before: readonly string[], latest: readonly string[]): string[] {
  for (let gone = 0; gone < before.length; gone++) {
    const kept = before.length - gone
    if (kept > latest.length) continue
    if (latest.slice(0, kept).every((line, at) => line === before[gone + at])) return latest.slice(kept)
  }
  return [...latest]
}
