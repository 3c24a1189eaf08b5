/** One change to the headers of a request or a response, with the terms of APIG's HeaderOperations. */
export interface HeaderOperation {
  operation: 'set' | 'add' | 'remove'
  key: string
  /** Empty for `remove`. */
  value: string
}

type Headers = readonly (readonly [name: string, value: string])[]

/** Applies the operations in order. `set` replaces every header of that name. */
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

/** The same for a response, which has each header once: a value added to an existing header is joined with a comma. */
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
