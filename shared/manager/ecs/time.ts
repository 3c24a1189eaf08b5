/** Writes a time (milliseconds since 1970) in RFC 3339, in UTC and with seconds. Undefined stays undefined. */
export function toUtc(time: number | undefined): string | undefined {
  return time === undefined ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`
}

// The date of the API version of ECS: no instance, and no end of one, is older. Tools write "no time" as an older date:
// 0001-01-01 (Go, .NET) or 1970-01-01 (Unix).
const EARLIEST = Date.parse('2020-04-01T00:00:00Z')

/**
 * Reads a time of an instance in RFC 3339, with or without seconds.
 * @returns milliseconds since 1970; undefined for any other text, for a day that does not exist (Date reads 30
 *   February as 2 March), and for a time before the API of ECS
 */
export function parseTime(text: string): number | undefined {
  const [, day] = /^(\d{4}-\d\d-\d\d)T(?!24)\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const isDay = day !== undefined && toUtc(Date.parse(day) || 0)?.startsWith(day)
  const time = isDay ? Date.parse(text) : Number.NaN
  return time >= EARLIEST ? time : undefined
}

/** Waits. Returns false at once if the wait would go beyond the deadline (milliseconds since 1970). */
export async function pause({ deadline }: { deadline: number }, seconds: number): Promise<boolean> {
  if (Date.now() + seconds * 1_000 >= deadline) return false
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return true
}
