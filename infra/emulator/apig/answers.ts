/** One page of a list, with how many there are in all. */
export function pageOf(items: readonly object[], { PageNumber, PageSize }: { PageNumber: number; PageSize: number }) {
  return { Items: items.slice((PageNumber - 1) * PageSize, PageNumber * PageSize), Total: items.length }
}

/** What a Check...Exist answers that also tells the id. */
export function existence(found: { Id: string } | undefined): object {
  return found ? { Exist: true, Id: found.Id } : { Exist: false }
}
