/**
 * Returns the lines that a log has gained between two reads of its last lines. If the lines repeat so that several
 * answers are possible, returns the fewest lines.
 */
export function newLines(before: readonly string[], latest: readonly string[]): string[] {
  for (let dropped = 0; dropped < before.length; dropped++) {
    const kept = before.slice(dropped)
    const isPrefix = kept.length <= latest.length && kept.every((line, index) => line === latest[index])
    if (isPrefix) return latest.slice(kept.length)
  }
  return [...latest]
}
