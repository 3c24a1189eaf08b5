/** One change to the headers of a request or an answer, in the words of APIG's HeaderOperations. */
export interface HeaderOperation {
  operation: 'set' | 'add' | 'remove'
  key: string
  /** Empty where it is removed. */
  value: string
}

type Headers = readonly (readonly [name: string, value: string])[]

/** The headers after the operations, one after the other. `set` takes the place of every header of that name. */
export function applyHeaderOperations(
  operations: readonly HeaderOperation[],
  headers: Headers,
): [name: string, value: string][] {
  let result: [string, string][] = headers.map(([name, value]) => [name, value])
  for (const { operation, key, value } of operations) {
    const lower = key.toLowerCase()
    if (operation !== 'add') result = result.filter(([name]) => name.toLowerCase() !== lower)
    if (operation !== 'remove') result.push([key, value])
  }
  return result
}

/** The same for an answer, which has each header once: what is added to one that is there is joined with a comma. */
export function applyToResponseHeaders(
  operations: readonly HeaderOperation[],
  headers: Readonly<Record<string, string>>,
): Record<string, string> {
  const joined = new Map<string, [name: string, value: string]>()
  for (const [name, value] of applyHeaderOperations(operations, Object.entries(headers))) {
    const lower = name.toLowerCase()
    const before = joined.get(lower)
    joined.set(lower, before ? [before[0], `${before[1]},${value}`] : [name, value])
  }
  return Object.fromEntries(joined.values())
}
