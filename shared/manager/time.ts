/** A time as the API writes it, RFC 3339 in UTC with seconds; undefined for what is none. */
export function toUtc(time: string | number = ''): string | undefined {
  const date = new Date(time)
  return Number.isNaN(+date) ? undefined : `${date.toISOString().slice(0, 19)}Z`
}

/** Waits so many seconds, unless that would go beyond the deadline (ms since 1970): then it answers false at once. */
export async function pause({ deadline }: { deadline: number }, seconds: number): Promise<boolean> {
  if (Date.now() + seconds * 1_000 >= deadline) return false
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return true
}
