/** Values from answers that other requests can use, by name, the latest first: for example the id of a new sandbox. */
export type KnownValues = Readonly<Record<string, readonly string[]>>

const MAX_VALUES = 20

/** Adds the values that an answer (JSON) has under these names, at any depth. */
export function withValuesOf(known: KnownValues, answer: string, names: readonly string[]): KnownValues {
  const value: unknown = JSON.parse(answer)
  return Object.fromEntries(
    names.map((name) => [name, [...new Set([...valuesOf(value, name), ...(known[name] ?? [])])].slice(0, MAX_VALUES)]),
  )
}

/** Removes a value that cannot be used any more. */
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
