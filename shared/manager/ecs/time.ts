/** A time (milliseconds since 1970) as the API writes it: RFC 3339 in UTC with seconds. Undefined stays undefined. */
export function toUtc(time: number | undefined): string | undefined {
  return time === undefined ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`
}

// The API of ECS is of this day, so no instance and no end of one is older. What is older is how a tool writes "no time":
// 0001-01-01 (Go, .NET), 1970-01-01 (Unix).
const EARLIEST = Date.parse('2020-04-01T00:00:00Z')

/**
 * Reads a time that an instance can have, in RFC 3339; seconds may be left out.
 * @returns milliseconds since 1970; undefined for any other text, for a day that no calendar has (30 February, which Date
 *   takes for 2 March), and for what is older than the API of ECS
 */
export function parseTime(text: string): number | undefined {
  const [, day] = /^(\d{4}-\d\d-\d\d)T(?!24)\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const isDay = day !== undefined && toUtc(Date.parse(day) || 0)?.startsWith(day)
  const time = isDay ? Date.parse(text) : Number.NaN
  return time >= EARLIEST ? time : undefined
}

/** Waits so many seconds, unless that would go beyond the deadline (ms since 1970): then it answers false at once. */
export async function pause({ deadline }: { deadline: number }, seconds: number): Promise<boolean> {
  if (Date.now() + seconds * 1_000 >= deadline) return false
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return true
}
