/** The limits of the APIs are not published. Throttled calls are retried. */
const CONCURRENCY = 4

/**
 * Runs `work` for every item, four at a time, and returns the results in the order of the items. After a failure it
 * starts no further item, waits for those that are running, and throws the first failure.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length && failures.length === 0) {
      const at = next++
      try {
        results[at] = await work(items[at] as Item)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
