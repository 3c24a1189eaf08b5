/**
 * Readers for the fields of the cloud's answers. What is not as it should be throws, and the client takes the answer for
 * unreadable. Written out, because a schema for a page of instances takes 2 kB of a bundle and most of a call's time.
 */
export type Fields = Readonly<Record<string, unknown>>

/** An object, and no list. */
export function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError()
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

/** A list of objects. */
export function list<Item>(value: unknown, read: (item: Fields) => Item): Item[] {
  if (!Array.isArray(value)) throw new TypeError()
  return value.map((item) => read(fields(item)))
}

/** Null and absent are an empty list, as a server in Go writes one. */
export function optionalList<Item>(value: unknown, read: (item: Fields) => Item): Item[] {
  return list(value ?? [], read)
}

/** A code as the API of ECS has them (`InvalidInstance.NotFound`); undefined for any other value. */
export function errorCode(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,127}$/.test(value) ? value : undefined
}
