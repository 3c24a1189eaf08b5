/** Often enough to see that something goes on, and not so often that a log fills up. */
const PAUSE_MS = 5_000

let shownAt = 0

/** Shows on stderr what is being measured, unless something has been shown a moment ago. */
export function progress(what: string): void {
  const now = performance.now()
  if (now - shownAt < PAUSE_MS) return
  shownAt = now
  console.error(`  ${what}`)
}
