/**
 * One page of a list as `describe` shows its items, and the number of all items. Pages are numbered from 1; those after
 * the last one are empty.
 */
export function pageOf<T>(
  items: readonly T[],
  { PageNumber, PageSize }: { PageNumber: number; PageSize: number },
  describe: (item: T) => object,
) {
  const Items = items.slice((PageNumber - 1) * PageSize, PageNumber * PageSize).map((item) => describe(item))
  return { Items, Total: items.length }
}
