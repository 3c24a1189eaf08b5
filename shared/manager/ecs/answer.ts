/**
 * Readers for the fields of the cloud's answers. What is not as it should be throws, and the client takes the answer for
 * unreadable. Written out, because a schema for a page of instances takes 2 kB of a bundle and most of a call's time.
 */
export type Fields = Readonly<Record<string, unknown>>

export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError()
  return value as Fields
}

/** A text that is not empty. */
export function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError()
  return value
}

export function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError()
  return value
}

/** Null and empty are what the cloud writes for "none". */
export function optionalText(value: unknown): string | undefined {
  return (value ?? '') === '' ? undefined : text(value)
}

/** Null and absent are an empty list. */
export function list<Item>(value: unknown, read: (item: Fields) => Item): Item[] {
  if (!Array.isArray(value ?? [])) throw new TypeError()
  return ((value ?? []) as unknown[]).map((item) => read(fields(item)))
}
