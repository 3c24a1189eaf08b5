/** Values that answers have had and other requests ask for, by name, the latest first: what was created can be opened. */
export type KnownValues = Readonly<Record<string, readonly string[]>>

const MOST = 20

/** Adds what an answer, which is JSON, has under these names, however deep in it. */
export function withValuesOf(known: KnownValues, answer: string, names: readonly string[]): KnownValues {
  const value: unknown = JSON.parse(answer)
  return Object.fromEntries(
    names.map((name) => [name, [...new Set([...valuesOf(value, name), ...(known[name] ?? [])])].slice(0, MOST)]),
  )
}

/** Takes away one that is of no use any more. */
export function withoutValue(known: KnownValues, name: string, value: string | undefined): KnownValues {
  return { ...known, [name]: (known[name] ?? []).filter((one) => one !== value) }
}

function valuesOf(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, name))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    key === name && typeof item === 'string' && item !== '' ? [item] : valuesOf(item, name),
  )
}
