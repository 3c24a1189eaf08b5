import { ApiError } from './errors.ts'

export type QueryParam = readonly [name: string, value: string]

/**
 * Decodes a query string (or a urlencoded form) into its parameters, in their order. `+` is a space, as in every
 * official SDK. A name without `=` has the empty value.
 * @throws ApiError 400 for a broken percent escape
 */
export function parseQuery(raw: string): QueryParam[] {
  return raw
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))]
    })
}

/** The query as it is signed: sorted by name, then by value, everything but `A-Za-z0-9-_.~` escaped. */
export function canonicalQuery(params: readonly QueryParam[]): string {
  return (
    params
      .map(([name, value]) => ({ name, encoded: encode(name), value: encode(value) }))
      // By name, not by the joined string: "=" sorts after "0".
      .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
      .map(({ encoded, value }) => `${encoded}=${value}`)
      .join('&')
  )
}

const unreservedOnly = /^[\w.~-]*$/

function encode(text: string): string {
  if (unreservedOnly.test(text)) return text
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decode(text: string): string {
  if (unreservedOnly.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new ApiError(400, 'InvalidArgument', 'The query contains a broken percent escape.')
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
