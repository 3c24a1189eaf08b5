/** The answer of a Check...Exist action that also returns the id. */
export function existenceOf(found: { Id: string } | undefined): object {
  return found ? { Exist: true, Id: found.Id } : { Exist: false }
}
