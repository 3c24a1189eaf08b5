/** How much is done at a time. The limits of the APIs are not published; throttled calls are tried again. */
const CONCURRENCY = 4

/**
 * Does the work for every item, four at a time, and returns the results in the order of the items. When one fails no
 * further one is begun; those that are running end first, and then the first failure is thrown.
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
